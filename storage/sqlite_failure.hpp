// The one place where a SQLite result code becomes an exception.
#pragma once

struct sqlite3;

namespace dormouse {

/// Throws what `code` means: `errc::timed_out` for an interrupted statement, else `sql_error`,
/// whose text reads as Cloudflare's: the message, a colon and the code's name. `sql` may be null.
[[noreturn]] void throw_sqlite_failure(sqlite3* database, int code, const char* sql);

}  // namespace dormouse
