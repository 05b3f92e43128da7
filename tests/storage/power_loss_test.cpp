#include "tests/storage/power_simulation.hpp"

#include <gtest/gtest.h>

namespace dormouse::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
constexpr std::uint64_t seeds_per_test = 5;  // these builds look for other faults
#else
constexpr std::uint64_t seeds_per_test = 50;
#endif

class PowerLoss : public testing::TestWithParam<std::uint64_t> {};

TEST_P(PowerLoss, BreaksNoPromise) {
    power_result total;
    for (std::uint64_t i = 0; i < seeds_per_test; ++i) {
        const auto seed = GetParam() + i;
        const auto result = simulate_power_losses(seed);
        ASSERT_EQ(result.failure, "") << "seed " << seed;
        total.commits += result.commits;
        total.restores += result.restores;
        total.wishes += result.wishes;
        total.swaps += result.swaps;
        total.adoptions += result.adoptions;
        total.recoveries_cut += result.recoveries_cut;
        total.kept_unacknowledged += result.kept_unacknowledged;
        total.lost_unacknowledged += result.lost_unacknowledged;
    }
    // The runs must not have become tame.
    EXPECT_GT(total.commits, 200 * seeds_per_test);
    EXPECT_GT(total.recoveries_cut, seeds_per_test);
    EXPECT_GT(total.restores, 0U);
    EXPECT_GT(total.wishes, 0U);
    EXPECT_GT(total.swaps, seeds_per_test);
    EXPECT_GT(total.adoptions, seeds_per_test);
    EXPECT_GT(total.kept_unacknowledged, 0U);
    EXPECT_GT(total.lost_unacknowledged, seeds_per_test);
}

INSTANTIATE_TEST_SUITE_P(Seeds, PowerLoss, testing::Values(1, 1'001, 2'001, 3'001));

}  // namespace
}  // namespace dormouse::test
