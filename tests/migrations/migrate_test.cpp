#include "tests/support/open_storage.hpp"

#include <dormouse/migrate.hpp>
#include <dormouse/migration_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

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

}  // namespace
}  // namespace dormouse::test
