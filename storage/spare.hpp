// What every wake needs for a moment, and would else ask the allocator for each time.
#pragma once

#include <mutex>
#include <utility>

namespace dormouse {

/// Keeps one value for whoever needs one next.
///
/// **Thread safety:** thread-safe.
template <class T>
class spare {
public:
    /// The value kept; an empty one when another has it.
    [[nodiscard]] T take() noexcept {
        const std::lock_guard lock(mutex_);
        return std::exchange(value_, T{});
    }
    void keep(T value) noexcept {
        const std::lock_guard lock(mutex_);
        value_.swap(value);  // what was kept goes outside of the lock
    }

private:
    std::mutex mutex_;
    T value_{};
};

}  // namespace dormouse
