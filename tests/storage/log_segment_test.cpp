#include "storage/log_segment.hpp"

#include <dormouse/error.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

constexpr std::size_t version_at = 4;
constexpr std::size_t checksum_at = 12;
constexpr std::size_t class_count_at = 28;
constexpr std::size_t first_class_at = 32;

template <class T>
void put(std::vector<std::byte>& bytes, std::size_t at, T value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

/// With a checksum that fits.
std::vector<std::byte> sealed(std::vector<std::byte> header) {
    put(header, checksum_at, std::uint32_t{0});
    put(header, checksum_at, checksum(header));
    return header;
}

std::vector<std::byte> some_header() {
    return encode_segment_header({4'160, 3, {"First", "", "Third"}});
}

TEST(LogSegment, DecodesTheHeaderItEncoded) {
    const auto bytes = some_header();
    const auto decoded = decode_segment_header(bytes);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->bytes, bytes.size());
    EXPECT_EQ(decoded->header.start, 4'160U);
    EXPECT_EQ(decoded->header.epoch, 3U);
    EXPECT_EQ(decoded->header.classes, (std::vector<std::string>{"First", "", "Third"}));
}

TEST(LogSegment, RefusesANewerFormat) {
    auto bytes = some_header();
    put(bytes, version_at, storage_format_version + 1);
    try {
        static_cast<void>(decode_segment_header(sealed(bytes)));
        FAIL() << "decoded";
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::storage_failed);
        EXPECT_STREQ(refused.what(),
                     "the commit log is of format version 2; this program reads version 1");
    }
}

TEST(LogSegment, RefusesAClassNameThatRunsOverTheHeader) {
    for (const auto length : {std::uint32_t{4'096}, std::numeric_limits<std::uint32_t>::max()}) {
        auto bytes = some_header();
        put(bytes, first_class_at, length);
        EXPECT_FALSE(decode_segment_header(sealed(bytes)).has_value()) << length;
    }
}

TEST(LogSegment, RefusesMoreClassesThanTheHeaderHolds) {
    auto bytes = some_header();
    put(bytes, class_count_at, std::uint32_t{1'100});
    EXPECT_FALSE(decode_segment_header(sealed(bytes)).has_value());
}

}  // namespace
}  // namespace dormouse::test
