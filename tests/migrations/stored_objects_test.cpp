// Objects of a stopped node: what they would do, and baselines for those that cannot.
#include "migrations/digest.hpp"
#include "tests/support/data_directory.hpp"

#include <dormouse/error.hpp>
#include <dormouse/stored_objects.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::array files{
    migration_file{"0000_users", "CREATE TABLE users (id TEXT);"},
    migration_file{"0001_posts",
                   "CREATE TABLE posts (id TEXT);\n--> breakpoint\nINSERT INTO users VALUES (1);"}};

class StoredObjects : public testing::Test {
protected:
    [[nodiscard]] stored_objects objects(std::string instance = {}) {
        written.stop();
        return {written.path(), "Test", files, std::move(instance)};
    }
    std::vector<object_plan> plans(std::string instance = {}) {
        std::vector<object_plan> all;
        visit_plans(objects(std::move(instance)),
                    [&](const object_plan& planned) { all.push_back(planned); });
        return all;
    }
    void quarantine(char digit, const std::string& version) {
        auto object = written.node->open(data_directory::key(digit));
        auto turn = object->begin_turn();
        auto known = turn.metadata();
        known.state = object_state::quarantined;
        known.migration_attempts = 3;
        known.migration_error = "no room for posts";
        known.attempted_version = version;
        turn.execute("CREATE TABLE users (id TEXT)");
        turn.set_metadata(known);
        static_cast<void>(turn.commit());
        written.node->close(std::move(object), [] {});
        written.background.run_all();
    }

    data_directory written;
};

TEST_F(StoredObjects, PlansWhatOneWouldRun) {
    written.run('1', "CREATE TABLE other (x)");
    written.run('2', "CREATE TABLE other (x)");

    const auto planned = plans("name 2");

    ASSERT_THAT(planned, SizeIs(1));
    EXPECT_EQ(planned[0].object, "name 2");
    EXPECT_EQ(planned[0].reached, "");
    EXPECT_EQ(planned[0].problem, "");
    ASSERT_THAT(planned[0].plan.chunks, SizeIs(3));
    EXPECT_EQ(planned[0].plan.chunks[2].name, "0001_posts");
    EXPECT_EQ(planned[0].plan.chunks[2].chunk, 1U);
    EXPECT_EQ(planned[0].plan.chunks[2].sql, "INSERT INTO users VALUES (1);");
}

TEST_F(StoredObjects, PlansTheAdoptionOfAJournal) {
    written.run('1',
                "CREATE TABLE users (id TEXT);"
                "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY, name TEXT, applied_at TEXT);"
                "INSERT INTO d1_migrations (name) VALUES ('0000_users.sql')");

    const auto planned = plans();

    ASSERT_THAT(planned, SizeIs(1));
    EXPECT_EQ(planned[0].plan.adopted_journal, "d1_migrations");
    EXPECT_THAT(planned[0].plan.adopted, ElementsAre("0000_users"));
    EXPECT_EQ(planned[0].reached, "0000_users");
    EXPECT_THAT(planned[0].plan.chunks, SizeIs(2));
}

TEST_F(StoredObjects, GroupsThoseThatWouldDoTheSame) {
    for (const char digit : {'1', '2', '3'}) {
        written.run(digit, "CREATE TABLE users (id TEXT)");
    }
    written.run('4', "CREATE TABLE __migrations (id INTEGER)");
    static_cast<void>(record_baselines(objects("name 2"), "0000_users"));

    const auto groups = group_plans(objects());

    ASSERT_THAT(groups, SizeIs(3));
    EXPECT_THAT(groups[0].problem, HasSubstr("it has the columns id"));
    EXPECT_EQ(groups[1].objects, 2U);
    EXPECT_EQ(groups[1].example, "name 1");
    EXPECT_THAT(groups[1].pending, ElementsAre("0000_users", "0001_posts"));
    EXPECT_EQ(groups[1].chunks, 3U);
    EXPECT_EQ(groups[2].reached, "0000_users");
    EXPECT_EQ(groups[2].objects, 1U);
    EXPECT_THAT(groups[2].pending, ElementsAre("0001_posts"));
}

TEST_F(StoredObjects, ChangesNothingByPlanning) {
    written.run('1', "CREATE TABLE users (id TEXT)");
    const auto of = objects();
    const auto before = content_of(written.path());

    static_cast<void>(group_plans(of));

    EXPECT_EQ(content_of(written.path()), before);
}

TEST_F(StoredObjects, SaysWhichAreQuarantined) {
    quarantine('1', list_digest(files));
    quarantine('2', "another list");

    const auto planned = plans();

    EXPECT_EQ(planned.at(0).problem,
              "quarantined, because these migrations have failed in it 3 times: no room for posts");
    EXPECT_EQ(planned.at(1).problem, "") << "these have not been tried";
}

TEST_F(StoredObjects, RecordABaselineWhereItFits) {
    written.run('1', "CREATE TABLE users (id TEXT)");
    written.run('2', "CREATE TABLE users (id TEXT, name TEXT)");
    written.run('3', "CREATE TABLE users (id TEXT)");

    const auto done = record_baselines(objects(), "0000_users");

    ASSERT_THAT(done, SizeIs(3));
    EXPECT_EQ(done[0].object, "name 1");
    EXPECT_THAT(done[0].recorded, ElementsAre("0000_users"));
    EXPECT_EQ(done[0].refusal, "");
    EXPECT_THAT(done[1].recorded, IsEmpty());
    EXPECT_THAT(done[1].refusal, HasSubstr("[extra] table users: column name"));
    EXPECT_THAT(done[2].recorded, ElementsAre("0000_users"));
    EXPECT_EQ(plans("name 1").at(0).reached, "0000_users");
    EXPECT_EQ(plans("name 2").at(0).reached, "");
}

TEST_F(StoredObjects, RefuseWhatIsNotThere) {
    written.run('1', "CREATE TABLE users (id TEXT)");
    const auto of = objects("name 9");
    EXPECT_THROW(static_cast<void>(plans("name 9")), error);
    EXPECT_THROW(static_cast<void>(record_baselines(of, "0000_users")), error);
    try {
        static_cast<void>(record_baselines(objects(), "0000_user"));
        FAIL();
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::invalid_arguments);
        EXPECT_STREQ(refused.what(),
                     "there is no migration '0000_user'. There are: 0000_users, 0001_posts");
    }
}

TEST_F(StoredObjects, AreLeftToANodeThatHoldsThem) {
    written.run('1', "CREATE TABLE users (id TEXT)");
    const stored_objects held{written.path(), "Test", files};
    for (const auto& attempt : std::vector<std::function<void()>>{
             [&] { static_cast<void>(group_plans(held)); },
             [&] { static_cast<void>(record_baselines(held, "0000_users")); }}) {
        try {
            attempt();
            FAIL();
        } catch (const error& refused) {
            EXPECT_EQ(refused.reason(), errc::storage_locked);
        }
    }
}

}  // namespace
}  // namespace dormouse::test
