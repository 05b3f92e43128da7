// The schema a database really has, in the form in which programs and snapshots have theirs.
#pragma once

#include "migrations/attached_objects.hpp"

#include <dormouse/lease.hpp>
#include <dormouse/table_description.hpp>

#include <vector>

namespace dormouse {

/// Every table but SQLite's own (`sqlite_...`), the library's (`__...`), virtual ones and those
/// that they keep what they hold in, which no struct declares; in order of creation. A UNIQUE
/// constraint appears as the index SQLite keeps for it, `sqlite_autoindex_...`.
[[nodiscard]] std::vector<table_description> read_database_schema(lease& turn);

/// The triggers, views and indexes, in order of creation.
[[nodiscard]] std::vector<attached_object> read_attached_objects(lease& turn);

/// As attached objects, too: what they are is known only by the statement that made them.
[[nodiscard]] std::vector<attached_object> read_virtual_tables(lease& turn);

}  // namespace dormouse
