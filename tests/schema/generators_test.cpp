#include "tests/schema/database_fixture.hpp"

#include <dormouse/generators.hpp>

#include <gtest/gtest.h>

namespace {

TEST(Generators, MakeVersionFourUuidsFromTheContextsRandomness) {
    manual_generators context;
    context.last_random = 0xFFFFFFFFFFFFFFF0;

    EXPECT_EQ(dormouse::uuid(context), "ffffffff-ffff-4ff1-bfff-fffffffffff2");
    EXPECT_EQ(dormouse::uuid(context).size(), 36u);
}

TEST(Generators, TakeTheTimeFromTheContext) {
    manual_generators context;

    EXPECT_EQ(dormouse::now(context), context.time);
}

}  // namespace
