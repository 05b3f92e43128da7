// Brings a database up to the program's migrations, before anybody sees it.
#pragma once

#include "migrations/migration_progress.hpp"
#include "migrations/references.hpp"

#include <dormouse/migration_error.hpp>
#include <dormouse/migration_file.hpp>
#include <dormouse/storage_node.hpp>
#include <dormouse/timestamp.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// A database's migrations as the program carries them.
class migration_list {
public:
    /// `files` must outlive the list.
    explicit migration_list(std::span<const migration_file> files);

    [[nodiscard]] std::span<const migration_file> files() const noexcept { return files_; }
    /// The version of a database that has seen all of them.
    [[nodiscard]] const std::string& version() const noexcept { return version_; }

private:
    std::span<const migration_file> files_;
    std::string version_;
};

/// The database has seen all of the list. Runs no SQL when a database with the same schema was
/// asked before.
[[nodiscard]] bool is_current(lease& turn, const migration_list& list);

struct migration_report {
    std::size_t chunks = 0;
    std::int64_t rows = 0;                  ///< That the migrations inserted, updated or deleted.
    std::vector<std::string_view> applied;  ///< Names of the migrations that ran, in order.
    ticket position;                        ///< Of the last commit; 0 when nothing ran.
};

/// One database on its way to the end of a list.
///
/// **Thread safety:** actor-confined. **Lifetime:** shorter than the storage and the list.
class migration_run {
public:
    using clock = std::function<timestamp()>;
    using ticker = std::function<std::chrono::steady_clock::time_point()>;

    migration_run(object_storage& storage, const migration_list& list, clock wall_clock,
                  ticker ticks);

    /// There is nothing to do.
    [[nodiscard]] bool is_current();

    /// Errors: what `read_progress` and `require_unchanged` throw.
    [[nodiscard]] const migration_progress& look();

    /// A run that did not come to its end has left its chunks: what that one found broken is what
    /// counts, not what is broken now.
    void go_on() noexcept { goes_on_ = true; }

    /// Applies what `look` found pending, in order of name, each chunk with its journal row in a
    /// transaction of its own. The last one's also writes the version, and forgets failed attempts.
    /// Foreign keys are not enforced meanwhile; the last chunk is refused if it would leave
    /// references broken that were not when the run began.
    /// Errors: `migration_error`, and those of the surroundings; the failed chunk leaves nothing
    /// behind, earlier ones stay.
    migration_report apply();

    /// How many chunks `apply` has committed.
    [[nodiscard]] std::size_t chunks_applied() const noexcept { return report_.chunks; }

private:
    void note_version() noexcept;
    void apply_chunks();
    void apply_chunk(const pending_chunk& chunk);
    void find_broken(lease& turn);
    void end_chunk(lease& turn, bool is_last);
    [[noreturn]] void fail(migration_failure failure);
    void finish(lease& turn);
    [[nodiscard]] std::string now_text() const { return to_sql_text(wall_clock_()); }

    object_storage* storage_;
    const migration_list* list_;
    clock wall_clock_;
    ticker ticks_;
    migration_progress progress_;
    bool looked_ = false;
    broken_references found_;  // when it began
    bool goes_on_ = false;
    bool prepared_ = false;  // the journal is ours
    migration_report report_;
};

/// A whole run, which nothing protects: what fails leaves the chunks before it.
migration_report apply_migrations(object_storage& storage, const migration_list& list,
                                  const migration_run::clock& wall_clock);

}  // namespace dormouse
