// Which objects have a cell, which of them were used least recently, and whether one more call may
// queue.
#pragma once

#include "runtime/cell.hpp"

#include <dormouse/clock.hpp>

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

    explicit residency(residency_limits limits) : limits_(limits) {}

    /// The object's one cell, made if there is none, with one more call counted in.
    /// Errors: `errc::overloaded` when the object's queue is full; `errc::shutting_down`.
    [[nodiscard]] admission admit(const object_id& id, steady_time at, const cell_maker& make);

    /// A call has left the object.
    void call_ended(cell& left) noexcept;

    /// Forgets a cell that sleeps, unless a call is on its way to it.
    void release(cell& asleep);

    /// The idle cells that may sleep at that time, and the least recently used idle ones above the
    /// limit.
    [[nodiscard]] std::vector<std::shared_ptr<cell>> take_sleepers(steady_time at);

    /// When the least recently used cell may sleep; nothing when there is none.
    [[nodiscard]] std::optional<steady_time> next_look() const;
    [[nodiscard]] std::size_t size() const;
    /// Whether object `id` has a cell.
    [[nodiscard]] bool contains(const object_id& id) const;

    /// Refuses further calls. `drained` is called once, when the last cell has gone.
    void shut_down(std::function<void()> drained);

    /// Drops every object where it stands. Only when their loop has stopped.
    void abandon() noexcept;

private:
    [[nodiscard]] std::shared_ptr<cell> find_shared(const cell& wanted) const;
    void touch(cell& used, steady_time at);

    residency_limits limits_;
    mutable std::mutex mutex_;
    std::unordered_map<object_id, std::shared_ptr<cell>> cells_;
    std::list<cell*> by_use_;  // least recently used first
    std::function<void()> drained_;
    bool shutting_down_ = false;
};

}  // namespace dormouse
