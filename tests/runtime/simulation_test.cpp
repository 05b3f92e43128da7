#include "tests/runtime/simulation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dormouse::test {
namespace {

TEST(Simulation, KeepsEveryPromiseWithManyObjects) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const auto result = simulate({.seed = seed});
        EXPECT_THAT(result.violations, testing::IsEmpty()) << "seed " << seed;
        EXPECT_GT(result.acknowledged, result.calls / 4) << "seed " << seed;
    }
}

TEST(Simulation, KeepsEveryPromiseWithFewCrowdedObjects) {
    for (std::uint64_t seed = 1000; seed < 1040; ++seed) {
        const auto result =
            simulate({.seed = seed, .objects = 12, .calls = 300, .power_losses = 3});
        EXPECT_THAT(result.violations, testing::IsEmpty()) << "seed " << seed;
    }
}

}  // namespace
}  // namespace dormouse::test
