// Databases that other tools have migrated, as those tools leave them.
#include "migrations/baseline.hpp"
#include "migrations/protected_run.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/migration_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <tuple>
#include <vector>

namespace dormouse::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::array files{migration_file{"0000_users",
                                          "CREATE TABLE users (id TEXT);\n--> breakpoint\n"
                                          "CREATE INDEX users_id ON users (id);"},
                           migration_file{"0001_posts", "CREATE TABLE posts (id TEXT);"},
                           migration_file{"0002_tags", "CREATE TABLE tags (id TEXT);"}};

/// What the first two of them make.
constexpr std::string_view made_by_two =
    "CREATE TABLE users (id TEXT); CREATE INDEX users_id ON users (id);"
    "CREATE TABLE posts (id TEXT);";

class Adoption : public testing::Test {
protected:
    void execute(std::string_view sql) {
        auto turn = object_->begin_turn();
        turn.execute(sql);
        (void)turn.commit();
    }
    migration_report apply(std::span<const migration_file> list = files) {
        return apply_migrations(*object_, migration_list(list), [] { return timestamp{}; });
    }
    std::vector<std::string> baseline(std::string_view last,
                                      std::span<const migration_file> list = files) {
        return record_baseline(*object_, migration_list(list), last, [] { return timestamp{}; });
    }
    std::string failure(std::span<const migration_file> list = files) {
        try {
            (void)apply(list);
        } catch (const error& e) {
            EXPECT_EQ(e.reason(), errc::migration_failed);
            return e.what();
        }
        return {};
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
    std::vector<std::string> journal() {
        return query("SELECT name || '[' || chunk_index || ']' FROM __migrations ORDER BY 1");
    }
    std::vector<std::string> tables() {
        return query("SELECT name FROM sqlite_schema WHERE type = 'table'");
    }

    open_storage storage_;
    std::unique_ptr<object_storage> object_ = storage_.open();
};

TEST_F(Adoption, GoesOnFromDurableDbsJournal) {
    execute(made_by_two);
    execute(
        "CREATE TABLE __migrations (name TEXT NOT NULL, chunk_index INTEGER NOT NULL, applied_at "
        "TEXT NOT NULL, PRIMARY KEY (name, chunk_index));"
        "INSERT INTO __migrations VALUES ('0000_users', 0, '2026-01-01T00:00:00.000Z'),"
        "('0000_users', 1, '2026-01-01T00:00:00.000Z'),"
        "('0001_posts', 0, '2026-01-01T00:00:00.000Z')");

    EXPECT_THAT(apply().applied, ElementsAre("0002_tags"));

    EXPECT_THAT(query("SELECT applied_at FROM __migrations WHERE name = '0001_posts'"),
                ElementsAre("2026-01-01T00:00:00.000Z"));
    auto edited = files;
    edited[1].sql = "CREATE TABLE posts (id TEXT, more TEXT);";
    EXPECT_THAT(failure(edited), HasSubstr("0001_posts")) << "noticed from now on";
}

TEST_F(Adoption, TakesADurableDbJournalThatCountsAComment) {
    constexpr std::string_view sql =
        "CREATE TABLE t (x);\n--> breakpoint\n/* later */\n--> breakpoint\n-- and\n"
        "--> breakpoint\nCREATE TABLE u (x);\n--> breakpoint\nCREATE TABLE v (x);";
    const std::array list{migration_file{"1", sql}};
    const std::array longer{list[0], migration_file{"2", "CREATE TABLE w (x);"}};
    execute(
        "CREATE TABLE t (x); CREATE TABLE u (x);"
        "CREATE TABLE __migrations (name TEXT NOT NULL, chunk_index INTEGER NOT NULL, applied_at "
        "TEXT NOT NULL, PRIMARY KEY (name, chunk_index));"
        "INSERT INTO __migrations VALUES ('1', 0, 'a'), ('1', 1, 'b'), ('1', 2, 'c')");

    EXPECT_EQ(apply(list).chunks, 1U) << "the last one was missing";

    EXPECT_THAT(journal(), ElementsAre("1[0]", "1[1]", "1[2]"));
    EXPECT_THAT(query("SELECT applied_at FROM __migrations WHERE chunk_index < 2 ORDER BY 1"),
                ElementsAre("a", "c"));
    EXPECT_EQ(apply(longer).chunks, 1U);
}

TEST_F(Adoption, ConvertsDoOrmsJournal) {
    execute(made_by_two);
    execute(
        "CREATE TABLE __migrations (version INTEGER PRIMARY KEY);"
        "INSERT INTO __migrations VALUES (0), (1)");

    EXPECT_THAT(apply().applied, ElementsAre("0002_tags"));

    EXPECT_THAT(journal(),
                ElementsAre("0000_users[0]", "0000_users[1]", "0001_posts[0]", "0002_tags[0]"));
}

TEST_F(Adoption, TakesOverDrizzlesJournalAndDropsIt) {
    execute(made_by_two);
    execute(
        "CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at "
        "numeric); INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('x', 1), ('y', 2)");

    EXPECT_THAT(apply().applied, ElementsAre("0002_tags"));

    EXPECT_THAT(tables(), Not(Contains("__drizzle_migrations")));
    EXPECT_EQ(apply().chunks, 0U);
}

TEST_F(Adoption, TakesOverDrizzlesJournalBesideAnEmptyOneOfDoOrm) {
    execute(made_by_two);
    execute(
        "CREATE TABLE __migrations (version INTEGER PRIMARY KEY);"
        "CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at "
        "numeric); INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('x', 1), ('y', 2)");

    EXPECT_THAT(apply().applied, ElementsAre("0002_tags"));
    EXPECT_EQ(journal().size(), 4U);
}

TEST_F(Adoption, FollowsTheNamesInD1sJournalAndLeavesIt) {
    execute(made_by_two);
    execute(
        "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
        "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);"
        "INSERT INTO d1_migrations (name) VALUES ('0000_users.sql'), ('0001_posts.sql')");

    EXPECT_THAT(apply().applied, ElementsAre("0002_tags"));

    EXPECT_THAT(tables(), Contains("d1_migrations"));
    EXPECT_EQ(apply().chunks, 0U);
}

TEST_F(Adoption, RefusesMoreThanIsProvided) {
    execute(
        "CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at "
        "numeric); INSERT INTO __drizzle_migrations (hash) VALUES ('x'), ('y'), ('z'), ('u')");

    EXPECT_EQ(failure(),
              "Drizzle has 4 migrations but only 3 were provided. All existing Drizzle migrations "
              "must be included.");
    EXPECT_THAT(tables(), ElementsAre("__drizzle_migrations"));
}

TEST_F(Adoption, RefusesANameOfD1ThatIsNotProvided) {
    execute(
        "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY, name TEXT, applied_at TEXT);"
        "INSERT INTO d1_migrations (name) VALUES ('0000_other.sql')");

    EXPECT_THAT(failure(), HasSubstr("'0000_other.sql', which was not provided"));
}

TEST_F(Adoption, RefusesAJournalOfUnknownForm) {
    execute("CREATE TABLE __migrations (id INTEGER, batch INTEGER)");

    EXPECT_THAT(failure(), HasSubstr("it has the columns batch, id"));
}

TEST_F(Adoption, LeavesEverythingWhenTheFirstPendingChunkFails) {
    execute(
        "CREATE TABLE __migrations (version INTEGER PRIMARY KEY);"
        "INSERT INTO __migrations VALUES (0), (1)");
    const std::array list{files[0], files[1], migration_file{"0002_bad", "DROP TABLE nope"}};

    EXPECT_THAT(failure(list), HasSubstr("no such table"));

    EXPECT_THAT(query("SELECT version FROM __migrations"), ElementsAre("0", "1"));
}

TEST_F(Adoption, PlansIt) {
    execute(
        "CREATE TABLE __migrations (version INTEGER PRIMARY KEY);"
        "INSERT INTO __migrations VALUES (0), (1)");

    const auto plan = plan_migrations(*object_, migration_list(files));

    EXPECT_EQ(plan.adopted_journal, "__migrations");
    EXPECT_THAT(plan.adopted, ElementsAre("0000_users", "0001_posts"));
    ASSERT_EQ(plan.chunks.size(), 1U);
    EXPECT_EQ(plan.chunks[0].name, "0002_tags");
}

TEST_F(Adoption, SaysWhichBaselineFitsTablesThatNoJournalKnows) {
    execute(made_by_two);
    execute("CREATE TABLE others (x)");
    try {
        (void)apply();
        FAIL();
    } catch (const schema_conflict_error& conflict) {
        EXPECT_EQ(conflict.found().object, "table users");
        EXPECT_EQ(conflict.found().baseline, "0001_posts");
        EXPECT_EQ(conflict.failure().name, "0000_users");
        EXPECT_THAT(conflict.what(), HasSubstr("'db baseline 0001_posts'"));
    }

    EXPECT_THAT(baseline("0001_posts"), ElementsAre("0000_users", "0001_posts"));

    EXPECT_THAT(apply().applied, ElementsAre("0002_tags"));
}

TEST_F(Adoption, SendsADatabaseThatAppliedAnEarlierPushToReset) {
    const std::array before{files[0],
                            migration_file{"dev_a1", "ALTER TABLE users ADD COLUMN phone TEXT;"}};
    (void)apply(before);
    const std::array after{files[0], migration_file{"dev_b2",
                                                    "ALTER TABLE users ADD COLUMN phone TEXT;"
                                                    "ALTER TABLE users ADD COLUMN nick TEXT;"}};
    try {
        (void)apply(after);
        FAIL();
    } catch (const schema_conflict_error& conflict) {
        EXPECT_EQ(conflict.found().object, "column users.phone");
        EXPECT_EQ(conflict.found().pushed, "dev_a1");
        EXPECT_THAT(conflict.what(),
                    HasSubstr("the database has applied dev_a1, which another push has replaced, "
                              "and cannot follow. 'db reset' begins afresh."));
        EXPECT_THAT(conflict.what(), Not(HasSubstr("baseline")));
    }
}

TEST_F(Adoption, NamesTheFirstOfBaselinesThatDifferOnlyInRows) {
    const std::array list{migration_file{"1_notes", "CREATE TABLE notes (text TEXT);"},
                          migration_file{"2_texts", "UPDATE notes SET text = 'x' || text;"},
                          migration_file{"3_same", "CREATE INDEX i ON notes (text);"},
                          migration_file{"4_again", "DROP INDEX i;"},
                          migration_file{"5_marks", "UPDATE notes SET text = text || '!';"},
                          migration_file{"6_more", "CREATE TABLE more (x);"}};
    execute("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('a')");
    for (const auto& [count, first, last] : {std::tuple(1U, "1_notes", ""),
                                             {2U, "1_notes", "2_texts"},
                                             {3U, "1_notes", "2_texts"},
                                             {6U, "4_again", "5_marks"}}) {
        try {
            (void)apply(std::span(list).first(count));
            ADD_FAILURE() << "did not fail";
        } catch (const schema_conflict_error& conflict) {
            EXPECT_EQ(conflict.found().baseline, first);
            EXPECT_EQ(conflict.found().baseline_with_rows, last);
            EXPECT_THAT(conflict.what(), HasSubstr("'db baseline " + std::string(first) + "'"));
        }
    }

    (void)baseline("1_notes", std::span(list).first(2));
    (void)apply(std::span(list).first(2));

    EXPECT_THAT(query("SELECT text FROM notes"), ElementsAre("xa"));
}

TEST_F(Adoption, RecordsABaselineOnce) {
    execute(made_by_two);
    (void)baseline("0000_users");

    EXPECT_THAT(baseline("0000_users"), IsEmpty());
    EXPECT_THAT(baseline("0001_posts"), ElementsAre("0001_posts"));
}

TEST_F(Adoption, RefusesABaselineThatTheSchemaIsNot) {
    execute(
        "CREATE TABLE users (id TEXT NOT NULL, name TEXT); CREATE INDEX users_id ON users (id);"
        "CREATE VIEW ids AS SELECT id FROM users");
    const std::array list{files[0], files[1],
                          migration_file{"0002_ids",
                                         "CREATE VIEW ids AS SELECT id, id FROM users;"
                                         "CREATE VIRTUAL TABLE search USING fts5(name);"
                                         "CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; "
                                         "END;"}};
    try {
        (void)baseline("0002_ids", list);
        FAIL();
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::migration_failed);
        EXPECT_STREQ(refused.what(),
                     "the schema is not that after migration '0002_ids':\n"
                     "    [changed] table users: column id: TEXT NOT NULL, declared TEXT\n"
                     "    [extra] table users: column name\n"
                     "    [missing] table posts\n"
                     "    [changed] view ids\n"
                     "    [missing] trigger t\n"
                     "    [missing] virtual table search");
    }

    EXPECT_THAT(query("SELECT name FROM sqlite_schema WHERE name LIKE '\\_\\_%' ESCAPE '\\'"),
                IsEmpty());
}

TEST_F(Adoption, RefusesABaselineThatNoEmptyDatabaseReaches) {
    const std::array list{files[0], migration_file{"0001_bad", "DROP TABLE nope"}};
    execute("CREATE TABLE users (id TEXT); CREATE INDEX users_id ON users (id);");
    try {
        (void)baseline("0001_bad", list);
        FAIL();
    } catch (const error& refused) {
        EXPECT_THAT(refused.what(),
                    HasSubstr("0001_bad fails on an empty database: no such table"));
    }
}

TEST_F(Adoption, SaysThatNoBaselineFits) {
    execute("CREATE TABLE users (id INTEGER)");
    try {
        (void)apply();
        FAIL();
    } catch (const schema_conflict_error& conflict) {
        EXPECT_EQ(conflict.found().baseline, "");
        EXPECT_THAT(conflict.what(), HasSubstr("db baseline"));
    }
}

constexpr std::array with_columns{
    migration_file{"0000_users", "CREATE TABLE users (id TEXT);"},
    migration_file{"0001_bio", "ALTER TABLE main.\"users\" ADD COLUMN [bio] TEXT;"},
    migration_file{"0002_age", "ALTER TABLE users ADD age INTEGER;"}};

TEST_F(Adoption, SaysWhichBaselineFitsAColumnThatNoJournalKnows) {
    (void)apply(std::span(with_columns).first(1));
    execute("ALTER TABLE users ADD COLUMN BIO TEXT");
    try {
        (void)apply(with_columns);
        FAIL();
    } catch (const schema_conflict_error& conflict) {
        EXPECT_EQ(conflict.found().object, "column users.bio");
        EXPECT_EQ(conflict.found().baseline, "0001_bio");
        EXPECT_EQ(conflict.failure().name, "0001_bio");
        EXPECT_THAT(conflict.what(), HasSubstr("duplicate column name: bio"));
        EXPECT_THAT(conflict.what(), HasSubstr("'db baseline 0001_bio'"));
    }

    EXPECT_THAT(baseline("0001_bio", with_columns), ElementsAre("0001_bio"));

    EXPECT_THAT(apply(with_columns).applied, ElementsAre("0002_age"));
}

TEST_F(Adoption, KnowsAColumnThatIsAddedWithoutTheWord) {
    (void)apply(std::span(with_columns).first(2));
    execute("ALTER TABLE users ADD COLUMN age TEXT");
    try {
        (void)apply(with_columns);
        FAIL();
    } catch (const schema_conflict_error& conflict) {
        EXPECT_EQ(conflict.found().object, "column users.age");
        EXPECT_EQ(conflict.found().baseline, "") << "the types differ";
    }
}

TEST_F(Adoption, TakesAMigrationThatAddsAColumnTwiceForWhatItIs) {
    const std::array list{with_columns[0], with_columns[1],
                          migration_file{"0002_again", "ALTER TABLE users ADD COLUMN bio TEXT"}};
    try {
        (void)apply(list);
        FAIL();
    } catch (const schema_conflict_error&) {
        FAIL() << "the journal knows the column";
    } catch (const migration_error& failed) {
        EXPECT_THAT(failed.what(), HasSubstr("duplicate column name"));
    }
}

TEST_F(Adoption, TakesAMigrationThatCreatesATableTwiceForWhatItIs) {
    const std::array list{files[0], migration_file{"0001_again", "CREATE TABLE users (id TEXT)"}};
    try {
        (void)apply(list);
        FAIL();
    } catch (const schema_conflict_error&) {
        FAIL() << "the journal knows the table";
    } catch (const migration_error& failed) {
        EXPECT_THAT(failed.what(), HasSubstr("already exists"));
    }
}

}  // namespace
}  // namespace dormouse::test
