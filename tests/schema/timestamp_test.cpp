#include <dormouse/error.hpp>
#include <dormouse/timestamp.hpp>

#include <gtest/gtest.h>

using dormouse::parse_timestamp;
using dormouse::timestamp;
using dormouse::timestamp_seconds;
using dormouse::to_iso8601;
using dormouse::to_sql_text;

namespace {

constexpr timestamp at_ms(std::int64_t ms) {
    return timestamp(std::chrono::milliseconds(ms));
}

TEST(Timestamp, IsWrittenAsIsoWithMilliseconds) {
    EXPECT_EQ(to_iso8601(at_ms(1704067200000)), "2024-01-01T00:00:00.000Z");
    EXPECT_EQ(to_iso8601(at_ms(-1)), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(to_iso8601(at_ms(253402300800000)), "+010000-01-01T00:00:00.000Z");
}

TEST(Timestamp, IsWrittenOnDiskAsTextThatSorts) {
    EXPECT_EQ(to_sql_text(at_ms(1704067200007)), "2024-01-01 00:00:00.007");
    EXPECT_EQ(to_sql_text(timestamp_seconds(std::chrono::seconds(1704067200))),
              "2024-01-01 00:00:00");
}

TEST(Timestamp, OutsideFourDigitYearsIsNotWrittenOnDisk) {
    EXPECT_THROW((void)to_sql_text(at_ms(253402300800000)), dormouse::error);
}

TEST(Timestamp, IsReadFromEveryTextForm) {
    for (const char* text :
         {"2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00Z", "2024-01-01 00:00:00",
          "2024-01-01 00:00:00.000", "2024-01-01T02:00:00+02:00", "2023-12-31T19:00:00.000-0500",
          "2024-01-01", "+002024-01-01T00:00:00Z", "2023-12-31T24:00:00Z"}) {
        EXPECT_EQ(parse_timestamp(text), at_ms(1704067200000)) << text;
    }
}

TEST(Timestamp, KeepsMillisecondsOfAFractionOfAnyLength) {
    EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00.5Z"), at_ms(500));
    EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00.123999Z"), at_ms(123));
}

TEST(Timestamp, IsNotReadFromOtherText) {
    for (const char* text : {"", "x", "2024", "2024-13-01", "2024-02-30", "2024-01-01T24:00:01Z",
                             "2024-01-01T00:60:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00Z",
                             "2024-01-01T00:00:00Zx", "2024-01-01 00:00:00+2"}) {
        EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
    }
}

TEST(Timestamp, SurvivesBothFormsForManyMoments) {
    for (std::int64_t ms = -4'000'000'000'000; ms < 8'000'000'000'000; ms += 123'456'789'017) {
        EXPECT_EQ(parse_timestamp(to_iso8601(at_ms(ms))), at_ms(ms));
        EXPECT_EQ(parse_timestamp(to_sql_text(at_ms(ms))), at_ms(ms));
    }
}

}  // namespace
