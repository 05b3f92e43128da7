// A program may make indexes, triggers and views at run time. A migration that rebuilds a table
// cannot name them: each database has its own. So it marks where the table goes and where it is
// back, by queries that any SQLite can run, whose column's name tells our runner to take away what
// would go with the table, or stand in its way, and to make it again.
#pragma once

#include <dormouse/lease.hpp>

#include <string>
#include <string_view>

namespace dormouse {

/// Stands before `table` is dropped, behind the statements that drop what the migration knows of.
[[nodiscard]] std::string mark_before_rebuild(std::string_view table);

/// Stands behind all rebuilds, where the migration has made again what it knows of.
[[nodiscard]] std::string mark_after_rebuilds();

/// Does what a mark asks for; answers false when a column of that name is none. What is set aside
/// lies in a table of the database meanwhile, so the two marks may be in different chunks.
/// Errors: `errc::migration_failed` naming what cannot be made again, because it uses a column that
/// is no more, say.
bool follow_rebuild_mark(lease& turn, std::string_view column_name);

}  // namespace dormouse
