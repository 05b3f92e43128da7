#include "storage/log_record.hpp"

#include "storage/object_facts.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

page filled(std::uint8_t value) {
    page made{};
    made.fill(std::byte{value});
    return made;
}

std::vector<std::byte> sealed(record_builder builder, const record_place& place) {
    auto record = builder.finish();
    seal_body(record);
    seal_header(record, place);
    return record;
}

object_header some_object() {
    object_header object{};
    object.id.fill(std::byte{0xAB});
    object.class_number = 3;
    object.page_count = 17;
    object.incarnation = 64;
    object.previous = 640;
    object.sequence = 5;
    return object;
}

TEST(LogRecord, CarriesThePagesOfACommit) {
    page mostly_empty{};
    mostly_empty[100] = std::byte{1};
    page changed = filled(7);
    changed[8] = std::byte{9};
    std::mt19937 random(1);
    page noise{};
    for (auto& byte : noise) {
        byte = static_cast<std::byte>(1 + random() % 255);
    }
    record_builder builder(record_kind::changes, some_object());
    builder.add_image(1, mostly_empty);
    builder.add_delta(2, filled(7), changed);
    builder.add_delta(3, filled(0), noise);
    const auto bytes = sealed(std::move(builder), {1024, 512, 9, 1234});

    const auto record = parse_record(bytes, 1024, 9);

    ASSERT_TRUE(record);
    EXPECT_EQ(record->header.time, 1234U);
    EXPECT_EQ(record->header.durable, 512U);
    EXPECT_EQ(record->object->page_count, 17U);
    EXPECT_EQ(record->object->sequence, 5U);
    EXPECT_LT(bytes.size(), 2 * page_size) << "only the noise takes a whole page";
    const auto changes = read_changes(*record);
    ASSERT_TRUE(changes && changes->size() == 3);
    page first = filled(0xFF);
    page second = filled(7);
    page third = filled(0xFF);
    EXPECT_TRUE((*changes)[0].apply(first) && (*changes)[1].apply(second) &&
                (*changes)[2].apply(third));
    EXPECT_EQ(first, mostly_empty);
    EXPECT_EQ(second, changed);
    EXPECT_EQ(third, noise);
}

TEST(LogRecord, CarriesFactsAboutTheLog) {
    const auto checkpoint = sealed(make_checkpoint(4711), {64, 64, 1, 0});
    const auto named = sealed(make_class({2, "UserDatabaseDO"}), {64, 64, 1, 0});

    EXPECT_EQ(read_checkpoint(*parse_record(checkpoint, 64, 1)), 4711U);
    const auto fact = read_class(*parse_record(named, 64, 1));
    ASSERT_TRUE(fact);
    EXPECT_EQ(fact->number, 2U);
    EXPECT_EQ(fact->name, "UserDatabaseDO");
    EXPECT_FALSE(read_checkpoint(*parse_record(named, 64, 1)));
}

TEST(LogRecord, NumbersClassesWithoutGaps) {
    std::vector<std::string> classes{"", "First"};
    const auto learn = [&](std::uint32_t number) {
        const auto bytes = sealed(make_class({number, "Next"}), {64, 64, 1, 0});
        learn_class(*parse_record(bytes, 64, 1), classes);
    };
    learn(4'000'000'000);
    EXPECT_EQ(classes.size(), 2U);
    learn(2);
    EXPECT_EQ(classes, (std::vector<std::string>{"", "First", "Next"}));
}

TEST(LogRecord, HasNoMetadataWithATimeThatIsNone) {
    logged_metadata metadata;
    metadata.known.next_alarm = moment_of(5'000);
    auto bytes = encode(metadata);
    EXPECT_EQ(decode_metadata(bytes), metadata);
    const auto alarm = std::numeric_limits<std::int64_t>::max();
    std::memcpy(bytes.data() + 8, &alarm, sizeof alarm);  // behind two empty texts
    EXPECT_FALSE(decode_metadata(bytes).has_value());
}

TEST(LogRecord, IsOnlyValidInItsPlace) {
    const auto bytes = sealed(make_checkpoint(1), {64, 64, 3, 0});

    EXPECT_TRUE(parse_record(bytes, 64, 3));
    EXPECT_FALSE(parse_record(bytes, 128, 3));
    EXPECT_FALSE(parse_record(bytes, 64, 4));
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(parse_record(std::span(bytes).first(length), 64, 3)) << length;
    }
}

TEST(LogRecord, IsInvalidWhenAnyBitIsWrong) {
    record_builder builder(record_kind::changes, some_object());
    builder.add_image(1, filled(3));
    const auto bytes = sealed(std::move(builder), {64, 64, 3, 0});
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        auto damaged = bytes;
        damaged[at] ^= std::byte{0x10};
        ASSERT_FALSE(parse_record(damaged, 64, 3)) << at;
    }
}

}  // namespace
}  // namespace dormouse::test
