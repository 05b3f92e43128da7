#include "runtime/residency.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <utility>

namespace dormouse {
namespace {

// The lock is held while cells are looked at, so one sweep looks at a few and the next goes on.
constexpr std::size_t looks_per_sweep_max = 256;

}  // namespace

residency::admission residency::admit(const object_id& id, steady_time at, bool inside,
                                      const cell_maker& make) {
    const std::lock_guard lock(mutex_);
    if (shutting_down_ && !inside) {
        throw error(errc::shutting_down, "the runtime is shutting down");
    }
    auto& found = cells_[id];
    const bool made = found == nullptr;
    if (made) {
        found = make();
        found->place_ = by_use_.insert(by_use_.end(), found.get());
        awake_->fetch_add(1, std::memory_order_relaxed);
    }
    if (found->calls_.load(std::memory_order_relaxed) >= limits_.calls_per_object_max) {
        throw error(errc::overloaded,
                    "Durable Object is overloaded. Too many requests queued. (limit " +
                        std::to_string(limits_.calls_per_object_max) + ")");
    }
    found->calls_.fetch_add(1, std::memory_order_relaxed);
    set_leaving(*found, false);
    touch(*found, at);
    return {found, made && cells_.size() - leaving_ > limits_.awake_max};
}

void residency::touch(cell& used, steady_time at) {
    used.used_ = at;
    by_use_.splice(by_use_.end(), by_use_, used.place_);
}

// Cells on their way out no longer count against the limit, or a burst of new objects would have
// the same few push out more and more others.
void residency::set_leaving(cell& told, bool leaving) {
    if (std::exchange(told.leaving_, leaving) != leaving) {
        leaving ? ++leaving_ : --leaving_;
    }
}

void residency::call_ended(cell& left, steady_time at) noexcept {
    left.rested_.store(at.time_since_epoch().count(), std::memory_order_relaxed);
    left.calls_.fetch_sub(1, std::memory_order_release);
}

void residency::release(cell& asleep) {
    std::shared_ptr<cell> kept;  // outlives the lock: the last reference may be ours
    const std::lock_guard lock(mutex_);
    const auto found = cells_.find(asleep.id());
    if (found == cells_.end() || found->second.get() != &asleep ||
        asleep.calls_.load(std::memory_order_acquire) > 0) {
        return;
    }
    kept = std::move(found->second);
    set_leaving(asleep, false);
    by_use_.erase(asleep.place_);
    cells_.erase(found);
    awake_->fetch_sub(1, std::memory_order_release);
}

void residency::let_sleep(steady_time at) {
    const bool even_with_work = shutting_down_;
    for (const auto& sleeper : take_sleepers(at)) {
        sleeper->post_hibernate(even_with_work);
    }
}

std::vector<std::shared_ptr<cell>> residency::take_sleepers(steady_time at) {
    std::vector<std::shared_ptr<cell>> sleepers;
    const std::lock_guard lock(mutex_);
    const auto staying = cells_.size() - leaving_;
    auto above = staying > limits_.awake_max ? staying - limits_.awake_max : 0;
    auto left = std::min(by_use_.size(), looks_per_sweep_max + above);
    for (auto next = by_use_.begin(); next != by_use_.end() && left > 0; --left) {
        cell& candidate = **next++;
        if (!shutting_down_ && above == 0 && candidate.used_ + limits_.idle_timeout > at) {
            break;
        }
        if (candidate.calls_.load(std::memory_order_acquire) > 0) {
            touch(candidate, at);
            continue;
        }
        const steady_time rested{
            steady_time::duration(candidate.rested_.load(std::memory_order_relaxed))};
        const auto idle_since = std::max(candidate.used_, rested);
        const bool expired = shutting_down_ || idle_since + limits_.idle_timeout <= at;
        const bool surplus = above > 0 && !candidate.leaving_;
        if (expired || surplus) {
            sleepers.push_back(cells_.at(candidate.id()));
            above -= surplus ? 1 : 0;
            set_leaving(candidate, true);
            touch(candidate, at);
        } else {
            touch(candidate, idle_since);
        }
    }
    return sleepers;
}

std::optional<steady_time> residency::next_look() const {
    const std::lock_guard lock(mutex_);
    if (by_use_.empty()) {
        return std::nullopt;
    }
    return by_use_.front()->used_ + limits_.idle_timeout;
}

bool residency::contains(const object_id& id) const {
    const std::lock_guard lock(mutex_);
    return cells_.contains(id);
}

void residency::abandon() noexcept {
    for (const auto& [id, dropped] : std::exchange(cells_, {})) {
        dropped->abandon();
    }
    by_use_.clear();
}

void residency::shut_down() {
    shutting_down_ = true;
}

}  // namespace dormouse
