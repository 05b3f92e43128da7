#include "migrations/protected_run.hpp"

#include "migrations/statements.hpp"

#include <dormouse/migration_error.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <utility>

namespace dormouse {
namespace {

std::string joined(const std::vector<std::string_view>& names) {
    std::string text;
    for (const auto name : names) {
        text.append(text.empty() ? "" : ", ").append(name);
    }
    return text;
}

void clear_attempts(object_metadata& known) {
    known.state = object_state::active;
    known.migration_attempts = 0;
    known.migration_error.clear();
    known.attempted_version.clear();
    known.before_migration.reset();
    known.migration_reached = 0;
}

[[noreturn]] void throw_quarantined(const object_metadata& known) {
    throw error(
        errc::quarantined,
        "the object is quarantined: its migrations failed " +
            std::to_string(known.migration_attempts) +
            " times and what they did was undone. A changed list of migrations releases it; "
            "so does restoring, importing or destroying the database. Last error: " +
            known.migration_error);
}

/// One protected attempt at a list.
class attempt {
public:
    attempt(object_storage& storage, const migration_list& list, const migration_surroundings& with)
        : storage_(&storage),
          list_(&list),
          with_(&with),
          run_(storage, list, with.wall_clock, with.ticks) {}

    migration_report run() {
        if (run_.is_current()) {
            return {};
        }
        recall();
        refuse_quarantined();
        undo_other_list();
        if (look().pending.empty()) {
            return run_.apply();
        }
        const auto begun = with_->ticks();
        begin();
        try {
            auto report = run_.apply();
            log_success(report, with_->ticks() - begun);
            return report;
        } catch (const migration_error& failed) {
            log_failed_chunk(failed.failure());
            note_failure(failed.what());
            throw;
        } catch (const error&) {
            take_back();
            throw;
        }
    }

private:
    [[nodiscard]] bool is_of_this_list() const {
        return known_.attempted_version == list_->version();
    }
    [[nodiscard]] bool is_exhausted() const {
        return is_of_this_list() && known_.migration_attempts >= migration_attempts_max;
    }

    /// Finds out what earlier attempts have left.
    void recall() {
        auto turn = storage_->begin_turn();
        known_ = turn.metadata();
        follow_earlier(turn);
        turn.rollback();
    }

    /// Earlier attempts can be undone only as long as the last change was theirs: any other is a
    /// program's, which has acknowledged what it wrote.
    void follow_earlier(lease& turn) {
        const auto reached = known_.migration_reached;
        is_theirs_ = reached != 0 && turn.current_bookmark().sequence == reached + 1;
        if (!is_theirs_) {
            known_.before_migration.reset();
        }
    }

    void refuse_quarantined() {
        if (!is_exhausted()) {
            return;
        }
        if (known_.state != object_state::quarantined) {
            // The last attempt has killed the process, or the power has failed in it.
            note_failure("the process ended while the migrations ran");
        }
        throw_quarantined(known_);
    }

    /// The list may have been corrected where it had been applied already.
    void undo_other_list() {
        if (is_of_this_list() || !must_be_undone()) {
            return;
        }
        with_->write_log(log_level::warning,
                         "An attempt at other migrations was interrupted. Restoring to "
                         "pre-migration bookmark.");
        if (restore()) {
            throw attempt_undone();
        }
        known_.before_migration.reset();
    }

    [[nodiscard]] const migration_progress& look() {
        try {
            return run_.look();
        } catch (const error& refused) {
            if (refused.reason() == errc::migration_failed) {
                note_refusal(refused.what());
            }
            throw;
        }
    }

    /// The list does not fit what was applied. Nothing was attempted, but whoever looks at the
    /// object must see why it does not wake. Every wake fails so; it is written once.
    void note_refusal(const std::string& reason) noexcept {
        try {
            if (!is_of_this_list() || known_.migration_error != reason) {
                begin_list();
                known_.migration_error = reason;
                known_.last_attempt = with_->wall_clock();
                keep();
            }
        } catch (const std::exception& failed) {
            with_->write_log(
                log_level::warning,
                std::string("why migrations were refused is not kept: ") + failed.what());
        }
    }

    /// Attempts are counted for each list.
    void begin_list() {
        if (!is_of_this_list()) {
            const auto reached = known_.migration_reached;
            clear_attempts(known_);
            known_.migration_reached = reached;
            known_.attempted_version = list_->version();
        }
    }

    /// Puts the attempt on disk.
    void begin() {
        auto turn = storage_->begin_turn();
        begin_list();
        ++known_.migration_attempts;
        known_.last_attempt = with_->wall_clock();
        if (known_.migration_reached != 0 && !known_.before_migration && !read_found(turn)) {
            // What was applied stays, also when this attempt is undone, and had found nothing.
            store_found(turn, {});
        }
        const auto mark = turn.current_bookmark();
        if (known_.migration_reached != 0) {
            known_.migration_reached = mark.sequence;
            run_.go_on();
        }
        if (with_->node->keeps_history()) {
            known_.before_migration = known_.before_migration.value_or(mark);
        }
        turn.set_metadata(known_);
        with_->node->wait_durable(turn.commit(flush_request::on_wait));
    }

    /// There is something since the bookmark, of this attempt or of earlier ones.
    [[nodiscard]] bool must_be_undone() const {
        return known_.before_migration && (run_.chunks_applied() > 0 || is_theirs_);
    }

    void note_failure(const std::string& reason) {
        known_.migration_error = reason;
        const bool exhausted = is_exhausted();
        if (exhausted) {
            known_.state = object_state::quarantined;
        }
        if (!must_be_undone() || !restore()) {
            known_.before_migration.reset();  // the next attempt begins from what is there
            keep();
        }
        log_failure(exhausted);
    }

    void keep() {
        auto turn = storage_->begin_turn();
        note_reached(turn);
        turn.set_metadata(known_);
        static_cast<void>(turn.commit());
    }

    /// What has been applied, and is not undone, the next attempt finds.
    void note_reached(lease& turn) {
        if (run_.chunks_applied() > 0 || known_.migration_reached != 0) {
            known_.migration_reached = turn.current_bookmark().sequence;
        } else {
            known_.before_migration.reset();
        }
    }

    /// False when the bookmark cannot be reached any more.
    bool restore() {
        try {
            auto turn = storage_->begin_turn();
            note_reached(turn);  // should the restore fail when the storage is closed
            turn.set_metadata(known_);
            static_cast<void>(turn.restore_on_next_wake(*known_.before_migration));
            static_cast<void>(turn.commit());
            return true;
        } catch (const error& failed) {
            with_->write_log(log_level::error,
                             std::string("PITR restore failed (") + failed.what() +
                                 "). Propagating the original migration error instead");
            return false;
        }
    }

    /// The surroundings have failed: the attempt does not count. If even this cannot be written, it
    /// does.
    void take_back() noexcept {
        try {
            --known_.migration_attempts;
            keep();
        } catch (const std::exception& failed) {
            with_->write_log(log_level::warning,
                             std::string("an attempt at migrating that the surroundings made fail "
                                         "stays counted: ") +
                                 failed.what());
        }
    }

    void log_success(const migration_report& report,
                     std::chrono::steady_clock::duration took) const {
        const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(took);
        with_->write_log(log_level::info,
                         "Applied " + std::to_string(report.chunks) +
                             " migration chunk(s) across " + std::to_string(report.applied.size()) +
                             " migration(s) in " + std::to_string(milliseconds.count()) +
                             "ms: " + joined(report.applied) +
                             (with_->node->keeps_history()
                                  ? ""
                                  : " (PITR unavailable — migrations ran unprotected)"));
    }

    void log_failed_chunk(const migration_failure& failure) const {
        constexpr std::size_t shown_bytes = 120;
        auto text =
            "Migration chunk failed: " + failure.name + "[" + std::to_string(failure.chunk) + "]";
        if (failure.statement > 0) {
            text += " stmt " + std::to_string(failure.statement) + ": " +
                    failure.sql.substr(0, shown_bytes) +
                    (failure.sql.size() > shown_bytes ? "…" : "");
        } else {
            text += " (while recording chunk as applied)";
        }
        with_->write_log(log_level::error, text);
    }

    void log_failure(bool exhausted) {
        const auto count = known_.migration_attempts;
        const auto pending = joined(run_.look().pending_names());
        if (exhausted) {
            with_->write_log(log_level::error,
                             "Migration has failed " + std::to_string(count) +
                                 " times. PITR restore disabled — fix the migration and redeploy. "
                                 "Pending: " +
                                 pending + ". Last error: " + known_.migration_error);
            return;
        }
        const auto left = migration_attempts_max - std::min(count, migration_attempts_max);
        auto text = "Migration failed (attempt " + std::to_string(count) + "/" +
                    std::to_string(migration_attempts_max);
        text += with_->node->keeps_history()
                    ? ", " + std::to_string(left) +
                          " PITR-protected retries remaining). Restoring to pre-migration bookmark."
                    : "). PITR unavailable, chunks before the failed one stay.";
        with_->write_log(log_level::error, text + " Pending: " + pending);
    }

    object_storage* storage_;
    const migration_list* list_;
    const migration_surroundings* with_;
    migration_run run_;
    object_metadata known_;
    bool is_theirs_ = false;  // the last change before this attempt: that of earlier ones
};

migration_attempts attempts_of(const object_metadata& known) {
    migration_attempts attempts{.attempt_count = known.migration_attempts};
    if (known.last_attempt) {
        attempts.last_attempt_at = std::chrono::floor<timestamp::duration>(*known.last_attempt);
    }
    if (!known.migration_error.empty()) {
        attempts.last_error = known.migration_error;
    }
    return attempts;
}

/// Why a wake is refused before it attempts anything.
std::optional<std::string> find_refusal(const migration_progress& progress,
                                        std::span<const migration_file> files) {
    try {
        require_unchanged(progress, files);
        return std::nullopt;
    } catch (const migration_error& refused) {
        return refused.what();
    }
}

}  // namespace

attempt_undone::attempt_undone()
    : error(errc::migration_failed,
            "an attempt at other migrations was interrupted; what it did is undone when the object "
            "is closed, and then it can be migrated. Where every call says so, undoing fails: the "
            "log has the reason, and restoring, importing or destroying the object helps") {}

migration_report run_protected(object_storage& storage, const migration_list& list,
                               const migration_surroundings& with) {
    return attempt(storage, list, with).run();
}

migration_attempts read_attempts(object_storage& storage) {
    auto turn = storage.begin_turn();
    return attempts_of(turn.metadata());
}

migration_status read_status(object_storage& storage, const migration_list& list,
                             const storage_node& node) {
    auto turn = storage.begin_turn();
    const auto progress = read_progress(turn, list.files());
    const auto known = turn.metadata();
    migration_status status{.attempts = attempts_of(known), .pitr_available = node.keeps_history()};
    if (auto refusal = find_refusal(progress, list.files())) {
        status.attempts.last_error = std::move(refusal);
    }
    for (const auto name : progress.pending_names()) {
        status.pending.emplace_back(name);
    }
    for (const auto& [chunk, checksum] : progress.applied) {
        const auto& name = chunk.first;
        const bool told = !status.applied.empty() && status.applied.back() == name;
        if (!told && std::ranges::find(status.pending, name) == status.pending.end()) {
            status.applied.push_back(name);
        }
    }
    const bool counts = known.attempted_version == list.version();
    const auto made = counts ? std::min(known.migration_attempts, migration_attempts_max) : 0;
    status.pitr_attempts_remaining = status.pitr_available ? migration_attempts_max - made : 0;
    return status;
}

migration_plan plan_migrations(object_storage& storage, const migration_list& list) {
    auto turn = storage.begin_turn();
    const auto progress = read_progress(turn, list.files());
    require_unchanged(progress, list.files());
    migration_plan plan{.adopted_journal = std::string(name_of(progress.journal.kind))};
    for (const auto& file : find_adopted(progress.journal, list.files())) {
        plan.adopted.emplace_back(file.name);
    }
    for (const auto& chunk : progress.pending) {
        plan.chunks.push_back({std::string(chunk.name), chunk.index, std::string(chunk.sql)});
    }
    return plan;
}

void forget_attempts(object_storage& storage) {
    auto turn = storage.begin_turn();
    forget_attempts(turn);
    static_cast<void>(turn.commit());
}

void forget_attempts(lease& turn) {
    auto known = turn.metadata();
    clear_attempts(known);
    known.version = migration_journal(turn).version();
    if (known != turn.metadata()) {
        turn.set_metadata(std::move(known));
    }
}

}  // namespace dormouse
