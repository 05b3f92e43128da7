// A new program meets objects of every age. The simulation makes objects at three versions of a
// database, wakes all of them at the newest while the machine loses power again and again in the
// middle of migrations, and checks that every object arrives, with its data, and that every chunk
// was applied to it exactly once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dormouse::test {

struct rollout_options {
    std::uint64_t seed = 1;
    std::size_t objects = 60;
    std::size_t power_losses = 6;
};

struct rollout_result {
    std::size_t crashes = 0;
    std::size_t interrupted = 0;  ///< Calls that the power cut off.
    std::vector<std::string> violations;
};

[[nodiscard]] rollout_result roll_out(const rollout_options& options);

}  // namespace dormouse::test
