#include "storage/commit_log.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace dormouse {
namespace {

constexpr std::size_t kept_bytes_max = std::size_t{4} << 20;  // of a buffer not in use

std::size_t record_length(std::span<const std::byte> record) {
    std::uint32_t length = 0;
    std::memcpy(&length, record.data() + offsetof(record_header, length), sizeof length);
    return length;
}

}  // namespace

commit_log::commit_log(disk& on, commit_log_options options, log_start start, requests ask)
    : disk_(&on),
      options_(std::move(options)),
      ask_(std::move(ask)),
      segment_(on, options_.directory, options_.segment_bytes),
      classes_(std::move(start.classes)),
      segments_(std::move(start.segments)),
      next_(start.end),
      durable_(start.end),
      announced_(start.end),
      epoch_(start.epoch + 1),
      last_time_(start.time) {
    begin_segment(next_);
    look_for_space();
}

log_span commit_log::append(std::vector<std::byte> record, flush_request flush) {
    seal_body(record);
    const std::lock_guard lock(mutex_);
    return append_locked(record, flush);
}

// The flush is asked for under the lock: what is asked for later, closing a file for example, comes
// behind it.
log_span commit_log::append_locked(std::span<std::byte> record, flush_request flush) {
    require_sound_locked();
    last_time_ = std::max(last_time_, options_.milliseconds());
    seal_header(record, {next_, durable_.load(std::memory_order_relaxed), epoch_, last_time_});
    waiting_.insert(waiting_.end(), record.begin(), record.end());
    const log_span place{next_, next_ + record.size(), last_time_};
    next_ = place.end;
    constexpr std::size_t unasked_bytes_max = std::size_t{1} << 20;  // if nobody ever waits
    if (flush == flush_request::at_once || waiting_.size() > unasked_bytes_max) {
        request_flush_locked();
    }
    return place;
}

// Once for each batch: a flush that is under way asks for the next one itself.
void commit_log::request_flush_locked() {
    if (!std::exchange(flush_requested_, true) && !flushing_) {
        ask_.flush();
    }
}

std::uint32_t commit_log::class_number(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(classes_, name);
    const auto number = static_cast<std::uint32_t>(found - classes_.begin());
    if (found == classes_.end()) {
        auto record = make_class({number, name}).finish();
        seal_body(record);
        append_locked(record, flush_request::on_wait);
        classes_.push_back(name);
    }
    return number;
}

void commit_log::flush() {
    std::unique_lock lock(mutex_);
    if (!flushing_) {
        flush_locked(lock);
    }
}

void commit_log::wait_durable(log_position position) {
    std::unique_lock lock(mutex_);
    while (!is_durable(position)) {
        require_sound_locked();
        if (flushing_) {
            flushed_.wait(lock);
        } else {
            flush_locked(lock);
        }
    }
}

void commit_log::flush_locked(std::unique_lock<std::mutex>& lock) {
    flush_requested_ = false;
    if (poisoned_) {
        run_actions(lock, durable());
        return;
    }
    if (waiting_.empty()) {
        return;
    }
    flushing_ = true;
    std::swap(waiting_, written_);
    lock.unlock();
    std::string failure;
    try {
        write_batch(durable(), written_);
    } catch (const std::exception& thrown) {
        failure = thrown.what();
    }
    lock.lock();
    if (!failure.empty() && !poisoned_) {
        poisoned_ = true;
        failure_ = failure;
    }
    run_actions(lock, poisoned_ ? durable() : durable() + written_.size());
    if (written_.capacity() > kept_bytes_max) {
        written_ = std::vector<std::byte>();
    }
    written_.clear();
    flushing_ = false;
    flushed_.notify_all();
    if (flush_requested_) {
        ask_.flush();
    }
}

// A record never lies in two segments: one may run over its size by the last record.
void commit_log::write_batch(log_position begin, std::span<const std::byte> records) {
    auto rest = records;
    auto position = begin;
    while (!rest.empty()) {
        if (segment_.is_full(position)) {
            begin_segment(position);
            ask_.prepare_spare();
        }
        std::size_t length = 0;
        while (length < rest.size() && !segment_.is_full(position + length)) {
            length += record_length(rest.subspan(length));
        }
        segment_.write(position, rest.first(length));
        segment_.sync();  // before the next segment begins, too: its header proves this one whole
        position += length;
        rest = rest.subspan(length);
    }
    look_for_space();
}

std::uint64_t commit_log::look_for_space() {
    const auto free = disk_->free_bytes(options_.directory);
    nearly_full_.store(free < options_.free_bytes_min, std::memory_order_relaxed);
    return free;
}

void commit_log::require_space() {
    if (!nearly_full_.load(std::memory_order_relaxed)) {
        return;
    }
    if (const auto free = look_for_space(); free < options_.free_bytes_min) {
        refuse_for_space(free, 0);
    }
}

// Claimed before it is compared, so that of two who need the same room at most one gets it.
std::unique_ptr<space_claim> commit_log::claim_space(std::uint64_t bytes) {
    auto claim = std::make_unique<space_claim>(claimed_bytes_, bytes);
    const auto free = look_for_space();
    if (free < options_.free_bytes_min || free - options_.free_bytes_min < claimed_bytes_) {
        refuse_for_space(free, claimed_bytes_);
    }
    return claim;
}

void commit_log::refuse_for_space(std::uint64_t free, std::uint64_t wanted) const {
    throw error(errc::storage_full, "the disk of " + options_.directory + " has " +
                                        std::to_string(free) + " bytes left, and writing " +
                                        (wanted == 0 ? "" : std::to_string(wanted) + " more ") +
                                        "stops at " + std::to_string(options_.free_bytes_min) +
                                        "; reading goes on");
}

void commit_log::begin_segment(log_position start) {
    segment_header header{start, epoch_, {}};
    {
        const std::lock_guard lock(mutex_);
        header.classes = classes_;
    }
    segment_.begin(header);
    const std::lock_guard lock(mutex_);
    segments_[start] = options_.directory + "/" + segment_name(start);
}

void commit_log::run_actions(std::unique_lock<std::mutex>& lock, log_position reached) {
    durable_.store(reached, std::memory_order_release);
    while (!actions_.empty() && (poisoned_ || actions_.begin()->first <= reached)) {
        auto next = actions_.extract(actions_.begin());
        const bool failed = next.key() > reached;
        lock.unlock();
        next.mapped()(failed);
        lock.lock();
    }
    announced_ = std::max(announced_, reached);
}

// What is durable but not announced yet waits its turn: an action that ran at once would overtake
// one that is about to run.
void commit_log::when_durable(log_position position, durable_action action) {
    bool failed = false;
    {
        const std::lock_guard lock(mutex_);
        failed = !is_durable(position);
        if (position > announced_ && !poisoned_) {
            actions_.emplace(position, std::move(action));
            request_flush_locked();
            return;
        }
    }
    action(failed);
}

bool commit_log::is_durable(log_position position) const noexcept {
    return position <= durable_.load(std::memory_order_acquire);
}

log_position commit_log::durable() const noexcept {
    return durable_.load(std::memory_order_acquire);
}

void commit_log::prepare_spare() {
    try {
        segment_.prepare_spare();
    } catch (const std::exception&) {
        // The next segment is then made when it is needed, and fails for everyone to see.
    }
}

void commit_log::remove_before(log_position position) {
    std::unique_lock lock(mutex_);
    while (segments_.size() > 1 && std::next(segments_.begin())->first <= position) {
        const auto oldest = segments_.begin()->second;
        lock.unlock();
        disk_->remove(oldest);
        disk_->sync_directory(options_.directory);
        lock.lock();
        segments_.erase(segments_.begin());
    }
}

std::map<log_position, std::string> commit_log::segments() const {
    const std::lock_guard lock(mutex_);
    return segments_;
}

void commit_log::poison(const std::string& reason) noexcept {
    const std::lock_guard lock(mutex_);
    if (!poisoned_) {
        poisoned_ = true;
        failure_ = reason;
        ask_.flush();  // to tell those who wait
    }
}

bool commit_log::poisoned() const {
    const std::lock_guard lock(mutex_);
    return poisoned_;
}

void commit_log::require_sound() const {
    const std::lock_guard lock(mutex_);
    require_sound_locked();
}

void commit_log::require_sound_locked() const {
    if (poisoned_) {
        throw error(errc::storage_failed,
                    "the disk failed earlier (" + failure_ + "); restart to recover");
    }
}

std::size_t commit_log::waiting_bytes() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
}

}  // namespace dormouse
