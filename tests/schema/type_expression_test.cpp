#include <dormouse/type_expression.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

using namespace dormouse;

namespace {

std::string repeated(std::size_t count, const std::string& one) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        out.append(i == 0 ? "" : ",").append(one);
    }
    return out;
}
std::ptrdiff_t lines(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n') + 1;
}

TEST(TypeExpression, ReportsOnlyTheFirstProblemsOfALargeValue) {
    const auto type = type_expression::parse(R"({"tags": "string[]"})");

    const auto all = type.check(R"({"tags":[)" + repeated(100, "1") + "]}");
    const auto some = type.check(R"({"tags":[)" + repeated(500'000, "1") + "]}");

    EXPECT_EQ(lines(all.problems), 100);
    EXPECT_EQ(lines(some.problems), 101);
    EXPECT_TRUE(some.problems.starts_with(all.problems));
    EXPECT_TRUE(some.problems.ends_with("\nand there are more problems than these 100"));
}

TEST(TypeExpression, ReportsOnlyTheFirstValuesThatCannotBeTransformed) {
    const auto type = type_expression::parse(R"(["string.numeric.parse", "[]"])");

    const auto checked = type.check("[" + repeated(100'000, R"("x")") + "]");

    EXPECT_EQ(lines(checked.problems), 101);
}

TEST(TypeExpression, TransformsEachOfManyMembers) {
    const auto type = type_expression::parse(R"({"[string]": {"n": "string.numeric.parse"}})");
    std::string given = "{";
    std::string wanted = "{";
    for (int i = 0; i < 50'000; ++i) {
        const std::string key = (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":";
        given += key + R"({"n":"7"})";
        wanted += key + R"({"n":7})";
    }

    EXPECT_EQ(type.check(given + "}").json, wanted + "}");
}

}  // namespace
