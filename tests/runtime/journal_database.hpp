// The database that the runtime's tests call: entries in an append-only journal.
#pragma once

#include <dormouse/action.hpp>
#include <dormouse/databases.hpp>
#include <dormouse/schema.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace dormouse::test {

struct entry {
    std::int64_t id = 0;
    std::string text;
};

inline constexpr auto entries =
    table<entry>("entries").primary_key(&entry::id).autoincrement(&entry::id);

inline constinit const database journal_db{{.name = "journal", .tables = schema<entries>}};
inline constinit const database totals_db{
    {.name = "totals", .tables = schema<entries>, .instance = instance_kind::global}};
/// Never given to a runtime.
inline constinit const database absent_db{{.name = "absent"}};

struct append_args {
    arg<"string > 0"> text;
};
struct pause_args {
    arg<"string > 0"> text;
    arg<"number.integer >= 0"> milliseconds;
};
struct no_args {};

/// Appends an entry; answers how many there are.
extern const action<append_args, std::int64_t> append;
/// Appends two entries with a pause between.
extern const action<pause_args, std::int64_t> append_around_pause;
/// Appends an entry, then throws.
extern const action<append_args, std::int64_t> append_and_throw;
extern const action<append_args, std::int64_t> append_and_throw_atomically;
/// Leaves a violated deferred constraint behind, so that the turn cannot commit.
extern const action<no_args, std::int64_t> break_commit;
/// Appends here and to the instance of that name.
extern const action<append_args, std::int64_t> append_to_other;
/// Pauses, then appends to the instance of that name.
extern const action<pause_args, std::int64_t> pause_and_append_to;
/// Calls the pausing action of this very object, which may take 50 milliseconds.
extern const action<pause_args, std::int64_t> pause_here_until;
/// Appends here and to the global totals.
extern const action<append_args, std::int64_t> append_to_totals;
extern const action<append_args, std::int64_t> append_total;
extern const action<no_args, std::int64_t> count_entries;
/// Empties the whole database.
extern const action<no_args, std::int64_t> forget_all;
extern const action<no_args, std::string> tenant_here;
/// Runs SQL that takes very long.
extern const action<no_args, std::int64_t> count_forever;
extern const action<no_args, std::int64_t> call_absent;
extern const action<no_args, std::int64_t> of_absent;

/// What the runtime is given.
[[nodiscard]] std::array<database_entry, 2> journal_databases();

}  // namespace dormouse::test
