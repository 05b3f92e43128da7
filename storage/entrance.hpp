// Lets one in at a time. Unlike a mutex it may be left by another thread than entered; unlike
// `std::binary_semaphore` of libstdc++ it costs no system call when nobody waits, and a failed try
// does not spin.
#pragma once

#include <atomic>

namespace dormouse {

/// **Thread safety:** thread-safe.
class entrance {
public:
    void enter() noexcept {
        while (!try_enter()) {
            taken_.wait(true, std::memory_order_relaxed);
        }
    }
    [[nodiscard]] bool try_enter() noexcept {
        return !taken_.test_and_set(std::memory_order_acquire);
    }
    void leave() noexcept {
        taken_.clear(std::memory_order_release);
        taken_.notify_one();
    }

private:
    std::atomic_flag taken_;
};

}  // namespace dormouse
