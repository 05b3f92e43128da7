#include "tests/schema/corpus_file.hpp"

#include <dormouse/detail/snake_case.hpp>
#include <dormouse/schema.hpp>

#include <gtest/gtest.h>

namespace {

struct name_case {
    std::string id;
    std::string input;
    std::string snake;
    std::string column;
};

TEST(SnakeCase, AgreesWithDrizzleOnTheWholeCorpus) {
    auto cases = read_corpus<name_case>("snake_case.json");

    EXPECT_GE(cases.size(), 60u);
    for (const auto& one : cases) {
        EXPECT_EQ(dormouse::to_snake_case(one.input), one.snake) << one.id;
        EXPECT_EQ(dormouse::detail::snake_case(one.input).view(), one.column) << one.id;
    }
}

static_assert(dormouse::detail::snake_case("createdAt").view() == "created_at");
static_assert(dormouse::detail::snake_case("HTTPServer").view() == "http_server");

}  // namespace
