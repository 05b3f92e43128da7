// A database may have had its tables, or columns, before it had migrations: made by hand, or by a
// tool that left no journal. A migration then meets what it was to make.
#pragma once

#include "migrations/migration_progress.hpp"

#include <dormouse/migration_error.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace dormouse {

/// The failed statement was to create what is there, although running everything that the journal
/// has does not make it. Nothing when that is not so. `turn` sees the database as it is.
[[nodiscard]] std::optional<untracked_schema> find_untracked(lease& turn,
                                                             std::span<const migration_file> files,
                                                             std::string_view failed_sql);

/// Throws what a failed migration is: a `schema_conflict_error` when there is such a conflict,
/// otherwise a plain `migration_error`. `turn` sees the database without what has failed.
[[noreturn]] void throw_failure(lease& turn, std::span<const migration_file> files,
                                migration_failure failure);

}  // namespace dormouse
