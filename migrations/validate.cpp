#include "migrations/chunks.hpp"
#include "migrations/database_schema.hpp"
#include "migrations/dev_cache.hpp"
#include "migrations/migration_history.hpp"
#include "migrations/project_commands.hpp"
#include "migrations/schema_drift.hpp"
#include "migrations/scratch_database.hpp"
#include "migrations/statement_split.hpp"
#include "migrations/statements.hpp"

#include <dormouse/error.hpp>

#include <utility>

namespace dormouse {
namespace {

/// SQLite's own words, as durable-db shows them: without the name of the code behind them.
std::string without_code(std::string message) {
    if (const auto code = message.rfind(": SQLITE_"); code != std::string::npos) {
        message.erase(code);
    }
    return message;
}

void run_all(lease& turn, const stored_migration& migration,
             std::vector<validation_error>& errors) {
    std::size_t chunk = 0;
    for (const auto sql : split_chunks(migration.sql)) {
        for (const auto statement : split_statements(sql)) {
            try {
                run_statements(turn, statement);
            } catch (const statement_failure& failed) {
                errors.push_back({migration.name, chunk, failed.sql, without_code(failed.cause)});
            }
        }
        ++chunk;
    }
}

std::vector<std::string> find_broken_references(lease& turn) {
    std::vector<std::string> broken;
    auto rows = turn.prepare("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check");
    try {
        while (rows->step()) {
            broken.push_back(std::string(rows->text(0)) + " row " + std::string(rows->text(1)) +
                             " refers to no row of " + std::string(rows->text(2)));
        }
    } catch (const sql_error& failed) {
        broken.push_back(without_code(failed.what()));  // a key that is none
    }
    return broken;
}

}  // namespace

validation_result validate_one(const project_paths& paths, const declared_database& database,
                               dev_migrations which) {
    validation_result result;
    result.database = database.name;
    auto migrations = read_history(paths.migrations / database.name).migrations;
    if (which == dev_migrations::included) {
        for (auto& migration : dev_cache(paths.cache).migrations(database.name)) {
            migrations.push_back(std::move(migration));
            result.includes_dev = true;
        }
    }
    result.migrations = migrations.size();
    scratch_database scratch;
    for (const auto& migration : migrations) {
        run_all(scratch.turn(), migration, result.errors);
    }
    if (result.errors.empty()) {
        result.broken_references = find_broken_references(scratch.turn());
        result.drift = find_drift(database.tables, read_database_schema(scratch.turn()));
    }
    return result;
}

}  // namespace dormouse
