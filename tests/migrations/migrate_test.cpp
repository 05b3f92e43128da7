#include "tests/support/open_storage.hpp"

#include <dormouse/migrate.hpp>
#include <dormouse/migration_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace dormouse::test {
namespace {

/// One turn of one object, with a fixed clock.
class Migrate : public testing::Test, private lease_source, private generator_context {
protected:
    lease& current_lease() override {
        if (!turn_) {
            turn_.emplace(object_->begin_turn());
        }
        return *turn_;
    }
    timestamp now() override { return {}; }
    std::uint64_t random() override { return 0; }

    std::int64_t count(std::string_view table) {
        auto rows = current_lease().prepare("SELECT count(*) FROM " + std::string(table));
        (void)rows->step();
        return rows->integer(0);
    }

    static std::string failure_of(auto work) {
        try {
            work();
        } catch (const error& e) {
            return e.what();
        }
        return {};
    }

    open_storage storage_;
    std::unique_ptr<object_storage> object_ = storage_.open();
    std::optional<lease> turn_;
    db database_{*this, *this};
};

TEST_F(Migrate, AppliesAListFromWhereTheDatabaseStands) {
    migrate(database_, {{"m0000", "CREATE TABLE a (x); INSERT INTO a VALUES (1)"}});
    migrate(database_,
            {{"m0000", "CREATE TABLE a (x); INSERT INTO a VALUES (1)"},
             {"m0001", "CREATE TABLE b (x);\n--> statement-breakpoint\nCREATE TABLE c (x);"}});

    EXPECT_EQ(count("a"), 1);
    EXPECT_EQ(count("c"), 0);
    EXPECT_EQ(count("__migrations"), 2);
}

TEST_F(Migrate, UndoesTheWholeListWhenOneFails) {
    const auto failed = failure_of([&] {
        migrate(database_,
                {{"m0000", "CREATE TABLE a (x)"}, {"m0001", "INSERT INTO nope VALUES (1)"}});
    });

    EXPECT_EQ(failed,
              "Migration 1 failed\n  Statement: INSERT INTO nope VALUES (1)\n"
              "  Error: no such table: nope: SQLITE_ERROR\n"
              "  State: 0 migration(s) were applied before this attempt");
    EXPECT_EQ(count("sqlite_schema"), 0);
}

TEST_F(Migrate, CreatesTheJournalForAnEmptyList) {
    migrate(database_, {});

    EXPECT_EQ(count("__migrations"), 0);
}

TEST_F(Migrate, RefusesMalformedKeysAndGaps) {
    EXPECT_EQ(failure_of([&] {
                  migrate(database_, {{"0000", ""}});
              }),
              "Invalid migration key \"0000\": must be \"m\" followed by exactly 4 digits (e.g. "
              "\"m0000\")");
    EXPECT_EQ(failure_of([&] {
                  migrate(database_, {{"m0000", ""}, {"m0002", ""}});
              }),
              "Migrations must be sequential: expected version 1, got 2 (m0002)");
}

/// A table of users and three posts that refer to them.
std::string make_posts(std::string_view action) {
    return "CREATE TABLE users (id INTEGER PRIMARY KEY, bio TEXT);"
           "CREATE TABLE posts (id INTEGER PRIMARY KEY, u INTEGER REFERENCES users (id) " +
           std::string(action) +
           ");"
           "INSERT INTO users VALUES (1, 'x'), (2, 'y');"
           "INSERT INTO posts VALUES (1, 1), (2, 2), (3, 1);";
}

constexpr std::string_view rebuild_users =
    "PRAGMA foreign_keys=OFF;--> statement-breakpoint\n"
    "CREATE TABLE `__new_users` (id INTEGER PRIMARY KEY, bio TEXT NOT NULL);"
    "--> statement-breakpoint\n"
    "INSERT INTO `__new_users` SELECT id, bio FROM users;--> statement-breakpoint\n"
    "DROP TABLE users;--> statement-breakpoint\n"
    "ALTER TABLE `__new_users` RENAME TO users;--> statement-breakpoint\n"
    "PRAGMA foreign_keys=ON;";

class MigrateParents : public Migrate, public testing::WithParamInterface<const char*> {};

TEST_P(MigrateParents, KeepsRowsThatReferToATableThatIsRebuilt) {
    const auto made = make_posts(GetParam());
    migrate(database_, {{"m0000", made}});

    migrate(database_, {{"m0000", made}, {"m0001", rebuild_users}});

    EXPECT_EQ(count("posts WHERE u IN (SELECT id FROM users)"), 3);
    EXPECT_THROW(current_lease().execute("INSERT INTO posts VALUES (4, 9)"), sql_error);
    EXPECT_GT(turn_->commit().position, 0U);
}

INSTANTIATE_TEST_SUITE_P(WhateverDeletingOneDoes, MigrateParents,
                         testing::Values("", "ON DELETE CASCADE", "ON DELETE SET NULL"));

TEST_F(Migrate, KeepsThemAlsoWhenTheTurnHasWrittenBefore) {
    const auto made = make_posts("ON DELETE CASCADE");
    migrate(database_, {{"m0000", made}});
    (void)turn_->commit();
    turn_.reset();
    current_lease().execute("INSERT INTO users VALUES (3, 'z'); INSERT INTO posts VALUES (4, 3)");

    migrate(database_, {{"m0000", made}, {"m0001", rebuild_users}});

    EXPECT_EQ(count("posts"), 4);
    EXPECT_GT(turn_->commit().position, 0U);
}

TEST_F(Migrate, RefusesToLeaveReferencesToNothing) {
    const auto made = make_posts("ON DELETE CASCADE");
    migrate(database_, {{"m0000", made}});

    const auto failed = failure_of([&] {
        migrate(database_, {{"m0000", made},
                            {"m0001", "DELETE FROM users WHERE id = 1"},
                            {"m0002", "CREATE TABLE other (x)"}});
    });

    EXPECT_THAT(failed, testing::HasSubstr("Migration 2 failed"));
    EXPECT_THAT(failed, testing::HasSubstr(
                            "refused, because posts.u refers to no row of users in 2 row(s)"));
    EXPECT_EQ(count("users"), 2);
    EXPECT_EQ(count("__migrations"), 1);
    EXPECT_THROW(current_lease().execute("INSERT INTO posts VALUES (4, 9)"), sql_error);
}

TEST_F(Migrate, SaysWhichBaselineATableWithoutAJournalIs) {
    current_lease().execute("CREATE TABLE users (id)");
    try {
        migrate(database_, {{"m0000", "CREATE TABLE users (id)"}, {"m0001", "CREATE TABLE b (x)"}});
        FAIL();
    } catch (const schema_conflict_error& conflict) {
        EXPECT_EQ(conflict.found().object, "table users");
        EXPECT_EQ(conflict.found().baseline, "m0000");
    }
}

}  // namespace
}  // namespace dormouse::test
