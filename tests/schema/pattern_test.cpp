// Patterns in definitions mean what JavaScript means by them, and end.
#include <dormouse/type_expression.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace dormouse;

namespace {

bool matches(const std::string& pattern, const std::string& text) {
    return type_expression::parse("/" + pattern + "/").check("\"" + text + "\"").ok();
}

// What V8 answers: a digit for each text.
constexpr const char* texts[] = {"",     "a",   "b",    "ab",  "aab",   "aabb", "ba",
                                 "ab1!", "ab1", "a1",   "abc", "aabc",  "abcd", "bca",
                                 "acb",  "aac", "cab1", "xyz", "a1!b2", "aaaa", "bb"};
constexpr struct {
    const char* pattern;
    const char* answers;
} patterns[] = {
    {R"((?=.*b)ab)", "000111011011100010000"},
    {R"([a-z](?=.*!)[0-9])", "000000010000000000100"},
    {R"((?!.*b)a)", "010000100100010100010"},
    {R"([a-z](?!.*!)[0-9])", "000000001100000010100"},
    {R"((?=.*b)(?=.*c)a)", "000000000011101000000"},
    {R"(^(?=.*[0-9])(?=.*[a-z])[a-z0-9]{3,}$)", "000000001000000010000"},
    {R"((?<=a.*)b)", "000111011011101010100"},
    {R"((?<!a.*)b)", "001000100000010000001"},
    {R"((?<=(?=.*c)a)b)", "000000000011100000000"},
    {R"((?=(a|)*b)[ab]c)", "000000000011110000000"},
    {R"(a(?!b(?=c)))", "010111111101011110110"},
    {R"((?=(?!.*!)[a-z])[a-z][0-9])", "000000001100000010100"},
    {R"((?:(?=.*b)a)+b)", "000111011011100010000"},
    {R"(x*(?=y)y|a$)", "010000100000010001010"},
    {R"((?<=\ba*)b)", "001111111011110000101"},
    {R"((?:a|ab)(?:c|bcd)(?=d*)$)", "000000000011100100000"},
    {R"((?=(a+))\1b)", "000111011011100010000"},
    {R"((?!(a)b)\1a)", "010011100101011100110"},
    {R"((?:(?=(a))b|a)\1c)", "000000000000001100000"},
    {R"((?<=(a))\1)", "000011000001000100010"},
    {R"((?:a*)*b)", "001111111011111010101"},
    {R"((?=a*?b)a+(?=b))", "000111011011100010000"},
    {R"((?!^)a)", "000011100001010110010"},
    {R"(\B(?=b))", "000111011011101010001"},
    {R"(^(?:(a)|b)+\1c$)", "000000000011000100000"},
    {R"((?:(?:(a)|b){2}\1)+$)", "000111000000000000011"},
    {R"(^(?:(?=(a))a|b)*\1c)", "000000000011110110000"},
};

TEST(Pattern, MatchesWhatJavaScriptMatches) {
    for (const auto& [pattern, answers] : patterns) {
        for (std::size_t i = 0; i < std::size(texts); ++i) {
            EXPECT_EQ(matches(pattern, texts[i]), answers[i] == '1')
                << "/" << pattern << "/ on \"" << texts[i] << "\"";
        }
    }
}

TEST(Pattern, TakesALongText) {
    EXPECT_TRUE(matches("^[a-z]+$", std::string(1'000'000, 'a')));
    EXPECT_TRUE(matches("^(?:(?!b)[a-z])+$", std::string(100'000, 'a')));
}

TEST(Pattern, IsRefusedWhereItWouldTakeTooMuchWork) {
    const auto type = type_expression::parse("/(?:a?){1000}b/");

    const auto checked = type.check("\"" + std::string(100'000, 'a') + "\"");

    EXPECT_NE(checked.problems.find("within bounded work"), std::string::npos);
}

}  // namespace
