#include "runtime/residency.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <utility>

namespace dormouse {
namespace {

// The lock is held while cells are looked at, so one sweep looks at a few and the next goes on.
constexpr std::size_t looks_per_sweep_max = 256;

}  // namespace

residency::admission residency::admit(const object_id& id, steady_time at, const cell_maker& make) {
    const std::lock_guard lock(mutex_);
    if (shutting_down_) {
        throw error(errc::shutting_down, "the runtime is shutting down");
    }
    auto& found = cells_[id];
    const bool made = found == nullptr;
    if (made) {
        found = make();
        found->place_ = by_use_.insert(by_use_.end(), found.get());
    }
    if (found->calls_.load(std::memory_order_relaxed) >= limits_.calls_per_object_max) {
        throw error(errc::overloaded,
                    "Durable Object is overloaded. Too many requests queued. (limit " +
                        std::to_string(limits_.calls_per_object_max) + ")");
    }
    found->calls_.fetch_add(1, std::memory_order_relaxed);
    touch(*found, at);
    return {found, made && cells_.size() > limits_.awake_max};
}

void residency::touch(cell& used, steady_time at) {
    used.used_ = at;
    by_use_.splice(by_use_.end(), by_use_, used.place_);
}

void residency::call_ended(cell& left) noexcept {
    left.calls_.fetch_sub(1, std::memory_order_release);
}

void residency::release(cell& asleep) {
    std::shared_ptr<cell> kept;  // outlives the lock: the last reference may be ours
    std::function<void()> drained;
    {
        const std::lock_guard lock(mutex_);
        if (asleep.calls_.load(std::memory_order_acquire) > 0) {
            return;
        }
        const auto found = cells_.find(asleep.id());
        kept = std::move(found->second);
        by_use_.erase(asleep.place_);
        cells_.erase(found);
        if (shutting_down_ && cells_.empty()) {
            drained = std::exchange(drained_, nullptr);
        }
    }
    if (drained) {
        drained();
    }
}

std::shared_ptr<cell> residency::find_shared(const cell& wanted) const {
    return cells_.at(wanted.id());
}

std::vector<std::shared_ptr<cell>> residency::take_sleepers(steady_time at) {
    std::vector<std::shared_ptr<cell>> sleepers;
    const std::lock_guard lock(mutex_);
    auto above = cells_.size() > limits_.awake_max ? cells_.size() - limits_.awake_max : 0;
    auto left = std::min(by_use_.size(), looks_per_sweep_max + above);
    for (auto next = by_use_.begin(); next != by_use_.end() && left > 0; --left) {
        cell& candidate = **next++;
        const bool expired = shutting_down_ || candidate.used_ + limits_.idle_timeout <= at;
        if (!expired && above == 0) {
            break;
        }
        if (candidate.calls_.load(std::memory_order_acquire) > 0) {
            if (expired) {
                touch(candidate, at);  // busy: idle time counts from when it is found at rest
            }
            continue;
        }
        sleepers.push_back(find_shared(candidate));
        above -= above > 0 ? 1 : 0;
        touch(candidate, at);
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

std::size_t residency::size() const {
    const std::lock_guard lock(mutex_);
    return cells_.size();
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

void residency::shut_down(std::function<void()> drained) {
    bool empty = false;
    {
        const std::lock_guard lock(mutex_);
        shutting_down_ = true;
        empty = cells_.empty();
        if (!empty) {
            drained_ = std::move(drained);
        }
    }
    if (empty) {
        drained();
    }
}

}  // namespace dormouse
