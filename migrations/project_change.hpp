// What every command begins with: where production stands, and what leads from there to the schema
// the program declares.
#pragma once

#include "migrations/migration_history.hpp"
#include "migrations/schema_diff.hpp"

#include <dormouse/project.hpp>

namespace dormouse {

struct project_change {
    migration_history history;
    schema_snapshot production;
    schema_change change;
};

/// Follows the renames that `hints` and the schema tell of. The change has been tried out on an
/// empty database with the migrations so far.
/// Errors: those of `require_creatable`, `read_history`, `schema_after` and `diff_schemas`;
/// `errc::migration_failed` naming the statement that fails, `errc::invalid_arguments` naming a
/// trigger or view that could not run any more.
[[nodiscard]] project_change find_change(const project_paths& paths,
                                         const declared_database& database,
                                         const migration_hints& hints);

/// The declared schema as the snapshot that comes after `production`.
[[nodiscard]] schema_snapshot declared_snapshot(const declared_database& database);

}  // namespace dormouse
