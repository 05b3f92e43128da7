// Which timers are due, and when to look again. Knows nothing of threads or clocks.
#pragma once

#include <dormouse/clock.hpp>

#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dormouse {

/// **Thread safety:** actor-confined; its owner locks it.
class timer_queue {
public:
    using action = std::function<void()>;

    timer_id schedule(steady_time due, action run);
    void cancel(timer_id timer) noexcept;
    /// Removes every timer due at `now`, earliest first; timers due together in order of
    /// scheduling.
    [[nodiscard]] std::vector<action> take_due(steady_time now);
    /// Nothing when no timer waits.
    [[nodiscard]] std::optional<steady_time> next_due() const;

private:
    std::map<std::pair<steady_time, timer_id>, action> waiting_;
    std::unordered_map<timer_id, steady_time> due_;
    timer_id last_ = 0;
};

}  // namespace dormouse
