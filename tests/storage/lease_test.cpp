#include "tests/support/open_storage.hpp"

#include <dormouse/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <optional>

namespace dormouse::test {
namespace {

using testing::HasSubstr;

class Lease : public testing::Test {
protected:
    void SetUp() override {
        auto turn = object_->begin_turn();
        turn.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)");
        (void)turn.commit();
    }

    std::int64_t count() {
        auto turn = object_->begin_turn();
        auto rows = turn.prepare("SELECT count(*) FROM t");
        (void)rows->step();
        return rows->integer(0);
    }

    open_storage storage_;
    std::unique_ptr<object_storage> object_ = storage_.open();
};

TEST_F(Lease, CommitsEverythingATurnWroteTogether) {
    auto turn = object_->begin_turn();
    turn.execute("INSERT INTO t VALUES (1, 'a'); INSERT INTO t VALUES (2, 'b')");

    EXPECT_GT(turn.commit().position, 0U);

    EXPECT_EQ(count(), 2);
}

TEST_F(Lease, RollsBackWhenItIsDropped) {
    { object_->begin_turn().execute("INSERT INTO t VALUES (1, 'a')"); }

    EXPECT_EQ(count(), 0);
}

TEST_F(Lease, GivesNoTicketForATurnThatOnlyRead) {
    auto turn = object_->begin_turn();
    EXPECT_FALSE(turn.prepare("SELECT * FROM t")->step());

    EXPECT_EQ(turn.commit().position, 0U);
}

TEST_F(Lease, NestsSavepoints) {
    auto turn = object_->begin_turn();
    turn.begin_savepoint();
    turn.execute("INSERT INTO t VALUES (1, 'outer')");
    turn.begin_savepoint();
    turn.execute("INSERT INTO t VALUES (2, 'inner')");
    turn.rollback_savepoint();
    turn.release_savepoint();
    (void)turn.commit();

    EXPECT_EQ(count(), 1);
}

TEST_F(Lease, LiftsForeignKeysForAPartOfATurn) {
    auto turn = object_->begin_turn();
    turn.execute(
        "CREATE TABLE child (t REFERENCES t (id) ON DELETE CASCADE);"
        "INSERT INTO t VALUES (1, 'a'), (2, 'b'); INSERT INTO child VALUES (1), (2)");
    turn.enforce_foreign_keys(false);
    turn.execute("DELETE FROM t WHERE id = 1");
    turn.enforce_foreign_keys(true);
    turn.execute("DELETE FROM t WHERE id = 2");

    auto left = turn.prepare("SELECT group_concat(t) FROM child");
    EXPECT_TRUE(left->step());
    EXPECT_EQ(left->text(0), "1");
    EXPECT_THROW(turn.execute("INSERT INTO child VALUES (3)"), sql_error);
}

TEST_F(Lease, EnforcesForeignKeysInTheNextTurnAgain) {
    {
        auto turn = object_->begin_turn();
        turn.enforce_foreign_keys(false);
        turn.execute("CREATE TABLE child (t REFERENCES t (id)); INSERT INTO child VALUES (3)");
        (void)turn.commit();
    }

    auto turn = object_->begin_turn();
    EXPECT_THROW(turn.execute("INSERT INTO child VALUES (3)"), sql_error);
}

TEST_F(Lease, DoesNotLiftForeignKeysThatATurnHasStillToMeet) {
    auto turn = object_->begin_turn();
    turn.execute(
        "CREATE TABLE child (t REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED);"
        "INSERT INTO child VALUES (1)");

    try {
        turn.enforce_foreign_keys(false);
        FAIL();
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::invalid_state);
    }
    turn.execute("INSERT INTO t VALUES (1, 'a')");
    turn.enforce_foreign_keys(false);
    EXPECT_GT(turn.commit().position, 0U);
}

TEST_F(Lease, RefusesToLetSqlEndTheTurn) {
    auto turn = object_->begin_turn();
    const std::vector<std::pair<const char*, const char*>> refused{
        {"COMMIT", "db.transaction() nests one"},
        {"ROLLBACK", "db.transaction() nests one"},
        {"BEGIN", "db.transaction() nests one"},
        {"SAVEPOINT x", "db.transaction() nests one"},
        {"ATTACH ':memory:' AS other", "call the other object"},
        {"PRAGMA journal_mode = DELETE", "Allowed without an argument: analysis_limit"},
        {"PRAGMA synchronous = OFF", "PRAGMA synchronous would change"},
        {"PRAGMA WAL_AUTOCHECKPOINT=0", "belongs to the runtime"},
        {"PRAGMA hard_heap_limit = 1", "belongs to the runtime"},
        {"PRAGMA temp_store_directory = '/tmp'", "belongs to the runtime"},
        {"PRAGMA query_only = ON", "belongs to the runtime"},
        {"PRAGMA data_version", "belongs to the runtime"},
        {"PRAGMA mmap_size = 1000000", "belongs to the runtime"},
        {"PRAGMA page_size = 8192", "belongs to the runtime"},
        {"PRAGMA locking_mode = EXCLUSIVE", "belongs to the runtime"},
        {"PRAGMA wal_checkpoint", "belongs to the runtime"},
        {"PRAGMA writable_schema = ON", "belongs to the runtime"},
        {"PRAGMA schema_version = 1", "belongs to the runtime"},
        {"CREATE TEMP TABLE x (v)", "make an ordinary one"},
        {"CREATE TABLE temp.x (v)", "make an ordinary one"},
        {"CREATE VIEW temp.x AS SELECT 1", "make an ordinary one"},
        {"CREATE VIRTUAL TABLE temp.x USING fts5(v)", "make an ordinary one"},
        {"CREATE TRIGGER temp.x AFTER INSERT ON t BEGIN SELECT 1; END", "make an ordinary one"},
        {"INSERT INTO temp.dormouse_nothing VALUES (1)", "make an ordinary one"},
        {"SELECT * FROM dormouse_nothing", "make an ordinary one"},
        {"DROP TABLE temp.dormouse_nothing", "make an ordinary one"},
        {"SELECT sql FROM sqlite_stmt", "statements of other objects"},
        {"CREATE VIEW spy AS SELECT sql FROM sqlite_stmt; SELECT * FROM spy",
         "statements of other objects"},
        {"CREATE VIEW size AS SELECT * FROM pragma_cache_size; SELECT * FROM size",
         "not authorized"},
        {"VACUUM", "use storage.vacuum()"},
        {"/* smaller */ vacuum", "use storage.vacuum()"},
        {"-- smaller\n VACUUM INTO '/tmp/x'", "use storage.vacuum()"}};
    for (const auto& [sql, alternative] : refused) {
        try {
            turn.execute(sql);
            ADD_FAILURE() << sql;
        } catch (const sql_error& e) {
            EXPECT_THAT(e.what(), HasSubstr(alternative)) << sql;
        }
    }
}

TEST_F(Lease, LetsSqlAskAboutItsDatabase) {
    auto turn = object_->begin_turn();
    for (const auto* sql :
         {"PRAGMA table_info(t)", "PRAGMA Foreign_Key_Check", "PRAGMA user_version = 7",
          "PRAGMA schema_version", "SELECT * FROM pragma_table_xinfo('t')", "PRAGMA quick_check",
          "PRAGMA optimize"}) {
        EXPECT_NO_THROW(turn.execute(sql)) << sql;
    }
}

/// Everything about a connection that SQL can ask for.
std::string view_of(object_storage& object) {
    std::string seen;
    auto turn = object.begin_turn();
    for (const auto* sql :
         {"SELECT changes(), total_changes(), last_insert_rowid()", "PRAGMA foreign_keys",
          "PRAGMA defer_foreign_keys", "PRAGMA recursive_triggers",
          "PRAGMA reverse_unordered_selects", "PRAGMA ignore_check_constraints",
          "PRAGMA legacy_alter_table", "PRAGMA analysis_limit", "PRAGMA user_version",
          "PRAGMA application_id", "PRAGMA page_count", "PRAGMA freelist_count",
          "SELECT name FROM sqlite_schema", "SELECT name FROM sqlite_temp_schema",
          "SELECT 'A' LIKE 'a'", "SELECT * FROM t", "PRAGMA table_list"}) {
        auto rows = turn.prepare(sql);
        while (rows->step()) {
            for (int column = 0; column < rows->column_count(); ++column) {
                seen.append(rows->text(column)).append("|");
            }
        }
        seen += '\n';
    }
    return seen;
}

// Both have the same layout, so the second gets the connection of the first.
TEST_F(Lease, ShowsNothingOfTheObjectThatHadTheConnectionBefore) {
    const auto fill = [](object_storage& object) {
        auto turn = object.begin_turn();
        turn.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)");
        (void)turn.commit();
    };
    auto other = storage_.open('b');
    fill(*other);
    auto reference = storage_.open('c');
    fill(*reference);
    const auto expected = view_of(*reference);
    for (const auto* sql : {"INSERT INTO t VALUES (7, 'secret')",
                            "UPDATE t SET text = 'x' WHERE id = 99",
                            "PRAGMA user_version = 7",
                            "PRAGMA application_id = 9",
                            "PRAGMA defer_foreign_keys = ON",
                            "PRAGMA optimize",
                            "PRAGMA case_sensitive_like = ON",
                            "PRAGMA recursive_triggers = ON",
                            "PRAGMA foreign_keys = OFF",
                            "PRAGMA reverse_unordered_selects = ON",
                            "PRAGMA ignore_check_constraints = ON",
                            "PRAGMA legacy_alter_table = ON",
                            "PRAGMA analysis_limit = 5",
                            "CREATE TEMP TABLE secret (v)",
                            "CREATE TEMP VIEW secret AS SELECT 1",
                            "CREATE TABLE temp.t (id, text)",
                            "CREATE VIEW temp.secret AS SELECT 1",
                            "CREATE TRIGGER temp.secret AFTER INSERT ON main.t BEGIN SELECT 1; END",
                            "DROP TABLE temp.dormouse_nothing",
                            "PRAGMA temp_store = FILE",
                            "PRAGMA cache_size = 1",
                            "DELETE FROM t",
                            "CREATE TABLE secret (v)",
                            "DROP TABLE secret",
                            "ANALYZE",
                            "DROP TABLE IF EXISTS sqlite_stat1"}) {
        {
            auto turn = object_->begin_turn();
            try {
                turn.execute(sql);
                (void)turn.commit();
            } catch (const error&) {
                turn.rollback();
            }
        }
        storage_.node->close(std::move(other), [] {});
        storage_.background.run_all();
        other = storage_.open('b');
        EXPECT_EQ(view_of(*other), expected) << sql;
    }
}

// Full text search keeps its configuration in the connection.
TEST_F(Lease, SharesNoConnectionBetweenObjectsWithVirtualTables) {
    const auto rank_of = [](object_storage& object) {
        auto turn = object.begin_turn();
        auto rows = turn.prepare("SELECT rank FROM f WHERE f MATCH 'dormouse'");
        EXPECT_TRUE(rows->step());
        return rows->real(0);
    };
    const auto other = storage_.open('b');
    for (auto* object : {object_.get(), other.get()}) {
        auto turn = object->begin_turn();
        turn.execute(
            "CREATE VIRTUAL TABLE f USING fts5(text);"
            "INSERT INTO f VALUES ('the dormouse'), ('the hare'), ('the hatter')");
        (void)turn.commit();
    }
    const auto before = rank_of(*other);
    ASSERT_NE(before, 0.0);
    auto turn = object_->begin_turn();
    turn.execute("INSERT INTO f (f, rank) VALUES ('rank', 'bm25(0.0)')");
    (void)turn.commit();

    EXPECT_EQ(rank_of(*object_), 0.0);
    EXPECT_EQ(rank_of(*other), before);
}

TEST_F(Lease, CountsChangesFromTheBeginningOfTheTurn) {
    const auto counts = [](lease& turn) {
        auto row = turn.prepare("SELECT changes(), total_changes(), last_insert_rowid()");
        (void)row->step();
        return std::array{row->integer(0), row->integer(1), row->integer(2)};
    };
    {
        auto turn = object_->begin_turn();
        turn.execute("INSERT INTO t VALUES (5, 'a'), (6, 'b'); UPDATE t SET text = 'c'");
        EXPECT_EQ(counts(turn), (std::array<std::int64_t, 3>{2, 4, 6}));
        (void)turn.commit();
    }
    auto turn = object_->begin_turn();
    EXPECT_EQ(counts(turn), (std::array<std::int64_t, 3>{0, 0, 0}));
    EXPECT_EQ(turn.changes(), 0);
}

TEST_F(Lease, RefusesTextThatHoldsANul) {
    auto turn = object_->begin_turn();
    try {
        turn.execute(std::string_view("SELECT 1;\0 SELECT 2", 19));
        FAIL();
    } catch (const sql_error& e) {
        EXPECT_STREQ(e.what(), "the SQL text holds a NUL at byte 9; bind such data as a parameter");
    }
}

TEST_F(Lease, KeepsASavepointThatCannotBeReleased) {
    auto turn = object_->begin_turn();
    turn.begin_savepoint();
    auto returning = turn.prepare("INSERT INTO t VALUES (1, 'a'), (2, 'b') RETURNING id");
    ASSERT_TRUE(returning->step());
    EXPECT_THROW(turn.release_savepoint(), sql_error);

    turn.rollback_savepoint();
    (void)turn.commit();

    EXPECT_EQ(count(), 0);
}

TEST_F(Lease, NamesWhatSqliteRefused) {
    auto turn = object_->begin_turn();
    try {
        turn.execute("SELECT * FROM nope");
        FAIL();
    } catch (const sql_error& e) {
        EXPECT_STREQ(e.what(), "no such table: nope: SQLITE_ERROR");
        EXPECT_EQ(e.sql(), "SELECT * FROM nope");
    }
    turn.execute("INSERT INTO t VALUES (1, 'a')");
    try {
        turn.execute("INSERT INTO t VALUES (1, 'b')");
        FAIL();
    } catch (const sql_error& e) {
        EXPECT_EQ(e.extended_code(), 1555);
    }
    EXPECT_FALSE(turn.broken());
}

TEST_F(Lease, TakesAQuotedNameForNothingButAName) {
    auto turn = object_->begin_turn();
    turn.execute("INSERT INTO t VALUES (1, 'a')");
    for (const auto* sql : {"SELECT \"phone\" FROM t", "UPDATE t SET text = \"phone\"",
                            "CREATE TABLE u (v CHECK (v <> \"phone\"))"}) {
        try {
            turn.execute(sql);
            ADD_FAILURE() << sql;
        } catch (const sql_error& e) {
            EXPECT_NE(std::string_view(e.what()).find("no such column: phone"),
                      std::string_view::npos)
                << e.what();
        }
    }
}

TEST_F(Lease, TakesStatementsOneByOne) {
    auto turn = object_->begin_turn();
    std::string_view sql = "INSERT INTO t VALUES (1, 'a;b'); -- comment;\n ; SELECT 1; ";
    int taken = 0;
    while (auto next = turn.take_statement(sql)) {
        (*next)->run();
        ++taken;
    }
    EXPECT_EQ(taken, 2);
    EXPECT_THROW((void)turn.prepare("SELECT 1; SELECT 2"), error);
    EXPECT_THROW((void)turn.prepare(" -- nothing"), error);
}

TEST_F(Lease, CompilesAStatementAgainWhileItIsInUse) {
    static const auto slot = statement_slot::next();
    const auto text = [] { return "SELECT id FROM t ORDER BY id"; };
    auto turn = object_->begin_turn();
    turn.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')");

    auto outer = turn.borrow(slot, text);
    ASSERT_TRUE(outer->step());
    {
        auto inner = turn.borrow(slot, text);
        ASSERT_TRUE(inner->step());
        EXPECT_EQ(inner->integer(0), 1);
    }
    ASSERT_TRUE(outer->step());
    EXPECT_EQ(outer->integer(0), 2);
}

TEST_F(Lease, LetsAUseThatOutlivedItsTurnGoWithoutHarm) {
    static const auto slot = statement_slot::next();
    const auto text = [] { return "SELECT id FROM t ORDER BY id"; };
    std::optional<borrowed_statement> late;
    {
        auto turn = object_->begin_turn();
        turn.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
        late.emplace(turn.borrow(slot, text));
        ASSERT_TRUE((*late)->step());
        (void)turn.commit();
    }
    auto turn = object_->begin_turn();
    auto rows = turn.borrow(slot, text);
    ASSERT_TRUE(rows->step());

    late.reset();

    ASSERT_TRUE(rows->step());
    EXPECT_EQ(rows->integer(0), 2);
}

TEST_F(Lease, RefusesToRunAStatementAfterItsTurn) {
    static const auto slot = statement_slot::next();
    auto turn = object_->begin_turn();
    auto cached = turn.borrow(slot, [] { return "SELECT id FROM t"; });
    auto other = turn.prepare("SELECT text FROM t");
    auto moved = std::move(other);
    (void)turn.commit();

    for (auto* late : {&cached, &moved}) {
        try {
            static_cast<void>((*late)->step());
            FAIL() << "ran";
        } catch (const error& refused) {
            EXPECT_EQ(refused.reason(), errc::turn_ended);
        }
    }
}

TEST_F(Lease, TakesOpenStatementsAwayWhenItDeletesAll) {
    auto turn = object_->begin_turn();
    turn.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    auto rows = turn.prepare("SELECT id FROM t");
    ASSERT_TRUE(rows->step());

    turn.delete_all();

    try {
        static_cast<void>(rows->step());
        FAIL() << "ran";
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::turn_ended);
        EXPECT_THAT(refused.what(), HasSubstr("delete_all()"));
    }
    turn.execute("CREATE TABLE t (id)");
    EXPECT_GT(turn.commit().position, 0U);
}

TEST_F(Lease, StopsStatementsAtTheDeadline) {
    auto turn = object_->begin_turn();
    turn.execute("INSERT INTO t VALUES (1, 'kept')");
    turn.set_deadline(std::chrono::steady_clock::now());
    try {
        turn.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM "
            "n");
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::timed_out);
    }
    turn.clear_deadline();
    (void)turn.commit();

    EXPECT_EQ(count(), 1);
}

TEST_F(Lease, UndoesTheTurnWhenTheDeadlineStopsAWrite) {
    auto turn = object_->begin_turn();
    turn.execute("INSERT INTO t VALUES (1, 'undone')");
    turn.set_deadline(std::chrono::steady_clock::now());
    try {
        turn.execute(
            "INSERT INTO t(text) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT i FROM n");
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::timed_out);
    }

    EXPECT_TRUE(turn.broken());
    EXPECT_THROW((void)turn.commit(), error);
    EXPECT_EQ(count(), 0);
}

TEST_F(Lease, BreaksWhenSqliteRollsTheTurnBack) {
    auto turn = object_->begin_turn();
    turn.execute("INSERT INTO t VALUES (1, 'a')");
    EXPECT_THROW(turn.execute("INSERT OR ROLLBACK INTO t VALUES (1, 'b')"), sql_error);

    EXPECT_TRUE(turn.broken());
    EXPECT_THROW((void)turn.commit(), error);
    EXPECT_EQ(count(), 0);
}

}  // namespace
}  // namespace dormouse::test
