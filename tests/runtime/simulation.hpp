// Random programs on a simulated machine. Objects write, pause, call each other, break, sleep and
// are woken; calls have deadlines; the machine loses power. The simulation checks what every
// program relies on:
//
//   * an object has at most one life at a time, and a frame of an earlier life cannot write;
//   * one caller's calls of one object start in the order they were made;
//   * every call is answered, once;
//   * what was acknowledged survives power loss; a turn's writes survive together or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dormouse::test {

struct simulation_options {
    std::uint64_t seed = 1;
    std::size_t objects = 1'000;
    std::size_t calls = 2'000;  ///< Between two power losses.
    std::size_t power_losses = 2;
};

struct simulation_result {
    std::size_t calls = 0;
    std::size_t acknowledged = 0;
    std::size_t refused = 0;  ///< Timed out, overloaded or reset.
    std::size_t lives = 0;    ///< How often an object woke.
    std::size_t crashes = 0;
    std::vector<std::string> violations;
};

[[nodiscard]] simulation_result simulate(const simulation_options& options);

}  // namespace dormouse::test
