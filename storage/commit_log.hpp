// All objects of a node commit into one log, because one `fdatasync` then serves everything that
// waits. The log gives each commit its position, writes what has gathered in one step, and only
// then tells those who wait.
#pragma once

#include "storage/log_segment.hpp"

#include <dormouse/lease.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace dormouse {

struct commit_log_options {
    std::string directory;
    std::uint64_t segment_bytes = std::uint64_t{64} << 20;
    std::function<std::uint64_t()> milliseconds;  ///< Wall clock since 1970.
    std::uint64_t free_bytes_min = 0;             ///< Of the disk, below which turns are refused.
};

/// Where a log goes on: what a scan found.
struct log_start {
    log_position end = log_begin;
    std::uint32_t epoch = 0;  ///< The last one used.
    std::uint64_t time = 0;   ///< Of the last record.
    std::vector<std::string> classes;
    std::map<log_position, std::string> segments;  ///< Path by start.
};

/// Where a record lies.
struct log_span {
    log_position begin = 0;
    log_position end = 0;  ///< The record is durable when everything before this is.
    std::uint64_t time = 0;
};

/// Room on the disk that others do not count on while this lives.
class space_claim {
public:
    space_claim(std::atomic<std::uint64_t>& claimed, std::uint64_t bytes) noexcept
        : claimed_(&claimed), bytes_(bytes) {
        *claimed_ += bytes_;
    }
    space_claim(const space_claim&) = delete;
    space_claim& operator=(const space_claim&) = delete;
    ~space_claim() { *claimed_ -= bytes_; }

private:
    std::atomic<std::uint64_t>* claimed_;
    std::uint64_t bytes_;
};

/// **Thread safety:** thread-safe.
/// **Errors:** any failure to write or sync poisons the log for good: what the disk holds is no
/// longer known, so nothing more is appended or called durable. `errc::storage_failed` says so.
class commit_log {
public:
    using durable_action = std::function<void(bool failed)>;
    /// Ask whoever drives the log to call `flush` or `prepare_spare` soon; they must not do so
    /// themselves.
    struct requests {
        std::function<void()> flush;
        std::function<void()> prepare_spare;
    };

    /// Begins a segment of a new epoch: nothing behind `start.end` can ever join the log. Blocks.
    commit_log(disk& on, commit_log_options options, log_start start, requests ask);

    /// Gives a record its place. It is not durable yet.
    log_span append(std::vector<std::byte> record, flush_request flush = flush_request::at_once);
    /// The number of a class, appending the record that says so when it has none.
    std::uint32_t class_number(const std::string& name);

    /// Makes everything appended so far durable, then runs what waited for it. One caller at a time
    /// does so; another returns at once, and the first asks for a further step.
    void flush();
    /// The same for `position`, by the calling thread unless another is at it already.
    void wait_durable(log_position position);
    void when_durable(log_position position, durable_action action);
    [[nodiscard]] bool is_durable(log_position position) const noexcept;
    [[nodiscard]] log_position durable() const noexcept;

    void prepare_spare();
    /// Removes the segments that lie wholly before `position`, oldest first: a gap would look like
    /// damage.
    void remove_before(log_position position);
    /// Paths of the segments by where they begin.
    [[nodiscard]] std::map<log_position, std::string> segments() const;

    void poison(const std::string& reason) noexcept;
    [[nodiscard]] bool poisoned() const;
    /// Errors: `errc::storage_failed` when poisoned, naming the first reason.
    void require_sound() const;

    /// Errors: `errc::storage_full` while less is free than the options say. Running full in the
    /// middle of a write would poison the log.
    void require_space();
    /// The same for `bytes` that are about to be written beside the log.
    [[nodiscard]] std::unique_ptr<space_claim> claim_space(std::uint64_t bytes);

    /// Bytes appended and not yet written.
    [[nodiscard]] std::size_t waiting_bytes() const;

private:
    log_span append_locked(std::span<std::byte> record, flush_request flush);
    void request_flush_locked();
    std::uint64_t look_for_space();
    [[noreturn]] void refuse_for_space(std::uint64_t free, std::uint64_t wanted) const;
    void flush_locked(std::unique_lock<std::mutex>& lock);
    void write_batch(log_position begin, std::span<const std::byte> records);
    void begin_segment(log_position start);
    void run_actions(std::unique_lock<std::mutex>& lock, log_position reached);
    void require_sound_locked() const;

    disk* disk_;
    commit_log_options options_;
    requests ask_;
    segment_writer segment_;  // the flushing caller's

    mutable std::mutex mutex_;
    std::condition_variable flushed_;
    std::vector<std::byte> waiting_;
    std::vector<std::byte> written_;  // the flushing caller's; takes turns with the one before
    std::vector<std::string> classes_;
    std::map<log_position, std::string> segments_;
    std::multimap<log_position, durable_action> actions_;
    log_position next_;
    std::atomic<log_position> durable_;
    log_position announced_;  // everything that waited for positions up to here has been told
    std::uint32_t epoch_;
    std::uint64_t last_time_;
    std::string failure_;                    // empty while sound
    std::atomic<bool> nearly_full_ = false;  // when it was last looked
    std::atomic<std::uint64_t> claimed_bytes_ = 0;
    bool flushing_ = false;
    bool flush_requested_ = false;  // of what waits
    bool poisoned_ = false;
};

}  // namespace dormouse
