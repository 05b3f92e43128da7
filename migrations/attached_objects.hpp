// Triggers and views stand in the way of a rebuilt table: dropping the table takes its triggers
// with it, and SQLite renames no table while a view or a trigger uses one that is not there.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace dormouse {

/// Hangs on tables, and no snapshot describes it: it was written by hand into a migration.
struct attached_object {
    std::string type;  ///< "trigger", "view" or "index", as in sqlite_schema.
    std::string name;
    std::string table;  ///< A view's is its own name.
    std::string sql;    ///< Creates it.
};

/// The tables a change takes away for a while, and for ever.
struct replaced_tables {
    std::vector<std::string> rebuilt;
    std::vector<std::string> dropped;
};

/// The objects that use a rebuilt table, or hang on it, also by way of a view, in the order of
/// `attached`. What goes with a dropped table is not among them.
[[nodiscard]] std::vector<const attached_object*> find_affected(
    std::span<const attached_object> attached, const replaced_tables& tables);

/// Drops the triggers and views among `objects`; indexes go with their table. Each without ";".
[[nodiscard]] std::vector<std::string> drop_statements(
    std::span<const attached_object* const> objects);

/// What to run before and after the tables change. Each without ";".
struct set_aside {
    std::vector<std::string> before;
    std::vector<std::string> after;
};

/// `attached` must be in order of creation.
/// Errors: `errc::invalid_arguments` when a view, or a trigger of another table, uses a table that
/// is dropped.
[[nodiscard]] set_aside set_aside_attached(std::span<const attached_object> attached,
                                           const replaced_tables& tables);

}  // namespace dormouse
