#include "tests/cli/tool_fixture.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/json.hpp>

namespace dormouse::test {

struct rehearsed_cause {
    std::string cause;
    std::uint64_t objects;
    std::string example;
};
struct rehearsed_one {
    std::string database;
    std::uint64_t rehearsed;
    std::uint64_t failed;
    std::vector<rehearsed_cause> failures;
};
struct rehearsed_all {
    bool good;
    std::vector<rehearsed_one> databases;
};

namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::array unique_names{
    migration_file{"20260101_unique", "CREATE UNIQUE INDEX users_name ON users (name)"}};

class RehearseCommand : public DatabaseTool {
protected:
    RehearseCommand() {
        program_.databases = entries_;
        write_objects();
    }

    void write_objects() {
        queued_background background;
        storage_options options;
        options.directory = in("data");
        options.segment_bytes = std::uint64_t{64} * 1024;
        storage_node node(std::move(options), background);
        for (const char digit : {'a', 'b', 'c'}) {
            auto object = node.open(
                {first_main.class_name(), std::string(64, digit), std::string("tenant ") + digit});
            auto turn = object->begin_turn();
            turn.execute("CREATE TABLE users (name); INSERT INTO users VALUES ('x')");
            turn.execute(digit == 'c' ? "INSERT INTO users VALUES ('x')" : "");
            static_cast<void>(turn.commit());
            node.close(std::move(object), [] {});
            background.run_all();
        }
    }

private:
    std::array<database_entry, 1> entries_{database_entry{&first_main, "main", unique_names}};
};

TEST_F(RehearseCommand, SaysWhatWouldFail) {
    const auto answer = run({"rehearse"});

    EXPECT_EQ(answer.code, 1);
    EXPECT_THAT(answer.out, StartsWith("✗ main: 3 of 3 object(s) rehearsed, 2 migrated, 1 failed, "
                                       "0 row(s) touched\n  Time per object: p50 "));
    EXPECT_THAT(answer.err, HasSubstr("1 object(s), tenant c for one: "));
    EXPECT_THAT(answer.err, HasSubstr("UNIQUE constraint failed: users.name"));
}

TEST_F(RehearseCommand, AnswersInJson) {
    const auto answer = run({"rehearse", "--json", "--data", in("data").c_str()});

    const auto told = from_json<rehearsed_all>(answer.out);
    EXPECT_EQ(answer.code, 1);
    EXPECT_FALSE(told.good);
    ASSERT_EQ(told.databases.size(), 1U);
    EXPECT_EQ(told.databases[0].rehearsed, 3U);
    EXPECT_EQ(told.databases[0].failures.at(0).example, "tenant c");
}

TEST_F(RehearseCommand, EndsWellWhenNothingFails) {
    const auto answer = run({"rehearse", "--sample", "1"});

    EXPECT_EQ(answer.code, 0);
    EXPECT_THAT(answer.out, StartsWith("✓ main: 1 of 3 object(s) rehearsed, 1 migrated"));
    EXPECT_EQ(answer.err, "");
}

TEST_F(RehearseCommand, RefusesWhatItCannotDo) {
    EXPECT_THAT(run({"rehearse", "--database", "other"}).err,
                HasSubstr("there is no database 'other'. Databases of this program: main"));
    EXPECT_THAT(run({"rehearse", "--at", "yesterday"}).err,
                HasSubstr("'yesterday' is no time such as"));
    EXPECT_THAT(run({"rehearse", "--data", "/nowhere"}).err, StartsWith("Error: "));
    EXPECT_EQ(run({"rehearse", "--sample", "0"}).code, 1);
}

}  // namespace
}  // namespace dormouse::test
