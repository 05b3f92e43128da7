// Sources are saved one after the other, and a build takes its time. The cycle decides when to
// build and when to start the server again, and knows nothing of files, processes or clocks.
#pragma once

#include <chrono>
#include <cstdint>

namespace dormouse::cli {

enum class watch_action : std::uint8_t { wait, build, restart };

/// **Thread safety:** one thread.
class watch_cycle {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// `quiet`: so long nothing has changed before a build begins. The first is due at once.
    explicit watch_cycle(std::chrono::milliseconds quiet) : quiet_(quiet) {}

    /// Something was saved.
    void note_change(time_point at);
    /// The build that was begun has ended. One that something has changed under is not started:
    /// another follows.
    void note_built();
    /// The same of one that failed: the server goes on as it was.
    void note_build_failed() { building_ = false; }

    /// What is to be done at this moment; each answer but `wait` is given once.
    [[nodiscard]] watch_action next(time_point now);

private:
    std::chrono::milliseconds quiet_;
    time_point build_from_{};
    bool build_wanted_ = true;
    bool building_ = false;
    bool restart_wanted_ = false;
};

}  // namespace dormouse::cli
