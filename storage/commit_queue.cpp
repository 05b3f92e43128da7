#include "storage/commit_queue.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace dormouse {

commit_queue::commit_queue(std::function<void()> request_step)
    : request_step_(std::move(request_step)) {}

ticket commit_queue::append(sqlite3_file* log) {
    // The step is asked for under the lock: whoever closes this log later must come behind it.
    const std::lock_guard lock(mutex_);
    if (waiting_logs_.empty()) {
        request_step_();
    }
    waiting_logs_.push_back(log);
    return {++appended_};
}

void commit_queue::when_durable(ticket position, durable_action action) {
    bool failed = false;
    {
        const std::lock_guard lock(mutex_);
        if (position.position > durable_ && !poisoned_) {
            actions_.emplace(position.position, std::move(action));
            return;
        }
        failed = position.position > durable_;
    }
    action(failed);
}

void commit_queue::poison() noexcept {
    const std::lock_guard lock(mutex_);
    poisoned_ = true;
}

bool commit_queue::poisoned() const {
    const std::lock_guard lock(mutex_);
    return poisoned_;
}

void commit_queue::sync_step() {
    std::vector<sqlite3_file*> logs;
    std::uint64_t reached = 0;
    {
        const std::lock_guard lock(mutex_);
        logs.swap(waiting_logs_);
        reached = appended_;
    }
    if (!sync_logs(logs)) {
        poison();
    }
    run_actions(reached, poisoned());
}

bool commit_queue::sync_logs(const std::vector<sqlite3_file*>& logs) noexcept {
    auto distinct = logs;
    std::ranges::sort(distinct);
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    return std::ranges::all_of(distinct, [](sqlite3_file* log) {
        return log != nullptr && log->pMethods != nullptr &&
               log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) == SQLITE_OK;
    });
}

// The new position is published only when nothing older waits: an action that finds its position
// durable runs at once, and must not overtake one that is about to run.
void commit_queue::run_actions(std::uint64_t durable, bool failed) {
    std::unique_lock lock(mutex_);
    while (!actions_.empty() && (failed || actions_.begin()->first <= durable)) {
        auto next = actions_.extract(actions_.begin());
        lock.unlock();
        next.mapped()(failed);
        lock.lock();
    }
    if (!failed) {
        durable_ = std::max(durable_, durable);
    }
}

}  // namespace dormouse
