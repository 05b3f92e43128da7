#include "migrations/runner.hpp"

#include "migrations/digest.hpp"
#include "migrations/schema_conflict.hpp"
#include "migrations/statements.hpp"

#include <dormouse/migration_error.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace dormouse {
namespace {

/// Foreign keys are not enforced while it lives.
class lifted_foreign_keys {
public:
    explicit lifted_foreign_keys(object_storage& storage) : storage_(&storage) {
        storage.enforce_foreign_keys(false);
    }
    lifted_foreign_keys(const lifted_foreign_keys&) = delete;
    lifted_foreign_keys& operator=(const lifted_foreign_keys&) = delete;
    ~lifted_foreign_keys() { storage_->enforce_foreign_keys(true); }

private:
    object_storage* storage_;
};

std::int64_t changed_rows(lease& turn) {
    auto counted = turn.prepare("SELECT total_changes()");
    static_cast<void>(counted->step());
    return counted->integer(0);
}

/// The object is at that version, and no attempt to get there is open any more.
void note_success(lease& turn, const std::string& version) {
    auto known = turn.metadata();
    known.version = version;
    known.state = object_state::active;
    known.migration_attempts = 0;
    known.migration_error.clear();
    known.attempted_version.clear();
    known.before_migration.reset();
    known.migration_reached = 0;
    turn.set_metadata(std::move(known));
}

/// Should the attempt that is open end here, the next one knows whether it finds what this one has
/// left.
void note_reached(lease& turn) {
    auto known = turn.metadata();
    if (known.migration_attempts > 0) {
        known.migration_reached = turn.current_bookmark().sequence;
        turn.set_metadata(std::move(known));
    }
}

}  // namespace

migration_list::migration_list(std::span<const migration_file> files)
    : files_(files), version_(list_digest(files)) {
    const auto misplaced = std::ranges::adjacent_find(
        files, [](const auto& a, const auto& b) { return a.name >= b.name; });
    if (misplaced != files.end()) {
        throw error(errc::invalid_arguments,
                    "migrations must be listed in ascending order of name, each once: '" +
                        std::string(misplaced->name) + "' stands before '" +
                        std::string(std::next(misplaced)->name) + "'");
    }
}

migration_run::migration_run(object_storage& storage, const migration_list& list, clock wall_clock,
                             ticker ticks)
    : storage_(&storage),
      list_(&list),
      wall_clock_(std::move(wall_clock)),
      ticks_(std::move(ticks)) {}

bool is_current(lease& turn, const migration_list& list) {
    return list.files().empty() || migration_journal(turn).version() == list.version();
}

bool migration_run::is_current() {
    auto turn = storage_->begin_turn();
    return dormouse::is_current(turn, *list_);
}

const migration_progress& migration_run::look() {
    if (!std::exchange(looked_, true)) {
        auto turn = storage_->begin_turn();
        progress_ = read_progress(turn, list_->files());
        require_unchanged(progress_, list_->files());
    }
    return progress_;
}

migration_report migration_run::apply() {
    if (!look().pending.empty()) {
        apply_chunks();
    } else {
        // Only the list has changed: a migration without statements, or one that was taken away.
        auto turn = storage_->begin_turn();
        prepare_journal(turn, progress_, list_->files(), now_text());
        finish(turn);
        report_.position = turn.commit();
    }
    note_version();
    return report_;
}

// All is committed: that the next wake must read the version is no failure.
void migration_run::note_version() noexcept {
    try {
        auto turn = storage_->begin_turn();
        migration_journal(turn).note_version(list_->version());
    } catch (const std::exception&) {
        return;
    }
}

void migration_run::apply_chunks() {
    const lifted_foreign_keys lifted(*storage_);
    for (const auto& chunk : progress_.pending) {
        apply_chunk(chunk);
        ++report_.chunks;
        if (report_.applied.empty() || report_.applied.back() != chunk.name) {
            report_.applied.push_back(chunk.name);
        }
    }
}

void migration_run::apply_chunk(const pending_chunk& chunk) {
    const auto fail_with = [&](migration_failure failure) {
        failure.name = chunk.name;
        failure.chunk = chunk.index;
        failure.applied_before = progress_.migrations_applied();
        fail(std::move(failure));
    };
    try {
        auto turn = storage_->begin_turn();
        const auto applied_at = now_text();
        const bool prepares_late = !prepared_ && progress_.has_no_journal();
        if (!prepared_ && !prepares_late) {
            prepare_journal(turn, progress_, list_->files(), applied_at);
        }
        if (!prepared_) {
            find_broken(turn);
        }
        const auto changed_before = changed_rows(turn);
        const auto begun = ticks_();
        run_statements(turn, chunk.sql);
        const auto took = std::chrono::duration_cast<std::chrono::microseconds>(ticks_() - begun);
        const auto changed = changed_rows(turn) - changed_before;
        if (prepares_late) {
            prepare_journal(turn, progress_, list_->files(), applied_at);
        }
        migration_journal(turn).record({chunk.name, chunk.index, chunk.sql, applied_at, took});
        end_chunk(turn, &chunk == &progress_.pending.back());
        report_.position = turn.commit();
        report_.rows += changed;
        prepared_ = true;
    } catch (const statement_failure& failed) {
        fail_with({.statement = failed.statement, .sql = failed.sql, .cause = failed.cause});
    } catch (const error& failed) {
        if (is_of_surroundings(failed)) {
            throw;
        }
        fail_with({.cause = failed.what()});
    }
}

void migration_run::end_chunk(lease& turn, bool is_last) {
    if (is_last) {
        require_no_more_broken(turn, found_);
        finish(turn);
    } else {
        migration_journal(turn).clear_version();
        note_reached(turn);
    }
}

// Most databases have no broken references, and nothing is stored for them.
void migration_run::find_broken(lease& turn) {
    if (auto stored = read_found(turn)) {
        found_ = std::move(*stored);
    } else if (!goes_on_) {
        found_ = find_broken_references(turn);
        if (!found_.empty() && progress_.pending.size() > 1) {
            store_found(turn, found_);
        }
    }
}

void migration_run::fail(migration_failure failure) {
    auto turn = storage_->begin_turn();
    throw_failure(turn, list_->files(), std::move(failure));
}

void migration_run::finish(lease& turn) {
    drop_found(turn);
    migration_journal(turn).set_version(list_->version());
    note_success(turn, list_->version());
}

migration_report apply_migrations(object_storage& storage, const migration_list& list,
                                  const migration_run::clock& wall_clock) {
    migration_run run(storage, list, wall_clock, std::chrono::steady_clock::now);
    return run.is_current() ? migration_report{} : run.apply();
}

}  // namespace dormouse
