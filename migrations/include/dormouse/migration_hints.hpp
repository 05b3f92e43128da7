// From two schemas alone it cannot be seen that a column was renamed, nor what the rows of old
// databases shall hold where a value is wanted now. A person knows, and says it once, when the
// migration is made.
//
// **Thread safety:** values.
#pragma once

#include <string>
#include <vector>

namespace dormouse {

/// A value for rows that have none where the new schema wants one, or one that the new type would
/// change.
struct fill_hint {
    std::string table;
    std::string column;
    std::string expression;  ///< SQL, over the columns of the table as it was.
};

/// What a person adds to a change of one database's schema.
struct migration_hints {
    /// `old_table:new_table` or `table.old_column:new_column`, the table by either of its names.
    /// What was renamed before changes nothing.
    std::vector<std::string> renames;
    std::vector<fill_hint> fills;

    [[nodiscard]] bool empty() const { return renames.empty() && fills.empty(); }
};

}  // namespace dormouse
