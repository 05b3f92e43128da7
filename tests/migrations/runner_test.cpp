#include "migrations/runner.hpp"

#include "migrations/digest.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/migration_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MigrationRunner : public testing::Test {
protected:
    migration_report apply(std::span<const migration_file> files) {
        return apply_migrations(*object_, migration_list(files),
                                [] { return timestamp(std::chrono::seconds(1'700'000'000)); });
    }

    std::vector<std::string> query(std::string_view sql) {
        std::vector<std::string> rows;
        auto turn = object_->begin_turn();
        auto result = turn.prepare(sql);
        while (result->step()) {
            rows.emplace_back(result->text(0));
        }
        return rows;
    }

    open_storage storage_;
    std::unique_ptr<object_storage> object_ = storage_.open();
};

constexpr migration_file create_users{"20240101_users",
                                      "CREATE TABLE users (id TEXT);\n--> breakpoint\n"
                                      "CREATE INDEX users_id ON users(id);"};
constexpr migration_file add_phone{"20240201_phone", "ALTER TABLE users ADD COLUMN phone TEXT;"};

TEST_F(MigrationRunner, AppliesEachChunkOnceAndRemembersIt) {
    const std::array files{create_users, add_phone};

    const auto report = apply(files);

    EXPECT_EQ(report.chunks, 3U);
    EXPECT_THAT(report.applied, ElementsAre("20240101_users", "20240201_phone"));
    EXPECT_GT(report.position.position, 0U);
    EXPECT_THAT(
        query("SELECT name || chunk_index || ' ' || applied_at FROM __migrations ORDER BY 1"),
        ElementsAre("20240101_users0 2023-11-14 22:13:20.000",
                    "20240101_users1 2023-11-14 22:13:20.000",
                    "20240201_phone0 2023-11-14 22:13:20.000"));
    EXPECT_EQ(apply(files).chunks, 0U);
}

TEST_F(MigrationRunner, AppliesOnlyWhatIsNew) {
    const std::array before{create_users};
    const std::array after{create_users, add_phone};
    (void)apply(before);

    EXPECT_THAT(apply(after).applied, ElementsAre("20240201_phone"));
    EXPECT_THAT(query("SELECT name FROM pragma_table_info('users')"), ElementsAre("id", "phone"));
}

TEST_F(MigrationRunner, GoesOnAtTheChunkThatFailed) {
    const std::array broken{migration_file{
        "1",
        "CREATE TABLE a (x);\n--> breakpoint\nCREATE TABLE b (x); INSERT INTO nope VALUES (1);"}};
    const std::array mended{
        migration_file{"1", "CREATE TABLE a (x);\n--> breakpoint\nCREATE TABLE b (x);"}};
    EXPECT_THROW((void)apply(broken), migration_error);
    EXPECT_THAT(query("SELECT name FROM sqlite_schema WHERE name IN ('a', 'b')"), ElementsAre("a"));

    EXPECT_EQ(apply(mended).chunks, 1U);

    EXPECT_THAT(query("SELECT name FROM sqlite_schema WHERE name IN ('a', 'b')"),
                ElementsAre("a", "b"));
}

TEST_F(MigrationRunner, NamesMigrationChunkAndStatement) {
    const std::array files{
        create_users, migration_file{"20240301_bad", "SELECT 1; ALTER TABLE nope ADD COLUMN x;"}};
    try {
        (void)apply(files);
        FAIL();
    } catch (const migration_error& e) {
        EXPECT_EQ(e.reason(), errc::migration_failed);
        EXPECT_EQ(e.failure().name, "20240301_bad");
        EXPECT_EQ(e.failure().chunk, 0U);
        EXPECT_EQ(e.failure().statement, 2U);
        EXPECT_STREQ(e.what(),
                     "Migration 20240301_bad[0] failed\n"
                     "  Statement 2: ALTER TABLE nope ADD COLUMN x\n"
                     "  Error: no such table: nope: SQLITE_ERROR\n"
                     "  State: 0 migration(s) were applied before this attempt");
    }
}

TEST_F(MigrationRunner, NamesTheTextThatDoesNotCompile) {
    const std::array files{migration_file{"1", "CREATE TABLE a (x);\nCREATE TABL b;"}};
    try {
        (void)apply(files);
        FAIL();
    } catch (const migration_error& e) {
        EXPECT_EQ(e.failure().statement, 2U);
        EXPECT_EQ(e.failure().sql, "CREATE TABL b");
    }
}

TEST_F(MigrationRunner, KeepsTriggersWhole) {
    const std::array files{migration_file{
        "1",
        "CREATE TABLE a (x); CREATE TABLE b (x);\n"
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN INSERT INTO b VALUES (new.x); SELECT 1; END;"}};

    EXPECT_EQ(apply(files).chunks, 1U);
}

TEST_F(MigrationRunner, TakesStatementsCutByMarkersAndForeignKeySwitches) {
    const std::array files{migration_file{
        "1",
        "PRAGMA foreign_keys=OFF;\nCREATE TABLE a (x)\n--> statement-breakpoint\n"
        "CREATE TABLE b (x)\n--> breakpoint\nCREATE TABLE c (x); PRAGMA foreign_keys = ON;"}};

    EXPECT_EQ(apply(files).chunks, 2U);

    EXPECT_THAT(query("SELECT name FROM sqlite_schema WHERE name IN ('a', 'b', 'c')"),
                ElementsAre("a", "b", "c"));
}

TEST_F(MigrationRunner, RefusesWhereARowCheckFindsRows) {
    const std::array before{create_users, migration_file{"20240102",
                                                         "INSERT INTO users VALUES "
                                                         "(NULL), ('x'), (NULL)"}};
    (void)apply(before);
    const std::array after{
        before[0], before[1],
        migration_file{"20240103",
                       "ALTER TABLE users ADD COLUMN y; SELECT count(*) AS \"refuse where "
                       "users.id is NULL\" FROM users WHERE id IS NULL"}};
    try {
        (void)apply(after);
        FAIL();
    } catch (const migration_error& e) {
        EXPECT_EQ(e.failure().cause, "refused, because users.id is NULL in 2 row(s)");
    }
    EXPECT_THAT(query("SELECT name FROM pragma_table_info('users')"), ElementsAre("id"));
}

TEST_F(MigrationRunner, RunsAMigrationThatOnlyChangesData) {
    const std::array before{create_users};
    const std::array after{create_users,
                           migration_file{"20240202_data", "INSERT INTO users VALUES ('x')"}};
    (void)apply(before);

    (void)apply(after);

    EXPECT_THAT(query("SELECT id FROM users"), ElementsAre("x"));
}

TEST_F(MigrationRunner, IsNotFooledByTheProgramsOwnChanges) {
    const std::array files{create_users};
    (void)apply(files);
    {
        auto turn = object_->begin_turn();
        turn.execute("ANALYZE; CREATE TABLE extra (x); PRAGMA user_version = 7");
        (void)turn.commit();
    }

    EXPECT_EQ(apply(files).chunks, 0U);
}

TEST_F(MigrationRunner, LeavesADatabaseWithoutMigrationsAlone) {
    EXPECT_EQ(apply({}).chunks, 0U);
    EXPECT_THAT(query("SELECT name FROM sqlite_schema"), IsEmpty());
}

constexpr migration_file create_family{
    "1",
    "CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT);\n"
    "CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents(id) "
    "ON DELETE CASCADE);\n"
    "INSERT INTO parents VALUES (1, 'a'); INSERT INTO children VALUES (10, 1), (11, 1);"};

TEST_F(MigrationRunner, RebuildsATableWithoutLosingWhatRefersToIt) {
    const std::array before{create_family};
    const std::array after{
        create_family,
        migration_file{"2",
                       "CREATE TABLE __new_parents (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n"
                       "INSERT INTO __new_parents SELECT id, name FROM parents;\n"
                       "--> breakpoint\n"
                       "DROP TABLE parents;\n"
                       "--> breakpoint\n"
                       "ALTER TABLE __new_parents RENAME TO parents;"}};
    (void)apply(before);

    EXPECT_EQ(apply(after).chunks, 3U);

    EXPECT_THAT(query("SELECT id FROM children ORDER BY id"), ElementsAre("10", "11"));
    auto turn = object_->begin_turn();
    EXPECT_THROW(turn.execute("INSERT INTO children VALUES (12, 99)"), sql_error);
}

TEST_F(MigrationRunner, RefusesToLeaveReferencesToNothing) {
    const std::array before{create_family};
    const std::array after{create_family, migration_file{"2", "DELETE FROM parents"}};
    (void)apply(before);
    try {
        (void)apply(after);
        FAIL();
    } catch (const migration_error& e) {
        EXPECT_THAT(
            e.failure().cause,
            HasSubstr("refused, because children.parent refers to no row of parents in 2 row(s)"));
    }

    EXPECT_THAT(query("SELECT id FROM parents"), ElementsAre("1"));
}

// Rows of two tables may refer to the same one.
TEST_F(MigrationRunner, NamesEveryTableWhoseRowsWouldReferToNothing) {
    const std::array before{create_family,
                            migration_file{"2",
                                           "CREATE TABLE houses (parent REFERENCES parents (id));"
                                           "INSERT INTO houses VALUES (1)"}};
    const std::array after{before[0], before[1], migration_file{"3", "DELETE FROM parents"}};
    const auto cause = [&] {
        try {
            (void)apply(after);
        } catch (const migration_error& e) {
            return e.failure().cause;
        }
        return std::string("none");
    };
    (void)apply(before);
    EXPECT_THAT(cause(),
                HasSubstr("refused, because children.parent refers to no row of parents in 2 "
                          "row(s); refused, because houses.parent refers to no row of parents in "
                          "1 row(s)"));

    object_->enforce_foreign_keys(false);
    {
        auto turn = object_->begin_turn();
        turn.execute(
            "UPDATE children SET parent = 7; UPDATE houses SET parent = 8;"
            "INSERT INTO parents VALUES (8, NULL)");
        (void)turn.commit();
    }
    object_->enforce_foreign_keys(true);
    const std::array more{before[0], before[1],
                          migration_file{"3", "UPDATE houses SET parent = 7"}};
    try {
        (void)apply(more);
        FAIL();
    } catch (const migration_error& e) {
        EXPECT_THAT(e.failure().cause,
                    testing::EndsWith(
                        "refused, because houses.parent refers to no row of parents in 1 row(s)"));
    }
}

TEST_F(MigrationRunner, TellsBrokenReferencesApart) {
    constexpr std::string_view swapped =
        "DELETE FROM children WHERE parent = 99; DELETE FROM parents;";
    constexpr std::string_view rebuilt =
        "CREATE TABLE kids (parent TEXT REFERENCES parents (id), more);\n"
        "INSERT INTO kids SELECT parent, 1 FROM children ORDER BY id DESC;\n"
        "DROP TABLE children;";
    const std::array before{create_family};
    const auto with = [](std::string_view sql) {
        return std::array{create_family, migration_file{"2", sql}};
    };
    (void)apply(before);
    object_->enforce_foreign_keys(false);
    {
        auto turn = object_->begin_turn();
        turn.execute("INSERT INTO children VALUES (12, 99)");
        (void)turn.commit();
    }
    object_->enforce_foreign_keys(true);

    EXPECT_THROW((void)apply(with(swapped)), migration_error);
    EXPECT_EQ(apply(with(rebuilt)).chunks, 1U);
    EXPECT_THAT(query("SELECT parent FROM kids ORDER BY parent"), ElementsAre("1", "1", "99"));
    EXPECT_EQ(apply(std::array{create_family, migration_file{"2", rebuilt},
                               migration_file{"3", "DELETE FROM kids WHERE parent = 99"}})
                  .chunks,
              1U);
}

TEST_F(MigrationRunner, NoticesThatAnAppliedMigrationHasChanged) {
    const std::array before{create_users};
    const std::array after{
        migration_file{"20240101_users",
                       "CREATE TABLE users (id TEXT, name TEXT);\n--> breakpoint\n"
                       "CREATE INDEX users_id ON users(id);"},
        add_phone};
    (void)apply(before);
    try {
        (void)apply(after);
        FAIL();
    } catch (const migration_error& e) {
        EXPECT_EQ(e.failure().name, "20240101_users");
        EXPECT_EQ(e.failure().chunk, 0U);
        EXPECT_THAT(e.failure().cause, HasSubstr("was changed after this chunk of it was applied"));
    }
}

// Git writes the files of one machine with the one, those of another with the other.
TEST_F(MigrationRunner, TakesOtherLineEndsForTheSameMigration) {
    const std::array unix_files{migration_file{"1",
                                               "CREATE TABLE a (x\n);\n--> breakpoint\n"
                                               "CREATE TABLE b (x\n);\n"}};
    const std::array windows_files{
        migration_file{"1",
                       "\xEF\xBB\xBF"
                       "CREATE TABLE a (x\r\n);\r\n--> breakpoint\r\nCREATE TABLE b (x\r\n);\r\n"}};

    EXPECT_EQ(apply(windows_files).chunks, 2U);
    EXPECT_EQ(apply(unix_files).chunks, 0U);
    EXPECT_EQ(apply(windows_files).chunks, 0U);
}

// Programs of before recorded the checksum of the bytes.
TEST_F(MigrationRunner, TakesChecksumsThatWereRecordedWithTheirLineEnds) {
    constexpr migration_file unix_file{"1", "CREATE TABLE a (x,\ny\n);"};
    constexpr migration_file windows_file{"1", "CREATE TABLE a (x,\r\ny\r\n);"};
    constexpr migration_file mixed_file{"1", "CREATE TABLE a (x,\r\ny\n);"};
    (void)apply(std::array{unix_file});
    std::string next = "2";
    const auto wakes = [&](const migration_file& recorded, const migration_file& now) {
        {
            auto turn = object_->begin_turn();
            turn.execute("UPDATE __migration_details SET checksum = '" + hex_digest(recorded.sql) +
                         "' WHERE name = '1'");
            (void)turn.commit();
        }
        next += "x";  // so that the list is another
        return apply(std::array{now, migration_file{next, "SELECT 1"}}).chunks == 1;
    };

    EXPECT_TRUE(wakes(windows_file, windows_file));
    EXPECT_TRUE(wakes(windows_file, unix_file));
    EXPECT_TRUE(wakes(mixed_file, mixed_file));
    EXPECT_THROW((void)wakes({"1", "CREATE TABLE a (x,\r\nz\r\n);"}, windows_file),
                 migration_error);
}

TEST_F(MigrationRunner, NoticesThatAppliedChunksHaveChangedPlaces) {
    const std::array before{migration_file{"1",
                                           "CREATE TABLE a (x);\n--> breakpoint\n"
                                           "CREATE TABLE b (x);"}};
    const std::array after{migration_file{"1",
                                          "CREATE TABLE b (x);\n--> breakpoint\n"
                                          "CREATE TABLE a (x);"}};
    (void)apply(before);
    try {
        (void)apply(after);
        FAIL();
    } catch (const migration_error& e) {
        EXPECT_THAT(e.failure().cause, HasSubstr("put into another order"));
    }
}

TEST_F(MigrationRunner, NoticesThatAnAppliedChunkWasTakenAway) {
    const std::array before{create_users};
    const std::array after{migration_file{"20240101_users", "CREATE TABLE users (id TEXT);"}};
    (void)apply(before);
    try {
        (void)apply(after);
        FAIL();
    } catch (const migration_error& e) {
        EXPECT_EQ(e.failure().chunk, 1U);
        EXPECT_THAT(e.failure().cause, HasSubstr("fewer chunks than were applied"));
    }
}

TEST_F(MigrationRunner, RefusesAListOutOfOrder) {
    const std::array files{add_phone, create_users};
    try {
        const migration_list list(files);
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::invalid_arguments);
        EXPECT_THAT(e.what(), HasSubstr("'20240201_phone' stands before '20240101_users'"));
    }
}

}  // namespace
}  // namespace dormouse::test
