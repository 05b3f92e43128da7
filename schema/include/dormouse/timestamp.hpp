// A moment has to read the same in a database file, in JSON and in C++, and to sort as text on
// disk. These are the types of moments and their three forms:
//
//   JSON             2024-01-01T00:00:00.000Z    always three digits after the second
//   `timestamp`      2024-01-01 00:00:00.000     on disk, UTC
//   `timestamp_seconds`  2024-01-01 00:00:00     on disk, UTC
//
// Readers take every one of these, with or without a fraction, with `Z` or an offset (neither:
// UTC), and integers: milliseconds since 1970 for `timestamp`, seconds since 1970 for
// `timestamp_seconds`.
//
// **Thread safety:** values and pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace dormouse {

using timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
using timestamp_seconds = std::chrono::sys_seconds;

/// The JSON form. Years outside 0 to 9999 have a sign and six digits, as in JavaScript.
[[nodiscard]] std::string to_iso8601(timestamp moment);

/// The form on disk. Errors: `errc::invalid_arguments` outside the years 0 to 9999, which would not
/// sort.
[[nodiscard]] std::string to_sql_text(timestamp moment);
[[nodiscard]] std::string to_sql_text(timestamp_seconds moment);

/// Any of the text forms; nothing when it is none of them. Digits past the millisecond are dropped;
/// 24:00:00 is the end of its day.
[[nodiscard]] std::optional<timestamp> parse_timestamp(std::string_view text);

}  // namespace dormouse
