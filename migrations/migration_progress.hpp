// How far a database has come in a list of migrations. Reading it changes nothing, so that an
// operator can ask what would happen.
#pragma once

#include "migrations/foreign_journal.hpp"
#include "migrations/journal.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dormouse {

struct pending_chunk {
    std::string_view name;
    std::size_t index = 0;
    std::string_view sql;
};

/// **Lifetime:** shorter than the list it was read for.
struct migration_progress {
    found_journal journal;
    migration_journal::applied_chunks applied;  ///< What another tool has applied included.
    std::vector<pending_chunk> pending;
    /// Chunks that durable-db has numbered otherwise, by its number, and what they are here; a text
    /// without statements is none.
    std::map<std::pair<std::string, std::size_t>, std::optional<std::size_t>> renumbered;

    /// Nobody has kept one: none has to become ours before anything runs.
    [[nodiscard]] bool has_no_journal() const noexcept {
        return journal.kind == journal_kind::none && !journal.replaces_do_orm;
    }
    /// Of which something was applied.
    [[nodiscard]] std::size_t migrations_applied() const;
    /// Names of migrations, each once, in order.
    [[nodiscard]] std::vector<std::string_view> pending_names() const;
};

/// What `migrations/chunks.hpp` makes of it, except that a numbered migration is at least one
/// chunk: its number counts, not its text.
[[nodiscard]] std::vector<std::string_view> chunks_of(const migration_file& file);

/// Errors: `errc::migration_failed` when the database has a journal that does not fit the list.
[[nodiscard]] migration_progress read_progress(lease& turn, std::span<const migration_file> files);

/// Errors: `migration_error` when a chunk that was applied is not what the list has now.
void require_unchanged(const migration_progress& progress, std::span<const migration_file> files);

/// Makes the journal ours, with everything that was applied in it. On a database that has none,
/// after the first chunk has run: the tables of the program then come first in the file, and a
/// waking object, which reads the file's beginning, has them with it.
void prepare_journal(lease& turn, const migration_progress& progress,
                     std::span<const migration_file> files, std::string_view applied_at);

}  // namespace dormouse
