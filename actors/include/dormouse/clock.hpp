// Tests of timeouts and hibernation must not wait for real time. Everything that asks the time or
// waits for it goes through a clock, which is the system's in production and virtual under the
// deterministic scheduler.
#pragma once

#include <dormouse/timestamp.hpp>

#include <chrono>
#include <cstdint>
#include <functional>

namespace dormouse {

using steady_time = std::chrono::steady_clock::time_point;

/// Identifies a waiting timer. 0 is no timer.
using timer_id = std::uint64_t;

/// **Thread safety:** thread-safe.
class clock {
public:
    /// The wall clock, for what people and databases see.
    [[nodiscard]] virtual timestamp now() const = 0;
    /// The monotonic clock, for deadlines and waiting.
    [[nodiscard]] virtual steady_time ticks() const = 0;

    /// Runs `action` at `due` or soon after, on any thread. It must be short and must not throw.
    virtual timer_id call_at(steady_time due, std::function<void()> action) = 0;
    /// The action will not start any more, unless it has already.
    virtual void cancel(timer_id timer) noexcept = 0;

protected:
    ~clock() = default;
};

}  // namespace dormouse
