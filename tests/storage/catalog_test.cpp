#include "tests/support/open_storage.hpp"

#include <dormouse/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using namespace std::chrono_literals;

void run_outside(const std::filesystem::path& file, const char* sql) {
    std::filesystem::create_directories(file.parent_path());
    sqlite3* opened = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &opened), SQLITE_OK);
    char* failure = nullptr;
    EXPECT_EQ(sqlite3_exec(opened, sql, nullptr, nullptr, &failure), SQLITE_OK) << failure;
    sqlite3_free(failure);
    sqlite3_close(opened);
}

class catalog_of_objects : public testing::Test {
protected:
    [[nodiscard]] static object_key key(char digit) {
        return {"Test", std::string(64, digit), std::string("name ") + digit};
    }
    [[nodiscard]] std::filesystem::path file(char digit) const {
        return storage_.directory.path() / "Test" / std::string(2, digit) /
               (std::string(64, digit) + ".sqlite");
    }

    void run(char digit, const std::string& sql, const object_metadata* metadata = nullptr) {
        auto object = storage_.node->open(key(digit));
        auto turn = object->begin_turn();
        turn.execute(sql);
        if (metadata != nullptr) {
            turn.set_metadata(*metadata);
        }
        static_cast<void>(turn.commit());
        close(std::move(object));
    }

    std::int64_t count(char digit) {
        auto object = storage_.node->open(key(digit));
        std::int64_t found = 0;
        {
            auto turn = object->begin_turn();
            auto row = turn.prepare("SELECT count(*) FROM t");
            EXPECT_TRUE(row->step());
            found = row->integer(0);
        }
        close(std::move(object));
        return found;
    }

    void close(std::unique_ptr<object_storage> object) {
        storage_.node->close(std::move(object), [] {});
        storage_.background.run_all();
    }

    std::string names(const object_filter& filter = {}) {
        std::string all;
        storage_.node->visit(filter, [&](const object_info& found) {
            all += (all.empty() ? "" : ", ") + found.metadata.name;
        });
        return all;
    }

    void stop() { storage_.node.reset(); }
    void start() { storage_.start({}); }

    open_storage storage_;
};

TEST_F(catalog_of_objects, ListsWhatIsAskedFor) {
    run('a', "CREATE TABLE t (v)");
    object_metadata special;
    special.name = "special";
    special.version = "v2";
    special.state = object_state::quarantined;
    special.migration_attempts = 3;
    special.migration_error = "no such table";
    special.attempted_version = "v3";
    special.last_attempt = std::chrono::system_clock::time_point(7'000ms);
    special.before_migration = bookmark{1, 2, 3, 4};
    special.migration_reached = 7;
    special.next_alarm = std::chrono::system_clock::time_point(5'000ms);
    run('b', "CREATE TABLE t (v); INSERT INTO t VALUES (zeroblob(100000))", &special);
    for (int restarts = 0; restarts < 2; ++restarts) {
        EXPECT_EQ(names(), "name a, special");
        EXPECT_EQ(names({.name_prefix = "spec"}), "special");
        EXPECT_EQ(names({.class_name = "Other"}), "");
        EXPECT_EQ(names({.state = object_state::quarantined}), "special");
        EXPECT_EQ(names({.version = ""}), "name a");
        EXPECT_EQ(names({.bytes_min = 50'000}), "special");
        EXPECT_EQ(names({.alarm_until = std::chrono::system_clock::time_point(5s)}), "special");
        EXPECT_EQ(names({.alarm_until = std::chrono::system_clock::time_point(4'999ms)}), "");
        EXPECT_EQ(names({.limit = 1}), "name a");
        storage_.node->visit({.name_prefix = "spec"}, [&](const object_info& found) {
            EXPECT_EQ(found.metadata, special);
            EXPECT_EQ(found.id, std::string(64, 'b'));
            EXPECT_EQ(found.commits, 1U);
        });
        stop();
        start();
    }
}

TEST_F(catalog_of_objects, CommitsMetadataWithTheTurnOrNotAtAll) {
    run('a', "CREATE TABLE t (v)");
    auto object = storage_.node->open(key('a'));
    {
        auto turn = object->begin_turn();
        auto changed = turn.metadata();
        changed.name = "renamed";
        turn.set_metadata(changed);
        EXPECT_EQ(turn.metadata().name, "renamed");
        turn.rollback();
    }
    EXPECT_EQ(object->begin_turn().metadata().name, "name a");
    {
        auto turn = object->begin_turn();
        auto changed = turn.metadata();
        changed.name = "renamed";
        turn.set_metadata(changed);
        EXPECT_GT(turn.commit().position, 0U);
    }
    EXPECT_EQ(names(), "renamed");
    close(std::move(object));
}

TEST_F(catalog_of_objects, ForgetsTheDestroyed) {
    run('a', "CREATE TABLE t (v)");
    run('b', "CREATE TABLE t (v)");
    storage_.node->destroy(key('a'));
    EXPECT_EQ(names(), "name b");
    stop();
    start();
    EXPECT_EQ(names(), "name b");
}

TEST_F(catalog_of_objects, IsRebuiltFromTheFilesWhenLost) {
    run('a', "CREATE TABLE t (v); INSERT INTO t VALUES (1), (2)");
    stop();
    start();
    stop();  // the log has moved on, too
    std::filesystem::remove(storage_.directory.path() / "catalog.sqlite");
    start();
    std::string ids;
    storage_.node->visit({}, [&](const object_info& found) { ids += found.id.substr(0, 1); });
    EXPECT_EQ(ids, "a");
    EXPECT_EQ(count('a'), 2);
    run('a', "INSERT INTO t VALUES (3)");
    EXPECT_EQ(count('a'), 3);
}

TEST_F(catalog_of_objects, AdoptsAFileThatWasChangedWhileTheNodeWasStopped) {
    run('a', "CREATE TABLE t (v); INSERT INTO t VALUES (1)");
    bookmark before;
    {
        auto object = storage_.node->open(key('a'));
        {
            auto turn = object->begin_turn();
            before = turn.current_bookmark();
            static_cast<void>(turn.commit());
        }
        close(std::move(object));
    }
    stop();
    run_outside(file('a'), "PRAGMA journal_mode=WAL; INSERT INTO t VALUES (2), (3);");
    start();
    EXPECT_EQ(count('a'), 3);
    run('a', "INSERT INTO t VALUES (4)");
    EXPECT_EQ(count('a'), 4);
    const auto undo = storage_.node->restore(key('a'), before);
    EXPECT_EQ(count('a'), 1);
    static_cast<void>(storage_.node->restore(key('a'), undo));
    EXPECT_EQ(count('a'), 4);
}

TEST_F(catalog_of_objects, RefusesAFileThatWasCutShort) {
    run('a', "CREATE TABLE t (v); INSERT INTO t VALUES (1), (zeroblob(100000))");
    stop();
    std::filesystem::resize_file(file('a'), 24'676);
    start();
    for (const auto* sql :
         {"SELECT sum(length(CAST(v AS TEXT))) FROM t", "INSERT INTO t VALUES (2)"}) {
        try {
            run('a', sql);
            ADD_FAILURE() << sql;
        } catch (const error& refused) {
            EXPECT_EQ(refused.reason(), errc::storage_failed) << sql;
            EXPECT_THAT(refused.what(),
                        testing::HasSubstr("was cut short: of its 27 pages 6 are left"));
        }
    }
    stop();
    EXPECT_EQ(std::filesystem::file_size(file('a')), 6U * 4096 + 100) << "nobody has touched it";

    std::filesystem::resize_file(file('a'), 8'192);
    start();
    EXPECT_THROW(run('a', "INSERT INTO t VALUES (2)"), error);
    EXPECT_EQ(std::filesystem::file_size(file('a')), 2U * 4096);
}

TEST_F(catalog_of_objects, RestoresAnObjectWhoseFileWasCutShort) {
    run('a', "CREATE TABLE t (v); INSERT INTO t VALUES (1), (zeroblob(100000))");
    const auto before = storage_.node->current_bookmark(key('a'));
    run('a', "INSERT INTO t VALUES (2)");
    stop();
    std::filesystem::resize_file(file('a'), 24'576);
    start();

    (void)storage_.node->restore(key('a'), before);

    EXPECT_EQ(count('a'), 2);
    stop();
    std::filesystem::resize_file(file('a'), 24'576);
    start();
    storage_.node->destroy(key('a'));
    run('a', "CREATE TABLE t (v)");
    EXPECT_EQ(count('a'), 0);
}

TEST_F(catalog_of_objects, MakesAnObjectOfAFilePutInItsPlace) {
    stop();
    run_outside(file('c'), "CREATE TABLE t (v); INSERT INTO t VALUES (1), (2)");
    start();
    EXPECT_EQ(count('c'), 2);
    run('c', "INSERT INTO t VALUES (3)");
    stop();
    start();
    EXPECT_EQ(count('c'), 3);
}

TEST_F(catalog_of_objects, ImportsADatabaseOfWorkerd) {
    const auto from = storage_.directory.path() / "workerd";
    const auto source = from / (std::string(64, 'd') + ".sqlite");
    run_outside(source,
                "PRAGMA journal_mode=WAL;"
                "CREATE TABLE _cf_KV (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;"
                "INSERT INTO _cf_KV VALUES ('k1', x'ff0f220474657874');"
                "CREATE TABLE t (v); INSERT INTO t VALUES (1), (NULL)");
    run_outside(from / "metadata.sqlite",
                "CREATE TABLE _cf_ALARM (actor_id TEXT PRIMARY KEY, scheduled_time INTEGER,"
                " actor_name TEXT) WITHOUT ROWID;"
                "INSERT INTO _cf_ALARM VALUES ('dddddddddddddddddddddddddddddddddddddddddddddddddd"
                "dddddddddddddd', 4102444800000000000, 'alarm')");
    auto into = key('d');
    into.name = "";
    storage_.node->import_file(into, source);
    EXPECT_EQ(count('d'), 2);
    EXPECT_EQ(names(), "alarm");
    storage_.node->visit({}, [](const object_info& found) {
        EXPECT_EQ(found.metadata.next_alarm, std::chrono::system_clock::time_point(4'102'444'800s));
    });
    auto object = storage_.node->open(into);
    {
        auto turn = object->begin_turn();
        auto value = turn.prepare("SELECT hex(value) FROM _cf_KV WHERE key = 'k1'");
        ASSERT_TRUE(value->step());
        EXPECT_EQ(value->text(0), "FF0F220474657874");
    }
    close(std::move(object));
    run('d', "INSERT INTO t VALUES (3)");
    stop();
    start();
    EXPECT_EQ(count('d'), 3);
}

TEST_F(catalog_of_objects, ImportsAnyDatabaseAndUndoesIt) {
    run('a', "CREATE TABLE t (v); INSERT INTO t VALUES (1)");
    bookmark before;
    {
        auto object = storage_.node->open(key('a'));
        auto turn = object->begin_turn();
        before = turn.current_bookmark();
        static_cast<void>(turn.commit());
        close(std::move(object));
    }
    const auto source = storage_.directory.path() / "small.sqlite";
    run_outside(source, "PRAGMA page_size=1024; CREATE TABLE t (v); INSERT INTO t VALUES (1), (2)");
    storage_.node->import_file(key('a'), source);
    EXPECT_EQ(count('a'), 2);
    static_cast<void>(storage_.node->restore(key('a'), before));
    EXPECT_EQ(count('a'), 1);
}

TEST_F(catalog_of_objects, ServesAnImportedSchemaThatQuotesTextLikeNames) {
    const auto source = storage_.directory.path() / "old.sqlite";
    run_outside(source,
                "CREATE TABLE t (v, kind); CREATE INDEX of_kind ON t (v) WHERE kind = \"open\"");
    storage_.node->import_file(key('a'), source);

    run('a', "INSERT INTO t VALUES (1, 'open'), (2, 'closed')");

    const auto object = storage_.node->open(key('a'));
    auto turn = object->begin_turn();
    auto found = turn.prepare("SELECT v FROM t INDEXED BY of_kind WHERE kind = 'open'");
    ASSERT_TRUE(found->step());
    EXPECT_EQ(found->integer(0), 1);
    EXPECT_FALSE(found->step());
}

// An imported database and an emptied one may count their schema's changes alike, with the tables
// at other places.
TEST_F(catalog_of_objects, SharesNoConnectionBetweenImportedAndEmptiedObjects) {
    const auto from = storage_.directory.path() / "foreign.sqlite";
    run_outside(from, "CREATE TABLE t (v)");
    for (const char digit : {'a', 'b'}) {
        storage_.node->import_file(key(digit), from);
    }
    const auto emptied = storage_.node->open(key('a'));
    for (const auto* sql : {"SELECT * FROM t", "CREATE TABLE t (v)"}) {
        auto turn = emptied->begin_turn();
        if (sql[0] == 'C') {
            turn.delete_all();
        }
        turn.execute(sql);
        static_cast<void>(turn.commit());
    }
    const auto imported = storage_.node->open(key('b'));

    auto turn = imported->begin_turn();
    turn.execute("INSERT INTO t VALUES (1)");
    auto check = turn.prepare("PRAGMA integrity_check");
    ASSERT_TRUE(check->step());
    EXPECT_EQ(check->text(0), "ok");
}

TEST_F(catalog_of_objects, RefusesToImportWhatIsNoDatabase) {
    const auto source = storage_.directory.path() / "text";
    std::ofstream(source) << std::string(5'000, 'x');
    try {
        storage_.node->import_file(key('a'), source);
        ADD_FAILURE() << "imported";
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::storage_failed);
        EXPECT_NE(std::string(refused.what()).find("cannot import " + source.string()),
                  std::string::npos)
            << refused.what();
    }
    EXPECT_EQ(names(), "");
}

}  // namespace
}  // namespace dormouse::test
