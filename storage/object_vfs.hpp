// SQLite's view of an object: a file system with one file, which is whichever image the connection
// points at. There are no other files: journals and temporary tables stay in memory. Locks and
// syncs do nothing, because one connection has the object and the log makes it durable.
#pragma once

#include <exception>

struct sqlite3;

namespace dormouse {

class object_image;

/// SQLite's name of the file system, which is registered by the first call.
[[nodiscard]] const char* object_vfs_name();

/// Makes a connection opened on that file system read and write `image`; null: nothing at all.
/// Drops SQLite's cache of pages.
void point_at(sqlite3* database, object_image* image);

/// Why the image refused what SQLite asked of it last, once; null when it did not, or when the
/// database is on another file system.
[[nodiscard]] std::exception_ptr take_refusal(sqlite3* database);

}  // namespace dormouse
