#include "migrations/project_change.hpp"

#include "migrations/broken_objects.hpp"
#include "migrations/database_schema.hpp"
#include "migrations/declared_schema.hpp"
#include "migrations/handmade_indexes.hpp"
#include "migrations/schema_names.hpp"
#include "migrations/schema_renames.hpp"
#include "migrations/scratch_database.hpp"
#include "migrations/statements.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace dormouse {
namespace {

/// On an empty database. What fails there fails everywhere.
void try_out(lease& turn, std::span<const std::string> statements) {
    for (const auto& statement : statements) {
        try {
            run_statements(turn, statement);
        } catch (const statement_failure& failed) {
            throw error(errc::migration_failed,
                        "[db] The change would fail: " + without_code(failed.cause) +
                            "\n    Statement: " + failed.sql);
        }
    }
}

/// What else is there after the migrations so far, and the renames to come.
undescribed_parts find_undescribed(const migration_history& history,
                                   std::span<const std::string> renames) {
    if (history.migrations.empty()) {
        return {};
    }
    scratch_database database;
    replay(database.turn(), history.migrations);
    try_out(database.turn(), renames);
    return read_undescribed_parts(database.turn());
}

/// A lost snapshot described no index that was made by hand. The derived one must not either, or it
/// would be dropped.
std::vector<std::string> forget_handmade(const migration_history& history,
                                         const declared_database& database,
                                         schema_snapshot& derived) {
    scratch_database scratch;
    handmade_indexes handmade(history);
    handmade.run_all(scratch.turn());
    const auto all =
        std::exchange(derived.tables, handmade.remove_undeclared(derived.tables, database.tables));
    std::vector<std::string> remarks;
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const auto& index : all[i].indexes) {
            if (find_index(derived.tables[i], index.name) == nullptr) {
                remarks.push_back("the index " + index.name + " of " + all[i].name +
                                  " is kept: no table declares it, and a migration written by hand "
                                  "has made it; another one may drop it");
            }
        }
    }
    return remarks;
}

void require_works(const migration_history& history, const schema_change& change) {
    if (history.migrations.empty() || change.statements.empty()) {
        return;
    }
    scratch_database database;
    replay(database.turn(), history.migrations);
    try_out(database.turn(), change.statements);
    for (const auto& [object, cause] : find_broken_objects(database.turn())) {
        throw error(errc::invalid_arguments,
                    "the " + object.type + " " + object.name +
                        " could not run after this change: " + cause +
                        "; drop it first, or make it anew, in a migration of its own");
    }
}

}  // namespace

schema_snapshot declared_snapshot(const declared_database& database) {
    schema_snapshot snapshot;
    snapshot.tables = database.tables;
    return snapshot;
}

project_change find_change(const project_paths& paths, const declared_database& database,
                           const migration_hints& hints) {
    require_creatable(database);
    project_change found{read_history(paths.migrations / database.name), {}, {}};
    found.production = schema_after(found.history);
    std::vector<std::string> remarks;
    if (!found.history.snapshot) {
        remarks = forget_handmade(found.history, database, found.production);
    }
    auto renames = hints.renames;
    const auto renamed = rename_in_schema(found.production.tables, renames);
    for (auto& told : pending_renames(renamed.tables, database.renames)) {
        renames.push_back(std::move(told));
    }
    auto declared = declared_snapshot(database);
    declared.views = found.production.views;  // a program declares none
    found.change =
        diff_schemas(found.production, declared,
                     {std::move(renames), hints.fills, [&](std::span<const std::string> followed) {
                          return find_undescribed(found.history, followed);
                      }});
    require_works(found.history, found.change);
    std::ranges::move(remarks, std::back_inserter(found.change.remarks));
    return found;
}

}  // namespace dormouse
