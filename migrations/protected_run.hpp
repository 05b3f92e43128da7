// A migration that fails in one database of thousands must not harm it, and one that kills the
// process must not do so for ever. Each attempt is therefore on disk before it starts; what fails
// is taken back to what was there before; and after the third failure the database is left alone
// until its migrations change.
#pragma once

#include "migrations/runner.hpp"

#include <dormouse/error.hpp>
#include <dormouse/log.hpp>
#include <dormouse/migration_status.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace dormouse {

/// So many attempts at one list, and the object is quarantined.
constexpr std::uint32_t migration_attempts_max = 3;

/// What a run needs beside the database.
struct migration_surroundings {
    storage_node* node = nullptr;
    migration_run::clock wall_clock;
    std::function<std::chrono::steady_clock::time_point()> ticks;
    std::function<void(log_level, const std::string&)> write_log;
};

/// What an interrupted attempt at another list had done will be undone once the storage is closed.
/// Opened again, it can be migrated.
class attempt_undone : public error {
public:
    attempt_undone();
};

/// Brings the database up to date. When that fails, what the attempts have done is undone once
/// `storage` is closed: everything since the first of them began, unless something else has been
/// committed meanwhile, by a program with other migrations. That is never undone, and neither is
/// what lies before it.
/// Errors: `attempt_undone`; `errc::quarantined` at once after too many attempts at this list; what
/// `migration_run` throws.
migration_report run_protected(object_storage& storage, const migration_list& list,
                               const migration_surroundings& with);

// --- for an operator

[[nodiscard]] migration_attempts read_attempts(object_storage& storage);
/// Errors: `errc::migration_failed` for a journal that does not fit the list.
[[nodiscard]] migration_status read_status(object_storage& storage, const migration_list& list,
                                           const storage_node& node);
/// Errors: the same, and `migration_error` for a migration that was changed.
[[nodiscard]] migration_plan plan_migrations(object_storage& storage, const migration_list& list);

/// The database was changed by hand: failed attempts no longer count, and the version that the node
/// knows is again what the database says.
void forget_attempts(object_storage& storage);
/// The same as a part of `turn`.
void forget_attempts(lease& turn);

}  // namespace dormouse
