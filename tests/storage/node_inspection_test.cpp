#include "tests/support/data_directory.hpp"

#include <dormouse/error.hpp>
#include <dormouse/node_inspection.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// The numbers in table t of a database, in order, behind one another.
std::string values_in(const std::filesystem::path& database) {
    sqlite3* opened = nullptr;
    EXPECT_EQ(sqlite3_open_v2(database.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> closing(opened, sqlite3_close);
    std::string values;
    const auto add = [](void* to, int /*columns*/, char** texts, char** /*names*/) {
        *static_cast<std::string*>(to) += texts[0];
        return 0;
    };
    EXPECT_EQ(sqlite3_exec(opened, "SELECT v FROM t ORDER BY v", add, &values, nullptr), SQLITE_OK)
        << sqlite3_errmsg(opened);
    return values;
}

template <class Action>
std::string refusal(errc reason, Action&& action) {
    try {
        action();
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), reason) << refused.what();
        return refused.what();
    }
    return "nothing";
}

class NodeInspection : public testing::Test {
protected:
    NodeInspection() {
        written.run('a', "CREATE TABLE t (v); INSERT INTO t VALUES (1)");
        written.run('b', "CREATE TABLE t (v); INSERT INTO t VALUES (5)");
    }

    /// Looks at the directory as it is now; the node may go on.
    node_inspection& look() {
        inspected.reset();
        std::filesystem::remove_all(crashed());
        written.copy_to(crashed());
        return look_again();
    }
    node_inspection& look_again() {
        inspected.emplace(crashed());
        return *inspected;
    }

    std::string exported(char digit, const object_moment& at = {}) {
        const auto to = directory.path() / "exported.sqlite";
        std::filesystem::remove(to);
        inspected->export_object(data_directory::key(digit), at, to);
        return values_in(to);
    }

    /// "damage path: text" of whatever is found.
    std::vector<std::string> findings() {
        std::vector<std::string> all;
        result = look_again().verify([&](const finding& found) {
            all.push_back((found.kind == finding_kind::damage ? "damage " : "note ") + found.path +
                          ": " + found.text);
        });
        inspected.reset();
        return all;
    }

    std::vector<log_entry> entries() {
        std::vector<log_entry> all;
        static_cast<void>(
            inspected->read_log([&](const log_entry& entry) { all.push_back(entry); }));
        return all;
    }

    [[nodiscard]] std::filesystem::path crashed() const { return directory.path() / "crashed"; }

    data_directory written;
    temporary_directory directory;
    std::optional<node_inspection> inspected;
    verification result;
};

TEST_F(NodeInspection, ShowsWhatTheLogHasAndTheFilesLack) {
    const auto end = written.run_unfiled('a', "INSERT INTO t VALUES (2)");
    written.run_unfiled('c', "CREATE TABLE t (v); INSERT INTO t VALUES (7)");
    auto& inspection = look();

    std::vector<std::string> names;
    std::vector<bookmark> marks;
    inspection.visit({}, [&](const inspected_object& found) {
        names.push_back(found.known.metadata.name);
        marks.push_back(found.now);
    });
    EXPECT_THAT(names, ElementsAre("name a", "name b", "name c"));
    EXPECT_EQ(marks.front().sequence, end.sequence);
    EXPECT_EQ(exported('a'), "12");
    EXPECT_EQ(exported('c'), "7");
}

TEST_F(NodeInspection, ChangesNothing) {
    const auto first = written.run_unfiled('a', "INSERT INTO t VALUES (2)");
    written.run_unfiled('a', "INSERT INTO t VALUES (3)");
    auto& inspection = look();
    const auto before = content_of(crashed());

    inspection.visit({}, [](const inspected_object&) {});
    static_cast<void>(entries());
    static_cast<void>(exported('a', first));
    static_cast<void>(inspection.verify([](const finding&) {}));
    EXPECT_EQ(content_of(crashed()), before);
}

TEST_F(NodeInspection, ExportsWhatTheObjectHadAtABookmark) {
    std::vector<bookmark> marks;
    std::string expected = "1";
    std::vector<std::string> states;
    for (int i = 2; i < 8; ++i) {
        marks.push_back(written.run('a', "INSERT INTO t VALUES (" + std::to_string(i) + ")"));
        states.push_back(expected += std::to_string(i));
        if (i == 4) {
            written.stop();
            written.start();
        }
    }
    look();
    for (std::size_t i = 0; i < marks.size(); ++i) {
        EXPECT_EQ(exported('a', marks[i]), states[i]);
    }
    EXPECT_EQ(exported('a', marks.front()), states.front()) << "once more";
}

TEST_F(NodeInspection, ExportsWhatTheObjectHadAtATime) {
    for (int i = 2; i < 6; ++i) {
        written.now += 1h;
        written.run_unfiled('a', "INSERT INTO t VALUES (" + std::to_string(i) + ")");
    }
    look();
    EXPECT_EQ(exported('a', written.now), "12345");
    EXPECT_EQ(exported('a', written.now - 1ms), "1234");
    EXPECT_EQ(exported('a', written.now - 3h), "12");
    EXPECT_THAT(refusal(errc::invalid_bookmark,
                        [&] { static_cast<void>(exported('a', written.now - 100h)); }),
                HasSubstr("this object can go back to any from 1970-01-12"));
}

TEST_F(NodeInspection, ExportsThroughRetiredSegments) {
    const auto early = written.run('a', "INSERT INTO t VALUES (2)");
    for (int i = 0; i < 30; ++i) {
        written.run('b',
                    "CREATE TABLE IF NOT EXISTS big (x); INSERT INTO big VALUES "
                    "(randomblob(10000))");
    }
    written.run('a', "INSERT INTO t VALUES (3)");
    written.stop();
    look();
    EXPECT_EQ(exported('a', early), "12");
    EXPECT_EQ(exported('a'), "123");
}

TEST_F(NodeInspection, RefusesABookmarkOfAnotherObject) {
    const auto mark = written.run('b', "INSERT INTO t VALUES (6)");
    look();
    EXPECT_THAT(refusal(errc::invalid_bookmark, [&] { static_cast<void>(exported('a', mark)); }),
                HasSubstr("of another object"));
}

TEST_F(NodeInspection, WritesOverNoFile) {
    look();
    const auto to = directory.path() / "mine";
    write_file(to, "precious");
    EXPECT_THAT(refusal(errc::storage_failed,
                        [&] { inspected->export_object(data_directory::key('a'), {}, to); }),
                HasSubstr("will not write over"));
    EXPECT_EQ(read_file(to), "precious");
}

TEST_F(NodeInspection, FindsAnObjectByItsIdOrName) {
    auto& inspection = look();
    const std::string id(64, 'b');
    EXPECT_EQ(inspection.find(id).name, "name b");
    EXPECT_EQ(inspection.find("Test/" + id).name, "name b");
    EXPECT_EQ(inspection.find("Test/name b").id, id);
    for (const auto* wrong : {"Test/name", "Other/name b", "name b", "Test/"}) {
        EXPECT_NE(refusal(errc::invalid_id, [&] { static_cast<void>(inspection.find(wrong)); }),
                  "nothing")
            << wrong;
    }
}

TEST_F(NodeInspection, ListsTheRecordsOfTheLog) {
    written.now += 1s;
    const auto end = written.run_unfiled('a', "INSERT INTO t VALUES (2)");
    look();
    const auto all = entries();
    const auto& last = all.back();
    EXPECT_EQ(last.kind, "changes");
    EXPECT_EQ(last.class_name, "Test");
    EXPECT_EQ(last.id, std::string(64, 'a'));
    EXPECT_EQ(last.sequence, end.sequence);
    EXPECT_EQ(last.pages, 2U);
    EXPECT_EQ(last.time, written.now);
    EXPECT_TRUE(std::filesystem::exists(crashed() / "log" / last.segment));
    for (std::size_t i = 1; i < all.size(); ++i) {
        EXPECT_EQ(all[i].position, all[i - 1].position + all[i - 1].bytes);
    }
}

TEST_F(NodeInspection, RefusesADirectoryThatANodeHoldsNamingIt) {
    EXPECT_THAT(refusal(errc::storage_locked, [&] { node_inspection held(written.path()); }),
                HasSubstr("in use by process " + std::to_string(::getpid())));
}

TEST_F(NodeInspection, KeepsANodeFromStartingMeanwhile) {
    written.stop();
    const node_inspection one(written.path());
    const node_inspection another(written.path());
    EXPECT_THAT(refusal(errc::storage_locked, [&] { written.start(); }),
                HasSubstr("in use by a program that looks at it"));
}

TEST_F(NodeInspection, RefusesWhatIsNoDataDirectory) {
    const auto refused = [](const std::filesystem::path& path) {
        return refusal(errc::storage_failed, [&] { const node_inspection no(path); });
    };
    EXPECT_THAT(refused(directory.path() / "nowhere"), HasSubstr("there is no directory"));
    EXPECT_THAT(refused(directory.path()), HasSubstr("no node's data directory"));
    EXPECT_THAT(content_of(directory.path()), IsEmpty());
}

// --- verification

TEST_F(NodeInspection, FindsNothingInASoundDirectory) {
    written.run_unfiled('a', "INSERT INTO t VALUES (2)");
    look();
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_EQ(result.objects, 2U);
    EXPECT_GT(result.records, 3U);
    written.stop();
    look();
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(NodeInspection, NamesTheDamagedRecordOfTheLog) {
    written.run_unfiled('a', "INSERT INTO t VALUES (2)");
    written.run_unfiled('a', "INSERT INTO t VALUES (3)");
    written.run_unfiled('a', "INSERT INTO t VALUES (4)");
    look();
    const auto all = entries();
    const auto& victim = all[all.size() - 3];
    damage(crashed() / "log" / victim.segment, victim.offset + 50);

    EXPECT_THAT(findings(),
                Contains(AllOf(StartsWith("damage log: "), HasSubstr(victim.segment),
                               HasSubstr("at offset " + std::to_string(victim.offset)))));
    EXPECT_EQ(result.damages, 1U);
    // What lies before can still be listed, and the rest is refused.
    look_again();
    std::uint64_t listed = 0;
    EXPECT_THAT(
        refusal(
            errc::storage_failed,
            [&] { static_cast<void>(inspected->read_log([&](const log_entry&) { ++listed; })); }),
        HasSubstr(victim.segment));
    EXPECT_EQ(listed, all.size() - 3);
    EXPECT_THAT(refusal(errc::storage_failed, [&] { static_cast<void>(exported('a')); }),
                HasSubstr(victim.segment));
}

TEST_F(NodeInspection, NamesTheDamagedHeaderOfASegment) {
    look();
    const auto segment = entries().back().segment;
    damage(crashed() / "log" / segment, 20);
    EXPECT_THAT(findings(), Contains(AllOf(StartsWith("damage log: "), HasSubstr("the header of"),
                                           HasSubstr(segment))));
}

TEST_F(NodeInspection, TellsATornEndFromDamage) {
    written.run_unfiled('a', "INSERT INTO t VALUES (2)");
    look();
    const auto last = entries().back();
    damage(crashed() / "log" / last.segment, last.offset + last.bytes - 20);
    EXPECT_THAT(findings(), ElementsAre(AllOf(StartsWith("note log: "), HasSubstr("a crash cut"))));
    EXPECT_EQ(result.damages, 0U);
}

TEST_F(NodeInspection, NamesADamagedObject) {
    written.run('a', "CREATE INDEX i ON t (v); INSERT INTO t VALUES (2), (3)");
    written.stop();
    look();
    const auto file = data_directory::file('a');
    auto content = read_file(crashed() / file);
    content.replace(content.size() - 4096, 4096, std::string(4096, 'x'));
    write_file(crashed() / file, content);
    EXPECT_THAT(findings(), ElementsAre(StartsWith("damage " + file.string() + ": ")));
}

TEST_F(NodeInspection, SaysThatTheCatalogIsLost) {
    written.stop();
    look();
    std::filesystem::remove(crashed() / "catalog.sqlite");
    EXPECT_THAT(findings(), ElementsAre(StartsWith("damage catalog.sqlite: it is missing")));
    look_again();
    EXPECT_EQ(exported('a'), "1");
}

TEST_F(NodeInspection, NamesADamagedCatalog) {
    written.stop();
    look();
    auto content = read_file(crashed() / "catalog.sqlite");
    for (std::size_t at = 4096; at < content.size(); ++at) {
        content[at] = static_cast<char>(content[at] ^ 0x5a);
    }
    write_file(crashed() / "catalog.sqlite", content);
    EXPECT_THAT(findings(), Contains(StartsWith("damage catalog.sqlite: ")));
}

TEST_F(NodeInspection, ChecksTheObjectsOfANodeThatCannotStart) {
    written.stop();
    look();
    write_file(crashed() / "catalog.sqlite", std::string(8192, 'x'));
    EXPECT_THAT(findings(), ElementsAre(AllOf(StartsWith("damage .: "), HasSubstr("catalog.sqlite"),
                                              HasSubstr("it is no SQLite database"))));
    EXPECT_EQ(result.objects, 2U);
}

TEST_F(NodeInspection, ComparesTheCatalogWithTheFiles) {
    written.stop();
    look();
    std::filesystem::create_directories((crashed() / data_directory::file('d')).parent_path());
    std::filesystem::rename(crashed() / data_directory::file('a'),
                            crashed() / data_directory::file('d'));
    EXPECT_THAT(findings(), ElementsAre("damage " + data_directory::file('a').string() +
                                            ": it is missing, though the catalog knows the object",
                                        "damage " + data_directory::file('d').string() +
                                            ": the catalog does not know it"));
}

TEST_F(NodeInspection, NotesWhatAnotherProgramChanged) {
    written.stop();
    look();
    sqlite3* opened = nullptr;
    ASSERT_EQ(sqlite3_open((crashed() / data_directory::file('a')).c_str(), &opened), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(opened, "INSERT INTO t VALUES (9)", nullptr, nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(opened);
    write_file(crashed() / "log" / "readme", "mine");
    EXPECT_THAT(findings(), ElementsAre("note log/readme: none of dormouse's files",
                                        StartsWith("note " + data_directory::file('a').string() +
                                                   ": it is not as a node left it")));
}

TEST_F(NodeInspection, ChecksTheArchives) {
    for (int i = 0; i < 30; ++i) {
        written.run('b',
                    "CREATE TABLE IF NOT EXISTS big (x); INSERT INTO big VALUES "
                    "(randomblob(10000))");
    }
    written.stop();
    look();
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_GT(result.archived_records, 20U);
    const auto folder = crashed() / "archive" / "Test" / "bb";
    auto archive = std::filesystem::path();
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        archive = entry.path().extension() == ".log" ? entry.path() : archive;
    }
    damage(archive, read_file(archive).size() / 2);
    EXPECT_THAT(findings(),
                ElementsAre(AllOf(StartsWith("damage archive/Test/bb/"),
                                  HasSubstr("no valid record of the object at offset"))));
    std::filesystem::remove(archive);
    EXPECT_THAT(findings(), ElementsAre(AllOf(StartsWith("damage archive/Test/bb/"),
                                              HasSubstr("it is missing"))));
    write_file(folder / (std::string(64, 'e') + ".0.log"), "stale");
    EXPECT_THAT(findings(), Contains(AllOf(StartsWith("note archive/Test/bb/eeee"),
                                           HasSubstr("nothing refers to it"))));
}

TEST_F(NodeInspection, SaysHowFarItHasCome) {
    look();
    std::map<std::string, std::uint64_t> reached;
    static_cast<void>(
        inspected->verify([](const finding&) {},
                          [&](std::string_view stage, std::uint64_t done, std::uint64_t total) {
                              EXPECT_LE(done, total);
                              reached[std::string(stage)] = done * 100 / total;
                          }));
    EXPECT_EQ(reached["log"], 100U);
    EXPECT_EQ(reached["objects"], 100U);
}

}  // namespace
}  // namespace dormouse::test
