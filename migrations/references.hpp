// Foreign keys are not enforced while migrations run: rebuilding a table drops it, and with it
// would go every row that refers to it. What the migrations leave is compared with what they found
// instead.
#pragma once

#include <dormouse/lease.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace dormouse {

/// What keeps a database from meeting its foreign keys.
///
/// **Thread safety:** value.
struct broken_references {
    /// How many rows refer to something that is not there, by what they refer to: the table and
    /// the key. Rows are not told apart by themselves, because a rebuild numbers rows anew and may
    /// rename their table; those of a table WITHOUT ROWID only by their number.
    std::map<std::string, std::int64_t> rows;
    /// The same for people, by what describes the rows first; not kept by `store_found`.
    std::map<std::string, std::map<std::string, std::int64_t>> described;
    /// Tables that refer to columns which identify no row, and SQLite's words for it. Their rows
    /// cannot be checked.
    std::map<std::string, std::string> mismatches;

    [[nodiscard]] bool empty() const noexcept { return rows.empty() && mismatches.empty(); }
};

[[nodiscard]] broken_references find_broken_references(lease& turn);

/// Errors: `errc::migration_failed` when more is broken than `before`; it says where. Of tables
/// that could not be checked before, no row counts.
void require_no_more_broken(lease& turn, const broken_references& before);

/// Keeps what a run has found for whoever goes on with it after a crash.
void store_found(lease& turn, const broken_references& found);
[[nodiscard]] std::optional<broken_references> read_found(lease& turn);
void drop_found(lease& turn);

}  // namespace dormouse
