// One database, one list, and everything that can go wrong between them.
#include "tests/migrations/protected_run_fixture.hpp"

#include <dormouse/migration_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace dormouse::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ProtectedRun : public protected_run {};

TEST_F(ProtectedRun, SaysWhatItApplied) {
    EXPECT_EQ(run(good).chunks, 2U);

    EXPECT_THAT(log_, ElementsAre("Applied 2 migration chunk(s) across 1 migration(s) in 0ms: "
                                  "1_first"));
}

TEST_F(ProtectedRun, RemembersHowLongEachChunkTook) {
    (void)run(good);

    EXPECT_THAT(query("SELECT duration_us FROM __migration_details"), ElementsAre("100", "100"));
}

// As a program from before durations were kept leaves it.
TEST_F(ProtectedRun, GoesOnWithAJournalThatKnowsNoDurations) {
    (void)run(good);
    {
        auto turn = object().begin_turn();
        turn.execute("ALTER TABLE __migration_details DROP COLUMN duration_us");
        (void)turn.commit();
    }
    const std::array longer{good[0], migration_file{"2_second", "CREATE TABLE second (x)"}};

    (void)run(longer);

    EXPECT_THAT(query("SELECT coalesce(duration_us, 'unknown') FROM __migration_details"),
                ElementsAre("unknown", "unknown", "100"));
}

TEST_F(ProtectedRun, LeavesTheVersionWithTheNodeAndNoAttempts) {
    (void)run(good);

    auto known = object().begin_turn().metadata();
    EXPECT_EQ(known.version, migration_list(good).version());
    EXPECT_EQ(known.migration_attempts, 0U);
    EXPECT_EQ(status(good).pitr_attempts_remaining, 3U);
}

TEST_F(ProtectedRun, UndoesAFailedRunWhole) {
    (void)run(good);

    EXPECT_EQ(fail(bad), errc::migration_failed);

    EXPECT_THAT(query("SELECT name FROM pragma_table_info('a')"), ElementsAre("x"));
    EXPECT_THAT(query("SELECT x FROM a"), ElementsAre("1", "1"));
    EXPECT_THAT(status(bad).pending, ElementsAre("2_breaks"));
    EXPECT_THAT(log_, Contains("Migration chunk failed: 2_breaks[1] stmt 1: INSERT INTO nope "
                               "VALUES (1)"));
    EXPECT_EQ(log_.back(),
              "Migration failed (attempt 1/3, 2 PITR-protected retries remaining). Restoring to "
              "pre-migration bookmark. Pending: 2_breaks");
}

TEST_F(ProtectedRun, UndoesTheFirstRunOfANewDatabase) {
    EXPECT_EQ(fail(bad), errc::migration_failed);

    EXPECT_THAT(tables(), IsEmpty());
    EXPECT_EQ(run(good).chunks, 2U);
}

TEST_F(ProtectedRun, BuildsNoFileAnewWhenNothingWasApplied) {
    constexpr std::array list{first, migration_file{"2_at_once", "INSERT INTO nope VALUES (1)"}};
    (void)run(good);
    const auto sequence = [&] { return object().begin_turn().current_bookmark().sequence; };
    const auto before = sequence();

    (void)fail(list);
    (void)fail(list);

    EXPECT_EQ(sequence(), before + 4) << "each attempt, and its failure";
}

TEST_F(ProtectedRun, RemembersAttemptsAcrossTheRestore) {
    (void)fail(bad);
    (void)fail(bad);

    const auto attempts = read_attempts(object());
    EXPECT_EQ(attempts.attempt_count, 2U);
    EXPECT_EQ(attempts.last_attempt_at, noon);
    EXPECT_THAT(attempts.last_error.value_or(""), HasSubstr("no such table: nope"));
    EXPECT_EQ(status(bad).pitr_attempts_remaining, 1U);
}

TEST_F(ProtectedRun, QuarantinesAfterTheThirdFailure) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(fail(bad), errc::migration_failed);
    }
    EXPECT_THAT(log_.back(), HasSubstr("Migration has failed 3 times. PITR restore disabled — fix "
                                       "the migration and redeploy. Pending: 1_first, 2_breaks. "
                                       "Last error: Migration 2_breaks[1] failed"));
    log_.clear();

    EXPECT_EQ(fail(bad), errc::quarantined);

    EXPECT_THAT(text_, HasSubstr("failed 3 times"));
    EXPECT_THAT(text_, HasSubstr("A changed list of migrations releases it"));
    EXPECT_THAT(text_, HasSubstr("no such table: nope"));
    EXPECT_THAT(log_, IsEmpty());
    EXPECT_EQ(node_->find({"Test", std::string(64, 'a'), {}})->metadata.state,
              object_state::quarantined);
}

TEST_F(ProtectedRun, IsReleasedByAChangedList) {
    for (int i = 0; i < 3; ++i) {
        (void)fail(bad);
    }

    EXPECT_EQ(run(mended).chunks, 3U);

    EXPECT_EQ(object().begin_turn().metadata().state, object_state::active);
    EXPECT_EQ(read_attempts(object()).attempt_count, 0U);
}

TEST_F(ProtectedRun, IsReleasedByAListWithNothingPending) {
    (void)run(good);
    for (int i = 0; i < 3; ++i) {
        (void)fail(bad);
    }

    EXPECT_EQ(run(good).chunks, 0U);

    EXPECT_EQ(object().begin_turn().metadata().state, object_state::quarantined)
        << "it is at that version already: nothing is read";
    EXPECT_EQ(run(mended).chunks, 1U);
    EXPECT_EQ(object().begin_turn().metadata().state, object_state::active);
}

TEST_F(ProtectedRun, IsReleasedByAnOperator) {
    for (int i = 0; i < 3; ++i) {
        (void)fail(bad);
    }

    forget_attempts(object());

    EXPECT_EQ(fail(bad), errc::migration_failed);
}

TEST_F(ProtectedRun, GoesOnAfterACrashAtTheFirstChunkThatIsMissing) {
    kill_in(good, 1);
    EXPECT_THAT(tables(), IsEmpty()) << "the first chunk was not durable yet";
    looks_left_ = 3;
    EXPECT_THROW((void)run(good), killed);
    looks_left_ = 0;
    node_->wait_durable({object().begin_turn().current_bookmark().position});
    crash();

    EXPECT_LE(run(good).chunks, 2U);

    EXPECT_THAT(query("SELECT x FROM a"), ElementsAre("1", "1"));
    EXPECT_THAT(query("SELECT count(*) FROM __migrations"), ElementsAre("2"));
}

TEST_F(ProtectedRun, CountsAnAttemptThatKilledTheProcess) {
    (void)run(good);
    for (std::uint32_t killed_so_far = 0; killed_so_far < 3; ++killed_so_far) {
        EXPECT_EQ(read_attempts(object()).attempt_count, killed_so_far);
        kill_in(bad, 1);
    }

    EXPECT_EQ(fail(bad), errc::quarantined);

    EXPECT_THAT(text_, HasSubstr("the process ended while the migrations ran"));
    EXPECT_THAT(query("SELECT name FROM pragma_table_info('a')"), ElementsAre("x"));
}

TEST_F(ProtectedRun, UndoesWhatAnEarlierAttemptHadDoneBeforeItsCrash) {
    (void)run(good);
    looks_left_ = 3;
    EXPECT_THROW((void)run(bad), killed);
    looks_left_ = 0;
    {
        auto turn = object().begin_turn();
        (void)turn.current_bookmark();
        node_->wait_durable(turn.commit());
    }
    crash();
    ASSERT_THAT(query("SELECT name FROM pragma_table_info('a')"), ElementsAre("x", "y"));

    EXPECT_EQ(fail(bad), errc::migration_failed);

    EXPECT_THAT(query("SELECT name FROM pragma_table_info('a')"), ElementsAre("x"));
    EXPECT_THAT(query("SELECT x FROM a"), ElementsAre("1", "1"));
}

TEST_F(ProtectedRun, DoesNotCountWhatTheDiskDid) {
    (void)run(good);
    for (int i = 0; i < 4; ++i) {
        disk_->room = 0;
        EXPECT_EQ(fail(mended), errc::storage_full);
        disk_->room = faulty_disk::plenty;
    }

    EXPECT_EQ(run(mended).chunks, 1U);
}

TEST_F(ProtectedRun, SaysSoWhenNothingCanBeUndone) {
    node_.reset();
    start(std::chrono::hours(0));

    EXPECT_EQ(fail(bad), errc::migration_failed);

    EXPECT_THAT(tables(), Contains("a"));
    EXPECT_FALSE(status(bad).pitr_available);
    EXPECT_EQ(status(bad).pitr_attempts_remaining, 0U);
    EXPECT_THAT(log_.back(), HasSubstr("PITR unavailable"));
    (void)run(mended);
    EXPECT_THAT(log_.back(), HasSubstr("(PITR unavailable — migrations ran unprotected)"));
}

TEST_F(ProtectedRun, CountsAHalfAppliedMigrationAsPending) {
    node_.reset();
    start(std::chrono::hours(0));
    (void)fail(bad);

    EXPECT_THAT(status(bad).applied, ElementsAre("1_first"));
    EXPECT_THAT(status(bad).pending, ElementsAre("2_breaks"));
}

TEST_F(ProtectedRun, PlansWithoutChangingAnything) {
    const auto plan = plan_migrations(object(), migration_list(good));

    ASSERT_EQ(plan.chunks.size(), 2U);
    EXPECT_EQ(plan.chunks[1].name, "1_first");
    EXPECT_EQ(plan.chunks[1].chunk, 1U);
    EXPECT_EQ(plan.chunks[1].sql, "CREATE TABLE b (x);");
    EXPECT_THAT(tables(), IsEmpty());
    sleep();
    EXPECT_FALSE(node_->find({"Test", std::string(64, 'a'), {}}).has_value());
}

TEST_F(ProtectedRun, MigratesAgainAfterARestoreToBeforeAMigration) {
    (void)run(good);
    const auto mark = object().begin_turn().current_bookmark();
    (void)run(mended);
    sleep();

    (void)node_->restore({"Test", std::string(64, 'a'), {}}, mark);

    EXPECT_THAT(tables(), Not(Contains("c")));
    EXPECT_THAT(run(mended).applied, ElementsAre("2_works"));
}

}  // namespace
}  // namespace dormouse::test
