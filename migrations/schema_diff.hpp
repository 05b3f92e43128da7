// Writes the migration that leads from one schema to another, without knowing the data it will
// meet: one tenant's rows may fit where another's do not. So the statements keep what every row
// holds, and where rows can stand in the way they ask first (migrations/row_check.hpp), so that a
// database they do not fit refuses, naming table, column and count, and stays as it was.
#pragma once

#include "migrations/snapshot.hpp"
#include "migrations/table_rebuild.hpp"
#include "migrations/undescribed_parts.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace dormouse {

/// What a person has to say about a change.
struct change_hints {
    /// `old:new` or `table.old:new`, see `rename_in_schema`.
    std::vector<std::string> renames;
    std::vector<fill_hint> fills;
    /// What else a database has that has the migrations so far, once `renames` have run on it.
    /// Empty: nothing.
    std::function<undescribed_parts(std::span<const std::string> renames)> undescribed;
};

struct schema_change {
    std::vector<std::string> statements;  ///< Each without ";". Empty: the schemas are the same.
    /// What whoever asked for the change should know about it, a sentence each.
    std::vector<std::string> remarks;
};

/// The change from one schema to another. A table or column that is in one of them only is created
/// or dropped; nothing is asked. Run the statements in one transaction, with foreign keys not
/// enforced; the migration runner does.
/// Errors: `errc::invalid_arguments` for hints that name nothing, or what `to` does not have, and
/// for a view or trigger that uses a table that is dropped.
[[nodiscard]] schema_change diff_schemas(const schema_snapshot& from, const schema_snapshot& to,
                                         const change_hints& hints = {});

}  // namespace dormouse
