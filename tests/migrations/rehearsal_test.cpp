#include "migrations/failure_cause.hpp"
#include "tests/support/data_directory.hpp"

#include <dormouse/error.hpp>
#include <dormouse/rehearsal.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>

namespace dormouse::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view digits = "0123456789";

class Rehearsal : public testing::Test {
protected:
    Rehearsal() {
        for (const char digit : digits) {
            written.run(digit,
                        "CREATE TABLE users (email TEXT); INSERT INTO users VALUES ('a'), ('b')");
        }
    }

    rehearsal_result run(std::span<const migration_file> migrations, std::size_t sample = 0) {
        rehearsal_request request;
        request.directory = written.path();
        request.class_name = "Test";
        request.migrations = migrations;
        request.sample = sample;
        request.at = at;
        request.now = [this] { return written.now; };
        request.ticks = [this] { return ticks += 1ms; };
        written.stop();
        return rehearse(request);
    }

    data_directory written;
    std::optional<std::chrono::system_clock::time_point> at;
    std::chrono::steady_clock::time_point ticks;
};

constexpr migration_file lower_case{"20240101_lower", "UPDATE users SET email = lower(email)"};
constexpr migration_file unique_email{"20240102_unique",
                                      "CREATE UNIQUE INDEX users_email ON users (email)"};

TEST_F(Rehearsal, CountsWhatTheMigrationsTouch) {
    const std::array files{lower_case, unique_email};

    const auto found = run(files);

    EXPECT_EQ(found.objects, 10U);
    EXPECT_EQ(found.rehearsed, 10U);
    EXPECT_EQ(found.pending, 10U);
    EXPECT_EQ(found.rows, 20);
    EXPECT_EQ(found.failed, 0U);
    EXPECT_THAT(found.failures, IsEmpty());
}

TEST_F(Rehearsal, ChangesNothing) {
    const std::array files{lower_case, unique_email};
    written.stop();
    const auto before = content_of(written.path());

    static_cast<void>(run(files));

    EXPECT_EQ(content_of(written.path()), before);
}

TEST_F(Rehearsal, GroupsFailuresByCauseNamingAnExample) {
    written.run('3', "INSERT INTO users VALUES ('a')");
    written.run('7', "INSERT INTO users VALUES ('b')");
    written.run('8', "INSERT INTO users VALUES ('b')");
    written.run('9', "ALTER TABLE users RENAME COLUMN email TO mail");
    const std::array files{lower_case, unique_email};

    const auto found = run(files);

    EXPECT_EQ(found.failed, 4U);
    ASSERT_THAT(found.failures, SizeIs(2));
    EXPECT_EQ(found.failures[0].objects, 3U);
    EXPECT_EQ(found.failures[0].example, "name 3");
    EXPECT_THAT(found.failures[0].cause, HasSubstr("UNIQUE constraint failed: users.email"));
    EXPECT_THAT(found.failures[0].cause, HasSubstr("20240102_unique"));
    EXPECT_EQ(found.failures[1].objects, 1U);
    EXPECT_THAT(found.failures[1].cause, HasSubstr("no such column: email"));
}

TEST_F(Rehearsal, GroupsRefusalsWhateverTheNumberOfRowsIs) {
    written.run('3', "INSERT INTO users VALUES (NULL)");
    written.run('7', "INSERT INTO users VALUES (NULL), (NULL)");
    const std::array files{migration_file{
        "20240101_filled",
        R"(SELECT count(*) AS "refuse where users.email is NULL" FROM users WHERE email IS NULL)"}};

    const auto found = run(files);

    EXPECT_EQ(found.failed, 2U);
    ASSERT_THAT(found.failures, SizeIs(1));
    EXPECT_EQ(found.failures[0].objects, 2U);
    EXPECT_EQ(found.failures[0].example, "name 3");
    EXPECT_THAT(found.failures[0].cause,
                HasSubstr("refused, because users.email is NULL in 1 row(s)"));
}

TEST(FailureCause, LeavesCountsOutAndNothingElse) {
    EXPECT_EQ(cause_without_counts("m1[0]: v2 in 12 row(s), 3 migration(s), 1 of 4"),
              "m1[0]: v2 in # row(s), # migration(s), 1 of 4");
    EXPECT_EQ(cause_without_counts("failed in it 3 times"), "failed in it # times");
    EXPECT_EQ(cause_without_counts(""), "");
}

TEST_F(Rehearsal, GoesOnPastADamagedObject) {
    written.stop();
    std::ofstream(written.path() / "Test" / "33" / (std::string(64, '3') + ".sqlite"))
        << std::string(8'192, 'x');
    const std::array files{lower_case};

    const auto found = run(files);

    EXPECT_EQ(found.rehearsed, 10U);
    EXPECT_EQ(found.pending, 9U);
    ASSERT_THAT(found.failures, SizeIs(1));
    EXPECT_EQ(found.failures[0].example, "name 3");
}

TEST_F(Rehearsal, CountsAnObjectWhoseFileIsGone) {
    written.stop();
    std::filesystem::remove(written.path() / data_directory::file('3'));
    const std::array files{lower_case};

    const auto found = run(files);

    EXPECT_EQ(found.rehearsed, 10U);
    EXPECT_EQ(found.pending, 9U);
    EXPECT_EQ(found.failed, 1U);
}

TEST_F(Rehearsal, TakesASampleSpreadOverAllObjects) {
    written.run('9', "INSERT INTO users VALUES ('a')");
    const std::array files{unique_email};

    const auto found = run(files, 4);

    EXPECT_EQ(found.objects, 10U);
    EXPECT_EQ(found.rehearsed, 4U);
    EXPECT_EQ(found.failed, 0U);  // 0, 3, 5 and 8
}

TEST_F(Rehearsal, RehearsesObjectsAsTheyWere) {
    written.now += 10s;
    written.run('3', "INSERT INTO users VALUES ('a')");
    written.run('a', "CREATE TABLE users (email TEXT)");
    at = written.now - 5s;
    const std::array files{unique_email};

    const auto found = run(files);

    EXPECT_EQ(found.objects, 11U);
    EXPECT_EQ(found.rehearsed, 10U);
    EXPECT_EQ(found.left_out, 1U);
    EXPECT_EQ(found.failed, 0U);
}

TEST_F(Rehearsal, IsNoAnswerWhenNoObjectIsKeptAsItWas) {
    at = written.now - 24h;
    const std::array files{unique_email};

    const auto found = run(files);

    EXPECT_EQ(found.rehearsed, 0U);
    EXPECT_EQ(found.left_out, 10U);
    EXPECT_EQ(found.failed, 0U);
    EXPECT_FALSE(found.good());
}

TEST_F(Rehearsal, RefusesATimeThatHasNotCome) {
    at = written.now + 1s;
    const std::array files{unique_email};

    try {
        static_cast<void>(run(files));
        ADD_FAILURE() << "it ran";
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::invalid_arguments);
        EXPECT_STREQ(refused.what(),
                     "1970-01-12T13:46:41.000Z lies in the future: objects can be rehearsed as "
                     "they were, or as they are");
    }
}

TEST_F(Rehearsal, TellsHowLongItTakes) {
    const std::array files{lower_case};

    const auto found = run(files, 5);

    EXPECT_EQ(found.p50, 1ms);
    EXPECT_EQ(found.p99, 1ms);
    EXPECT_EQ(found.max, 1ms);
    EXPECT_EQ(found.projected, 10ms);
    ASSERT_THAT(found.histogram, SizeIs(1));
    EXPECT_EQ(found.histogram[0].below, 2ms);
    EXPECT_EQ(found.histogram[0].objects, 5U);
}

TEST_F(Rehearsal, TakesNoObjectThatFailsForOneThatTakesNoTime) {
    for (const char digit : {'0', '1', '2', '3', '4'}) {
        written.run(digit, "INSERT INTO users VALUES ('a')");
    }
    const std::array files{unique_email};

    const auto found = run(files);

    EXPECT_EQ(found.pending, 5U);
    EXPECT_EQ(found.projected, 10ms);
}

TEST_F(Rehearsal, RefusesADirectoryThatIsInUse) {
    rehearsal_request request;
    request.directory = written.path();
    request.class_name = "Test";

    try {
        static_cast<void>(rehearse(request));
        ADD_FAILURE() << "it ran";
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::storage_locked);
    }
}

}  // namespace
}  // namespace dormouse::test
