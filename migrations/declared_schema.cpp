#include "migrations/declared_schema.hpp"

#include "migrations/schema_names.hpp"
#include "migrations/scratch_database.hpp"
#include "migrations/statements.hpp"

#include <dormouse/error.hpp>

namespace dormouse {
namespace {

[[noreturn]] void refuse(const declared_database& database, const std::string& why) {
    throw error(errc::migration_failed,
                "[db] Could not create the schema of database '" + database.name + "': " + why);
}

// SQLite would create the table, and refuse its rows later.
void require_parents(const declared_database& database, const table_description& table) {
    for (const auto& key : table.foreign_keys) {
        if (find_table(database.tables, key.parent_table) == nullptr) {
            refuse(database, "table " + table.name + " refers to table " + key.parent_table +
                                 ", which is not one of the database's .tables");
        }
    }
}

}  // namespace

void require_creatable(const declared_database& database) {
    scratch_database scratch;
    for (const auto& table : database.tables) {
        require_parents(database, table);
        for (const auto& statement : create_statements(table)) {
            try {
                scratch.turn().execute(statement);
            } catch (const error& failed) {
                refuse(database, without_code(failed.what()) + "\n    Statement: " + statement);
            }
        }
    }
}

}  // namespace dormouse
