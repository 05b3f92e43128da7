// Which objects have a cell, which of them were used least recently, and whether one more call may
// queue.
#pragma once

#include "runtime/cell.hpp"

#include <dormouse/clock.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace dormouse {

struct residency_limits {
    std::size_t awake_max = 10'000;
    std::uint32_t calls_per_object_max = 1'000;
    std::chrono::milliseconds idle_timeout{10'000};
};

/// **Thread safety:** thread-safe. **Lifetime:** outlives its cells' work.
class residency {
public:
    using cell_maker = std::function<std::shared_ptr<cell>()>;

    struct admission {
        std::shared_ptr<cell> resident;
        bool crowded = false;  ///< A cell was made and more objects are awake than allowed.
    };

    /// `awake`: counts the cells of every residency of the host.
    residency(residency_limits limits, std::atomic<std::size_t>& awake)
        : limits_(limits), awake_(&awake) {}

    /// The object's one cell, made if there is none, with one more call counted in. `inside`: an
    /// object makes the call, which it may do while the runtime waits for it to finish.
    /// Errors: `errc::overloaded` when the object's queue is full; `errc::shutting_down`.
    [[nodiscard]] admission admit(const object_id& id, steady_time at, bool inside,
                                  const cell_maker& make);

    /// The answer of a call has left the object.
    static void call_ended(cell& left, steady_time at) noexcept;

    /// Forgets a cell that sleeps, unless a call is on its way to it.
    void release(cell& asleep);

    /// Tells the idle cells that may sleep at that time to do so, and the least recently used idle
    /// ones above the limit.
    void let_sleep(steady_time at);

    /// When the least recently used cell may sleep; nothing when there is none.
    [[nodiscard]] std::optional<steady_time> next_look() const;
    /// Whether object `id` has a cell.
    [[nodiscard]] bool contains(const object_id& id) const;

    /// Refuses further calls from outside objects; from then on, having work but no calls does not
    /// keep an object from sleeping.
    void shut_down();

    /// Drops every object where it stands. Only when their loop has stopped.
    void abandon() noexcept;

private:
    [[nodiscard]] std::vector<std::shared_ptr<cell>> take_sleepers(steady_time at);
    void touch(cell& used, steady_time at);
    void set_leaving(cell& told, bool leaving);

    residency_limits limits_;
    std::atomic<std::size_t>* awake_;
    mutable std::mutex mutex_;
    std::unordered_map<object_id, std::shared_ptr<cell>> cells_;
    std::list<cell*> by_use_;  // least recently used first
    std::size_t leaving_ = 0;
    std::atomic<bool> shutting_down_{false};
};

}  // namespace dormouse
