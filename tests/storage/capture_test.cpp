// SQLite changes pages in many ways, and tells nobody in some. Whatever a turn changed, however it
// did, is there after the power has gone; what it undid is not.
#include "testing/faulty_disk.hpp"
#include "tests/support/database_text.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/error.hpp>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <functional>
#include <memory>
#include <string>

namespace dormouse::test {
namespace {

struct way_of_writing {
    const char* name;
    const char* prepare;
    std::function<void(lease&)> write;
};

void PrintTo(const way_of_writing& way, std::ostream* out) {
    *out << way.name;
}

std::function<void(lease&)> run(const char* sql) {
    return [sql](lease& turn) { turn.execute(sql); };
}

void step_once(lease& turn) {
    auto rows = turn.prepare("INSERT INTO t (text) VALUES ('x'), ('y') RETURNING id");
    ASSERT_TRUE(rows->step());
}

void write_into_a_blob(lease& turn) {
    turn.execute("INSERT INTO t (id, text) VALUES (7, zeroblob(20000))");
    auto any = turn.prepare("SELECT 1");
    sqlite3_blob* blob = nullptr;
    ASSERT_EQ(sqlite3_blob_open(sqlite3_db_handle(any->handle()), "main", "t", "text", 7, 1, &blob),
              SQLITE_OK);
    EXPECT_EQ(sqlite3_blob_write(blob, "hello", 5, 15'000), SQLITE_OK);
    EXPECT_EQ(sqlite3_blob_close(blob), SQLITE_OK);
}

void undo_half(lease& turn) {
    turn.execute("INSERT INTO t (text) VALUES ('kept')");
    turn.begin_savepoint();
    turn.execute(
        "WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n LIMIT 3000) "
        "INSERT INTO t (text) SELECT printf('%.*c', 2000, 'u') FROM n");
    turn.rollback_savepoint();
    turn.execute("INSERT INTO t (text) VALUES ('kept, too')");
}

constexpr const char* table = "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)";

const way_of_writing ways[] = {
    {"Insert", table, run("INSERT INTO t (text) VALUES ('a')")},
    {"ReturningSteppedOnce", table, step_once},
    {"IncrementalBlob", table, write_into_a_blob},
    {"Savepoints", table, undo_half},
    {"MorePagesThanTheCacheHolds", table,
     run("WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n LIMIT 4000) "
         "INSERT INTO t (text) SELECT printf('%.*c', 3000, 'x') FROM n")},
    {"OnConflict",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT UNIQUE);"
     "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
     run("INSERT INTO t VALUES (3, 'a') ON CONFLICT (text) DO UPDATE SET text = 'c';"
         "INSERT OR REPLACE INTO t VALUES (1, 'b'); INSERT OR IGNORE INTO t VALUES (1, 'z')")},
    {"Triggers",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT); CREATE TABLE log (line);"
     "CREATE TRIGGER logged AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.text); "
     "END",
     run("INSERT INTO t (text) VALUES ('a')")},
    {"DeferredConstraints",
     "CREATE TABLE p (id INTEGER PRIMARY KEY);"
     "CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
     run("INSERT INTO c VALUES (1); INSERT INTO p VALUES (1)")},
    {"Cascades",
     "CREATE TABLE p (id INTEGER PRIMARY KEY);"
     "CREATE TABLE c (p REFERENCES p ON DELETE CASCADE);"
     "INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1), (2)",
     run("DELETE FROM p WHERE id = 1")},
    {"SchemaChanges", table,
     run("ALTER TABLE t ADD COLUMN more; CREATE INDEX i ON t (text); CREATE VIEW v AS SELECT 1;"
         "INSERT INTO t (more) VALUES (1); ALTER TABLE t RENAME TO u")},
    {"DroppedTables", "CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(100000))",
     run("DROP TABLE t; PRAGMA incremental_vacuum")},
    {"UserVersion", table, run("PRAGMA user_version = 7; PRAGMA application_id = 9")},
    {"FullTextSearch", "CREATE VIRTUAL TABLE f USING fts5(text)",
     run("INSERT INTO f VALUES ('the dormouse sleeps'); INSERT INTO f (f) VALUES ('optimize')")},
    {"RTree", "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1)",
     run("INSERT INTO r VALUES (1, 0.0, 1.0), (2, 5.0, 6.0)")},
    {"VirtualTablesKeptByTriggers",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT, at REAL);"
     "CREATE VIRTUAL TABLE f USING fts5(text, content='t', content_rowid='id');"
     "CREATE VIRTUAL TABLE r USING rtree(id, since, until);"
     "CREATE TRIGGER added AFTER INSERT ON t BEGIN"
     " INSERT INTO f (rowid, text) VALUES (new.id, new.text);"
     " INSERT INTO r VALUES (new.id, new.at, new.at + 1); END;"
     "CREATE VIEW found AS SELECT text FROM f WHERE f MATCH 'dormouse'",
     run("INSERT INTO t (text, at) VALUES ('the dormouse sleeps', 1);"
         "INSERT INTO t (text, at) SELECT text || ' on', 2 FROM found")},
    {"WithoutRowid", "CREATE TABLE t (a TEXT PRIMARY KEY, b) WITHOUT ROWID",
     run("INSERT INTO t VALUES ('x', 1), ('y', 2); DELETE FROM t WHERE a = 'x'")},
};

class Capture : public testing::TestWithParam<way_of_writing> {
protected:
    void come_back_from_a_power_loss() {
        power_->lose_power();
        object_.reset();
        storage_.background = {};
        storage_.node.reset();
        power_->restore_power();
        storage_.start(power_);
        object_ = storage_.open();
    }

    std::shared_ptr<faulty_disk> power_ = std::make_shared<faulty_disk>();
    open_storage storage_{power_};
    std::unique_ptr<object_storage> object_ = storage_.open();
};

TEST_P(Capture, SurvivesThePowerLoss) {
    {
        auto turn = object_->begin_turn();
        turn.execute(GetParam().prepare);
        static_cast<void>(turn.commit());
    }
    auto turn = object_->begin_turn();
    GetParam().write(turn);
    storage_.node->wait_durable(turn.commit());
    const auto expected = text_of_database(*object_);

    come_back_from_a_power_loss();

    EXPECT_EQ(text_of_database(*object_), expected);
}

TEST_P(Capture, LeavesNothingOfATurnThatWasRolledBack) {
    auto prepared = object_->begin_turn();
    prepared.execute(GetParam().prepare);
    storage_.node->wait_durable(prepared.commit());
    const auto expected = text_of_database(*object_);
    auto turn = object_->begin_turn();
    GetParam().write(turn);
    turn.rollback();
    EXPECT_EQ(text_of_database(*object_), expected);
    auto empty = object_->begin_turn();
    EXPECT_EQ(empty.commit().position, 0U);

    storage_.background.run_all();
    come_back_from_a_power_loss();

    EXPECT_EQ(text_of_database(*object_), expected);
}

INSTANTIATE_TEST_SUITE_P(Ways, Capture, testing::ValuesIn(ways),
                         [](const auto& way) { return std::string(way.param.name); });

TEST(Capture, RefusesATurnThatViolatesADeferredConstraint) {
    open_storage storage;
    auto object = storage.open();
    {
        auto turn = object->begin_turn();
        turn.execute(
            "CREATE TABLE p (id INTEGER PRIMARY KEY);"
            "CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
        static_cast<void>(turn.commit());
    }
    const auto before = text_of_database(*object);
    auto turn = object->begin_turn();
    turn.execute("INSERT INTO c VALUES (1)");

    EXPECT_THROW(static_cast<void>(turn.commit()), error);

    EXPECT_EQ(text_of_database(*object), before);
}

}  // namespace
}  // namespace dormouse::test
