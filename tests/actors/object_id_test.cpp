// Ids equal workerd's: names, texts and the check that an id was made for the class it is used
// with.
#include <dormouse/error.hpp>
#include <dormouse/object_id.hpp>

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <string>

namespace dormouse::test {
namespace {

class ObjectIdCorpus : public testing::Test {
protected:
    void SetUp() override {
        const auto path = std::string(DORMOUSE_TEST_DATA) + "/corpora/actor_id.json";
        ASSERT_EQ(parser_.load(path).get(document_), simdjson::SUCCESS);
    }

    template <class Check>
    std::size_t each(std::string_view group, Check check) {
        std::size_t checked = 0;
        for (const auto element : document_["cases"].get_array()) {
            if (std::string_view(element["group"]) == group) {
                SCOPED_TRACE(std::string(std::string_view(element["id"])));
                check(element);
                ++checked;
            }
        }
        return checked;
    }

    simdjson::dom::parser parser_;
    simdjson::dom::element document_;
};

TEST_F(ObjectIdCorpus, MakesTheIdsOfNames) {
    const auto checked = each("idFromName", [](simdjson::dom::element element) {
        const std::string_view key = element["uniqueKey"];
        const std::string_view name = element["name"];
        const auto id = object_id::from_name(key, name);
        EXPECT_EQ(id.to_string(), std::string_view(element["actorId"]));
        EXPECT_EQ(object_id::parse(key, id.to_string()), id);
    });
    EXPECT_GT(checked, 50U);
}

TEST_F(ObjectIdCorpus, ReadsTexts) {
    const auto checked = each("idFromString", [](simdjson::dom::element element) {
        const std::string_view key = element["uniqueKey"];
        const std::string_view text = element["text"];
        if (bool(element["ok"])) {
            EXPECT_EQ(object_id::parse(key, text).to_string(),
                      std::string_view(element["actorId"]));
            return;
        }
        try {
            (void)object_id::parse(key, text);
            ADD_FAILURE() << "accepted " << text;
        } catch (const error& e) {
            EXPECT_EQ(e.reason(), errc::invalid_id);
            EXPECT_EQ(e.what(), std::string_view(element["error"]));
        }
    });
    EXPECT_GT(checked, 5U);
}

TEST_F(ObjectIdCorpus, AcceptsUniqueIds) {
    const auto checked = each("newUniqueId", [](simdjson::dom::element element) {
        const std::string_view id = element["actorId"];
        EXPECT_EQ(object_id::parse(std::string_view(element["uniqueKey"]), id).to_string(), id);
    });
    EXPECT_GT(checked, 0U);
}

TEST(ObjectId, KeepsTheRandomHalf) {
    std::array<std::uint8_t, 16> random{};
    random.fill(0xab);

    const auto id = object_id::from_random("Room", random);

    EXPECT_TRUE(std::ranges::equal(id.bytes().first(16), random));
    EXPECT_EQ(id.partition(), 0xab);
    EXPECT_EQ(object_id::parse("Room", id.to_string()), id);
}

TEST(ObjectId, BelongsToItsClass) {
    const auto id = object_id::from_name("Room", "lobby");

    EXPECT_THROW((void)object_id::parse("Game", id.to_string()), error);
    EXPECT_NE(object_id::from_name("Game", "lobby"), id);
}

}  // namespace
}  // namespace dormouse::test
