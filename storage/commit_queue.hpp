// Commits are cheap to append and dear to sync. The queue gives each commit its position, lets one
// background step sync everything that waits, and runs what waited for those positions, in order.
#pragma once

#include <dormouse/lease.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

struct sqlite3_file;

namespace dormouse {

/// **Thread safety:** thread-safe; `sync_step` is run by one thread at a time.
class commit_queue {
public:
    using durable_action = std::function<void(bool failed)>;

    /// `request_step` asks whoever drives the queue to call `sync_step` soon; it must not do so
    /// itself.
    explicit commit_queue(std::function<void()> request_step);

    /// Notes a commit appended to `log`, which must stay open until the next `sync_step` is done.
    [[nodiscard]] ticket append(sqlite3_file* log);

    void when_durable(ticket position, durable_action action);

    /// Syncs every log with commits waiting, then runs what waited. A failed sync poisons the
    /// queue: nothing is called durable any more, because what the disk holds is no longer known.
    void sync_step();

    /// Says that the disk failed elsewhere.
    void poison() noexcept;
    [[nodiscard]] bool poisoned() const;

private:
    bool sync_logs(const std::vector<sqlite3_file*>& logs) noexcept;
    void run_actions(std::uint64_t durable, bool failed);

    mutable std::mutex mutex_;
    std::function<void()> request_step_;
    std::vector<sqlite3_file*> waiting_logs_;
    std::multimap<std::uint64_t, durable_action> actions_;
    std::uint64_t appended_ = 0;
    std::uint64_t durable_ = 0;
    bool poisoned_ = false;
};

}  // namespace dormouse
