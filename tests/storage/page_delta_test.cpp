#include "storage/page_delta.hpp"

#include <gtest/gtest.h>

#include <random>

namespace dormouse::test {
namespace {

page random_page(std::mt19937& random) {
    page made{};
    for (auto& byte : made) {
        byte = static_cast<std::byte>(random() % 256);
    }
    return made;
}

TEST(PageDelta, IsEmptyBetweenEqualPages) {
    const page same{};
    std::vector<std::byte> ranges;

    EXPECT_TRUE(append_delta(same, same, ranges));
    EXPECT_TRUE(ranges.empty());
}

TEST(PageDelta, TurnsOnePageIntoTheOther) {
    std::mt19937 random(1);
    for (int round = 0; round < 2'000; ++round) {
        const page before = random_page(random);
        page after = before;
        for (auto changes = random() % 8; changes > 0; --changes) {
            const auto from = random() % page_size;
            const auto length = std::min<std::size_t>(random() % 200, page_size - from);
            std::fill_n(after.begin() + static_cast<std::ptrdiff_t>(from), length, std::byte{7});
        }
        std::vector<std::byte> ranges;
        ASSERT_TRUE(append_delta(before, after, ranges));

        page target = before;
        EXPECT_TRUE(apply_delta(ranges, target));
        EXPECT_EQ(target, after);
        EXPECT_TRUE(apply_delta(ranges, target)) << "applied twice";
        EXPECT_EQ(target, after);
    }
}

TEST(PageDelta, GivesUpWhenItWouldSaveNothing) {
    std::mt19937 random(2);
    std::vector<std::byte> ranges(3);

    EXPECT_FALSE(append_delta(random_page(random), random_page(random), ranges));
    EXPECT_EQ(ranges.size(), 3U);
}

TEST(PageDelta, RefusesRangesOutsideOfThePage) {
    std::mt19937 random(3);
    page target{};
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::byte> noise(random() % 40);
        for (auto& byte : noise) {
            byte = static_cast<std::byte>(random() % 256);
        }
        static_cast<void>(apply_delta(noise, target));  // the sanitizers watch
    }
    const std::vector<std::byte> cut{std::byte{0}, std::byte{0}, std::byte{8}};
    EXPECT_FALSE(apply_delta(cut, target));
}

}  // namespace
}  // namespace dormouse::test
