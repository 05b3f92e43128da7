#include <dormouse/error.hpp>
#include <dormouse/json.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <set>
#include <vector>

using namespace dormouse;

namespace {

enum class role { admin, user };
struct point {
    std::int64_t x = 0;
    std::optional<double> y;
    friend bool operator==(const point&, const point&) = default;
};
struct everything {
    std::string text;
    std::vector<point> points;
    std::map<std::string, int> counts;
    role kind{};
    timestamp when;
    std::tuple<int, std::string> pair;
    json<point> column;
    std::vector<bool> flags;
    std::set<int> numbers;
    std::monostate none;
    json_text raw;
};

template <class T>
std::string failure(std::string_view text) {
    try {
        (void)from_json<T>(text);
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::invalid_request);
        return e.what();
    }
    return "";
}

TEST(Json, WritesStructsByTheirMembers) {
    everything all{"a\"\n",  {{1, {}}, {2, 0.5}}, {{"k", 1}}, role::user, timestamp{}, {1, "b"},
                   {{3, 1}}, {true, false},       {2, 1},     {},         {"[1, 2]"}};

    EXPECT_EQ(to_json(all),
              R"({"text":"a\"\n","points":[{"x":1,"y":null},{"x":2,"y":0.5}],"counts":{"k":1},)"
              R"("kind":"user","when":"1970-01-01T00:00:00.000Z","pair":[1,"b"],)"
              R"("column":{"x":3,"y":1},"flags":[true,false],"numbers":[1,2],"none":null,)"
              R"("raw":[1, 2]})");
}

TEST(Json, ReadsWhatItWrites) {
    everything all{
        "é\x01",  {{1, {}}}, {{"k", 1}}, role::admin, timestamp(std::chrono::milliseconds(5)),
        {1, "b"}, {{3, 1}},  {true},     {7},         {},
        {"{}"}};
    std::string text = to_json(all);

    EXPECT_EQ(to_json(from_json<everything>(text)), text);
}

TEST(Json, PrintsNumbersAsJavaScriptDoes) {
    const std::pair<double, const char*> cases[] = {
        {0.0, "0"},      {-0.0, "0"},           {1.0, "1"},
        {-1.5, "-1.5"},  {0.1, "0.1"},          {1e20, "100000000000000000000"},
        {1e21, "1e+21"}, {1.5e300, "1.5e+300"}, {0.000001, "0.000001"},
        {1e-7, "1e-7"},  {5e-324, "5e-324"},    {12345678901234567890.0, "12345678901234567000"}};
    for (const auto& [value, text] : cases) {
        EXPECT_EQ(to_json(value), text);
    }
    EXPECT_EQ(to_json(std::numeric_limits<double>::infinity()), "null");
    EXPECT_EQ(to_json(std::numeric_limits<double>::quiet_NaN()), "null");
}

TEST(Json, KeepsSixtyFourBitIntegersExact) {
    EXPECT_EQ(to_json(std::int64_t{9007199254740993}), "9007199254740993");
    EXPECT_EQ(from_json<std::int64_t>("9007199254740993"), 9007199254740993);
    EXPECT_EQ(from_json<std::int64_t>("-9223372036854775808"),
              std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(to_json(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
}

TEST(Json, EscapesAsJsonStringify) {
    EXPECT_EQ(to_json(std::string("\"\\/\b\f\n\r\t\x1f\x7f é \xF0\x9F\x98\x80")),
              "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u001f\x7f é \xF0\x9F\x98\x80\"");
    EXPECT_EQ(from_json<std::string>(R"("\u00e9\ud83d\ude00\/")"), "é😀/");
}

TEST(Json, RefusesTextThatIsNotUtf8) {
    EXPECT_THROW((void)to_json(std::string("\xFF")), error);
    EXPECT_NE(failure<std::string>("\"\xFF\""), "");
    EXPECT_NE(failure<std::string>(R"("\ud800")"), "");
}

TEST(Json, NamesThePlaceThatDoesNotFit) {
    EXPECT_EQ(failure<everything>(R"({"text":5})"), "text must be a string (was a number)");
    EXPECT_EQ(failure<everything>(R"({"points":[{"x":1},{"x":true}]})"),
              "points[1].x must be a number (was boolean)");
    EXPECT_EQ(failure<everything>(R"({"text":"a","points":[{}]})"),
              "points[0].x must be present (was missing)");
    EXPECT_EQ(failure<std::vector<int>>("{}"), "must be an array (was an object)");
    EXPECT_EQ(failure<point>("[]"), "must be an object (was an array)");
    EXPECT_EQ(failure<role>("\"root\""), "must be the name of a known value (was \"root\")");
    EXPECT_EQ(failure<std::int8_t>("300"), "must be an integer from -128 to 127 (was 300)");
    EXPECT_EQ(failure<int>("1.5"), "must be an integer (was 1.5)");
}

TEST(Json, TakesAMissingKeyOrNullAsAnEmptyOptional) {
    EXPECT_EQ(from_json<point>(R"({"x":1})"), (point{1, {}}));
    EXPECT_EQ(from_json<point>(R"({"x":1,"y":null,"z":[{}]})"), (point{1, {}}));
}

TEST(Json, RefusesTextThatIsNotJsonEvenInIgnoredPlaces) {
    for (const char* text : {"", "{", "{\"x\":1,}", "{\"x\":1 \"y\":2}", "{x:1}", "{\"x\":01}",
                             "{\"x\":+1}", "{\"x\":1.}", "{\"x\":.5}", "{\"x\":1e}", "{\"x\":nul}",
                             "{\"x\":1}x", "{\"x\":1,\"z\":tru}", "{\"x\":1,\"z\":[1,]}",
                             "{\"x\":1,\"z\":\"\x01\"}", "{\"x\":1,\"z\":\"\\q\"}",
                             "{\"x\":1,\"z\":\"\\u12\"}", "{\"x\":1,\"z\":\"", "{\"x\":NaN}"}) {
        EXPECT_NE(failure<point>(text), "") << text;
    }
}

TEST(Json, BoundsNesting) {
    auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };

    EXPECT_EQ(from_json<json_text>(nested(500)).text, nested(500));
    EXPECT_THROW((void)from_json<json_text>(nested(100'000)), error);
}

TEST(Json, ReadsDatesAsTextOrNumber) {
    timestamp moment(std::chrono::milliseconds(1500));

    EXPECT_EQ(from_json<timestamp>("\"1970-01-01T00:00:01.500Z\""), moment);
    EXPECT_EQ(from_json<timestamp>("1500"), moment);
    EXPECT_EQ(from_json<timestamp_seconds>("1"), timestamp_seconds(std::chrono::seconds(1)));
    EXPECT_EQ(failure<timestamp>("\"soon\""), "must be a date (was \"soon\")");
}

TEST(Json, PassesRawTextThrough) {
    EXPECT_EQ(from_json<json_text>(R"( { "a" : [1e5 ] } )").text, R"({ "a" : [1e5 ] })");
    EXPECT_EQ(to_json(json_text{"[ 1 ]"}), "[ 1 ]");
    EXPECT_EQ(to_json(json_text{}), "null");
}

template <class T>
std::string refusal_of(std::string_view text) {
    try {
        (void)from_json<T>(text);
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::invalid_request);
        return e.what();
    }
    return "";
}

TEST(Json, RefusesAKeyThatIsGivenTwice) {
    struct counted {
        int x = 0;
        std::map<std::string, int> more;
    };

    EXPECT_EQ(refusal_of<counted>(R"({"x":1,"more":{},"x":1})"),
              "x must be given once (was given again)");
    EXPECT_EQ(refusal_of<counted>(R"({"x":1,"more":{"a":1,"a":2}})"),
              "more.a must be given once (was given again)");
    EXPECT_EQ(refusal_of<counted>(R"({"x":1,"more":{},"other":1,"other":2})"), "");
}

TEST(Json, RefusesTextBeyondItsLimits) {
    const std::string deep = std::string(513, '[') + std::string(513, ']');
    const std::string allowed = std::string(512, '[') + std::string(512, ']');
    const std::string long_text(std::size_t{64} * 1024 * 1024 + 1, ' ');

    EXPECT_NE(refusal_of<json_text>(deep).find("nested too deeply"), std::string::npos);
    EXPECT_EQ(refusal_of<json_text>(allowed), "");
    EXPECT_NE(refusal_of<json_text>(long_text).find("at most 67108864"), std::string::npos);
    EXPECT_NE(refusal_of<std::string>("\"\xff\"").find("not UTF-8"), std::string::npos);
}

}  // namespace
