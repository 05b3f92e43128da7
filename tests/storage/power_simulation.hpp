// A storage node on a disk that loses power, driven step by step in an order drawn from a seed.
// After each loss the node must come back with what it promised.
#pragma once

#include <cstdint>
#include <string>

namespace dormouse::test {

struct power_result {
    std::uint64_t crashes = 0;
    std::uint64_t recoveries_cut = 0;  ///< Power lost while recovering.
    std::uint64_t commits = 0;
    std::uint64_t wishes = 0;  ///< Restores that turns asked for.
    std::uint64_t restores = 0;
    std::uint64_t swaps = 0;      ///< Files replaced for other reasons.
    std::uint64_t adoptions = 0;  ///< Of files that another program wrote.
    std::uint64_t kept_unacknowledged = 0;
    std::uint64_t lost_unacknowledged = 0;
    std::string failure;  ///< The first broken promise; empty when all were kept.
};

/// Lives through several power losses. The promises: what was acknowledged is there; what was not
/// is there whole or not at all, and never without what was committed before it, by any object; no
/// database is damaged.
[[nodiscard]] power_result simulate_power_losses(std::uint64_t seed);

}  // namespace dormouse::test
