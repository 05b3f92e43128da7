// What happens to a database between two attempts at migrating it, and what must survive that.
#include "tests/migrations/protected_run_fixture.hpp"

#include <dormouse/migration_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <span>
#include <string>

namespace dormouse::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class InterruptedRun : public protected_run {};

// --- a program with other migrations runs between two attempts

TEST_F(InterruptedRun, KeepsWhatAnOlderProgramWroteAfterAFailure) {
    (void)run(good);
    (void)fail(bad);
    EXPECT_EQ(run(good).chunks, 0U);
    write("INSERT INTO a VALUES ('acknowledged')");
    sleep();

    EXPECT_EQ(fail(bad), errc::migration_failed);

    EXPECT_THAT(query("SELECT x FROM a"), ElementsAre("1", "1", "acknowledged"));
    EXPECT_THAT(query("SELECT name FROM pragma_table_info('a')"), ElementsAre("x"));
}

TEST_F(InterruptedRun, KeepsWhatAnOlderProgramWroteAfterACrashBeforeTheFirstChunk) {
    (void)run(good);
    kill_in(bad, 0);
    EXPECT_EQ(run(good).chunks, 0U);
    write("INSERT INTO a VALUES ('acknowledged')");
    sleep();

    EXPECT_EQ(fail(bad), errc::migration_failed);

    EXPECT_THAT(query("SELECT x FROM a"), ElementsAre("1", "1", "acknowledged"));
}

TEST_F(InterruptedRun, KeepsWhatWasWrittenIntoAHalfMigratedDatabase) {
    (void)run(good);
    kill_after(bad, 1);
    write("INSERT INTO a (x) VALUES ('acknowledged')");
    sleep();

    EXPECT_EQ(fail(bad), errc::migration_failed);

    EXPECT_THAT(query("SELECT x FROM a"), ElementsAre("1", "acknowledged"));
}

TEST_F(InterruptedRun, KeepsWhatWasWrittenWhenAttemptsAreExhausted) {
    (void)run(good);
    for (int i = 0; i < 3; ++i) {
        kill_after(bad, i == 0 ? 1 : 0);
    }
    write("INSERT INTO a (x) VALUES ('acknowledged')");
    sleep();

    EXPECT_EQ(fail(bad), errc::quarantined);

    EXPECT_THAT(query("SELECT x FROM a"), ElementsAre("1", "acknowledged"));
}

TEST_F(InterruptedRun, KeepsWhatAnOlderProgramWroteAfterTheDiskWasFull) {
    (void)run(good);
    disk_->room = 0;
    EXPECT_EQ(fail(bad), errc::storage_full);
    disk_->room = faulty_disk::plenty;
    write("INSERT INTO a VALUES ('acknowledged')");
    sleep();

    EXPECT_EQ(fail(bad), errc::migration_failed);

    EXPECT_THAT(query("SELECT x FROM a"), ElementsAre("1", "1", "acknowledged"));
}

TEST_F(InterruptedRun, ForgetsTheBookmarkOfAnAttemptThatAppliedNothing) {
    (void)run(good);
    EXPECT_EQ(fail(bad), errc::migration_failed);
    EXPECT_FALSE(object().begin_turn().metadata().before_migration.has_value());
    const std::array one_chunk{first, migration_file{"2_at_once", "INSERT INTO nope VALUES (1)"}};
    EXPECT_EQ(fail(one_chunk), errc::migration_failed);
    EXPECT_FALSE(object().begin_turn().metadata().before_migration.has_value());
}

/// Programs with three lists come and go, are killed and fail; the oldest writes when it serves.
class Deployments : public protected_run, public testing::WithParamInterface<std::uint32_t> {
protected:
    void serve_and_write() {
        if (attempt(good) || attempt(good)) {  // the first may have undone what it found
            write("INSERT INTO a (x) VALUES ('kept')");
            ++kept_;
            sleep();
        }
    }

    /// False when it failed or was killed.
    bool attempt(std::span<const migration_file> files) {
        try {
            (void)run(files);
            return true;
        } catch (const killed&) {
            if (random_() % 2 == 0) {
                background_.run_all();
            }
            crash();
        } catch (const error&) {
            sleep();
        }
        return false;
    }

    void take_step() {
        constexpr std::array lists{std::span<const migration_file>(bad),
                                   std::span<const migration_file>(corrected)};
        const auto choice = random_() % 8;
        if (choice < 3) {
            serve_and_write();
            return;
        }
        looks_left_ = choice < 6 ? static_cast<int>(2 + random_() % 3) : 0;
        if (attempt(lists.at(random_() % 4 == 0 ? 1 : 0))) {
            sleep();
        }
        looks_left_ = 0;
    }

    static constexpr std::array corrected{
        first, migration_file{"2_breaks",
                              "ALTER TABLE a ADD COLUMN z;\n--> breakpoint\n"
                              "CREATE TABLE c (x);"}};
    std::mt19937 random_{GetParam()};
    std::int64_t kept_ = 0;
};

TEST_P(Deployments, NeverLoseWhatWasAcknowledged) {
    (void)run(good);
    for (int step = 0; step < 25; ++step) {
        take_step();
        ASSERT_EQ(query("SELECT count(*) FROM a WHERE x = 'kept'").at(0), std::to_string(kept_))
            << "step " << step << " of seed " << GetParam();
    }
}

INSTANTIATE_TEST_SUITE_P(OfManySeeds, Deployments, testing::Range(1U, 31U));

// --- an attempt at another list was interrupted

TEST_F(InterruptedRun, UndoesWhatWasInterruptedWhenTheListIsCorrected) {
    (void)run(good);
    kill_after(bad, 1);
    ASSERT_THAT(query("SELECT name FROM pragma_table_info('a')"), ElementsAre("x", "y"));
    constexpr std::array corrected{first,
                                   migration_file{"2_breaks",
                                                  "ALTER TABLE a ADD COLUMN z;\n--> breakpoint\n"
                                                  "CREATE TABLE c (x);"}};

    EXPECT_THROW((void)run(corrected), attempt_undone);
    sleep();

    EXPECT_EQ(run(corrected).chunks, 2U);
    EXPECT_THAT(query("SELECT name FROM pragma_table_info('a')"), ElementsAre("x", "z"));
    EXPECT_THAT(query("SELECT x FROM a"), ElementsAre("1", "1"));
    EXPECT_EQ(read_attempts(object()).attempt_count, 0U);
}

TEST_F(InterruptedRun, UndoesWhatWasInterruptedForAnOlderProgram) {
    (void)run(good);
    kill_after(bad, 1);

    EXPECT_THROW((void)run(good), attempt_undone);
    sleep();

    EXPECT_EQ(run(good).chunks, 0U);
    EXPECT_THAT(query("SELECT name FROM pragma_table_info('a')"), ElementsAre("x"));
    EXPECT_THAT(query("SELECT x FROM a"), ElementsAre("1", "1"));
}

TEST_F(InterruptedRun, TellsReferencesToTwoTablesApart) {
    const std::array tables{migration_file{
        "1",
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE q (id INTEGER PRIMARY KEY);"
        "CREATE TABLE c (p REFERENCES p, q REFERENCES q);"
        "INSERT INTO q VALUES (5); INSERT INTO c (q) VALUES (5)"}};
    (void)run(tables);
    object().enforce_foreign_keys(false);
    write("INSERT INTO c (p) VALUES (5)");
    object().enforce_foreign_keys(true);

    EXPECT_EQ(fail(std::array{tables[0], migration_file{"2",
                                                        "INSERT INTO p VALUES (5);"
                                                        "DELETE FROM q WHERE id = 5"}}),
              errc::migration_failed);
    EXPECT_THAT(text_, HasSubstr("refused, because c.q refers to no row of q in 1 row(s)"));
}

TEST_F(InterruptedRun, TellsBrokenReferencesOfATableWithoutRowidsApart) {
    const std::array tables{migration_file{
        "1",
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (k TEXT PRIMARY KEY, p REFERENCES "
        "p) WITHOUT ROWID; INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES ('a', 1)"}};
    (void)run(tables);
    object().enforce_foreign_keys(false);
    write("INSERT INTO c VALUES ('b', 99)");
    object().enforce_foreign_keys(true);
    const std::array orphaning{tables[0], migration_file{"2", "DELETE FROM p WHERE id = 1"}};
    const std::array harmless{tables[0], migration_file{"2", "DELETE FROM p WHERE id = 2"}};

    EXPECT_EQ(fail(orphaning), errc::migration_failed);
    EXPECT_THAT(text_, HasSubstr("refused, because c.p refers to no row of p in 1 row(s)"));

    EXPECT_EQ(run(harmless).chunks, 1U);
}

TEST_F(InterruptedRun, TriesAgainToUndoWhatCouldNotBeUndoneWhenTheObjectWasClosed) {
    (void)run(good);
    kill_after(bad, 1);
    constexpr std::array corrected{first, migration_file{"2_breaks", "CREATE TABLE c (x);"}};
    EXPECT_THROW((void)run(corrected), attempt_undone);
    disk_->fails = [](disk_operation operation, const std::string& path) {
        return operation == disk_operation::create && path.find("/swap/") != std::string::npos;
    };
    sleep();
    disk_->fails = nullptr;
    ASSERT_THAT(query("SELECT name FROM pragma_table_info('a')"), ElementsAre("x", "y"));

    EXPECT_THROW((void)run(corrected), attempt_undone);
    sleep();

    EXPECT_THAT(query("SELECT name FROM pragma_table_info('a')"), ElementsAre("x"));
    EXPECT_EQ(run(corrected).chunks, 1U);
}

TEST_F(InterruptedRun, SaysWhyAListIsRefused) {
    (void)run(good);
    constexpr std::array edited{migration_file{"1_first", "CREATE TABLE a (x, y);"}};
    EXPECT_THAT(status(edited).attempts.last_error.value_or(""), HasSubstr("was changed after"));

    EXPECT_EQ(fail(edited), errc::migration_failed);

    const auto attempts = read_attempts(object());
    EXPECT_EQ(attempts.last_error, text_);
    EXPECT_EQ(attempts.last_attempt_at, noon);
    EXPECT_EQ(attempts.attempt_count, 0U) << "nothing was attempted";
    const auto commits = [&] { return object().begin_turn().current_bookmark().sequence; };
    const auto before = commits();
    EXPECT_EQ(fail(edited), errc::migration_failed);
    EXPECT_EQ(commits(), before) << "it is written once";
}

// --- foreign keys

TEST_F(InterruptedRun, RefusesAfterACrashWhatItRefusesWithoutOne) {
    (void)run(std::array{family});
    constexpr std::array orphaning{family, migration_file{"2",
                                                          "DELETE FROM parents WHERE id = 1;\n"
                                                          "--> breakpoint\nCREATE TABLE z (x);"}};
    EXPECT_EQ(fail(orphaning), errc::migration_failed);

    kill_after(orphaning, 1);
    ASSERT_EQ(broken_references(), 1);

    EXPECT_EQ(fail(orphaning), errc::migration_failed);
    EXPECT_THAT(
        text_,
        HasSubstr("refused, because children.parent refers to no row of parents in 1 row(s)"));
    EXPECT_EQ(broken_references(), 0);
}

TEST_F(InterruptedRun, RefusesAfterACrashAndOtherWrites) {
    (void)run(std::array{family});
    constexpr std::array orphaning{family, migration_file{"2",
                                                          "DELETE FROM parents WHERE id = 1;\n"
                                                          "--> breakpoint\nCREATE TABLE y (x);\n"
                                                          "--> breakpoint\nCREATE TABLE z (x);"}};
    kill_after(orphaning, 1);
    write("INSERT INTO parents VALUES (3)");
    sleep();

    for (int attempts = 0; attempts < 2; ++attempts) {
        EXPECT_EQ(fail(orphaning), errc::migration_failed);
        EXPECT_THAT(
            text_,
            HasSubstr("refused, because children.parent refers to no row of parents in 1 row(s)"));
    }

    EXPECT_THAT(query("SELECT id FROM parents"), ElementsAre("2", "3"));
}

TEST_F(InterruptedRun, KeepsReferencesThatWereBrokenBeforeACrash) {
    (void)run(std::array{family});
    object().enforce_foreign_keys(false);
    write("INSERT INTO children VALUES (99)");
    object().enforce_foreign_keys(true);
    constexpr std::array harmless{family, migration_file{"2",
                                                         "CREATE TABLE y (x);\n"
                                                         "--> breakpoint\n"
                                                         "CREATE TABLE z (x);"}};
    kill_after(harmless, 1);

    EXPECT_EQ(run(harmless).chunks, 1U);

    EXPECT_EQ(broken_references(), 1);
    EXPECT_THAT(tables(), Not(Contains("__migration_found")));
}

TEST_F(InterruptedRun, IsNotStoppedByAForeignKeyThatItMends) {
    constexpr migration_file make{"1",
                                  "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT);\n"
                                  "CREATE TABLE q (id INTEGER PRIMARY KEY);\n"
                                  "CREATE TABLE d (q REFERENCES q (id));"};
    constexpr std::array mending{make, migration_file{"2", "CREATE UNIQUE INDEX i ON p (code);"}};
    (void)run(std::array{make});
    write("CREATE TABLE c (code TEXT REFERENCES p (code))");

    EXPECT_EQ(run(mending).chunks, 1U);

    EXPECT_EQ(broken_references(), 0);
    EXPECT_THROW(write("INSERT INTO d VALUES (5)"), sql_error) << "enforced again";
}

TEST_F(InterruptedRun, RefusesAForeignKeyThatRefersToWhatIdentifiesNoRow) {
    constexpr migration_file make{"1",
                                  "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT);\n"
                                  "CREATE TABLE d (p REFERENCES p (id));"};
    constexpr std::array breaking{
        make, migration_file{"2", "CREATE TABLE c (code TEXT REFERENCES p (code));"}};
    (void)run(std::array{make});

    EXPECT_THROW((void)run(breaking), migration_error);

    EXPECT_EQ(read_attempts(object()).attempt_count, 1U);
    EXPECT_THAT(read_attempts(object()).last_error.value_or(""),
                HasSubstr("foreign key mismatch - \"c\" referencing \"p\""));
    EXPECT_THAT(tables(), Not(Contains("c")));
    EXPECT_THROW(write("INSERT INTO d VALUES (5)"), sql_error) << "enforced again";
}

}  // namespace
}  // namespace dormouse::test
