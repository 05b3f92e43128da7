// When an object does not come up to date, an operator asks how far it has come, how often it
// tried, and what it would still do. These are the answers; they never need the object to wake.
#pragma once

#include <dormouse/timestamp.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dormouse {

/// Attempts at migrating that were begun since the last success.
///
/// **Thread safety:** value.
struct migration_attempts {
    std::uint32_t attempt_count = 0;
    std::optional<timestamp> last_attempt_at{};
    std::optional<std::string> last_error{};
};

/// **Thread safety:** value.
struct migration_status {
    migration_attempts attempts;
    std::vector<std::string> pending;  ///< Migrations that were not applied, or not wholly.
    std::vector<std::string> applied;  ///< Those that were, in order of name.
    bool pitr_available = false;       ///< A failed attempt can be undone.
    std::uint32_t pitr_attempts_remaining = 0;  ///< Before the object is quarantined.
};

/// A part of a migration that would run.
struct planned_chunk {
    std::string name;
    std::size_t chunk = 0;
    std::string sql;
};

/// What waking would do. Nothing is changed by asking.
///
/// **Thread safety:** value.
struct migration_plan {
    std::string adopted_journal;  ///< The table of another tool that would be taken over, if any.
    std::vector<std::string> adopted;  ///< Migrations that it has applied.
    std::vector<planned_chunk> chunks;
};

}  // namespace dormouse
