#include "testing/faulty_disk.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dormouse::test {
namespace {

ticket write(object_storage& object, int value) {
    auto turn = object.begin_turn();
    turn.execute("CREATE TABLE IF NOT EXISTS t (v)");
    turn.execute("INSERT INTO t VALUES (" + std::to_string(value) + ")");
    return turn.commit();
}

std::int64_t count(object_storage& object) {
    auto turn = object.begin_turn();
    auto rows = turn.prepare("SELECT count(*) FROM t");
    (void)rows->step();
    return rows->integer(0);
}

TEST(StorageNode, PutsAnObjectWhereItsClassAndIdSay) {
    open_storage storage;
    auto object = storage.open('c');
    (void)write(*object, 1);
    storage.node->close(std::move(object), [] {});
    storage.background.run_all();

    EXPECT_TRUE(std::filesystem::exists(storage.directory.path() / "Test" / "cc" /
                                        (std::string(64, 'c') + ".sqlite")));
}

TEST(StorageNode, CallsNothingDurableBeforeTheBackgroundHasSyncedIt) {
    open_storage storage;
    const auto object = storage.open();
    const auto position = write(*object, 1);
    std::vector<std::string> events;

    storage.node->when_durable({},
                               [&](bool failed) { events.push_back(failed ? "bad" : "nothing"); });
    storage.node->when_durable(position,
                               [&](bool failed) { events.push_back(failed ? "bad" : "write"); });
    EXPECT_THAT(events, testing::ElementsAre("nothing"));

    storage.background.run_all();
    EXPECT_THAT(events, testing::ElementsAre("nothing", "write"));
    storage.node->when_durable(position, [&](bool) { events.emplace_back("later"); });
    EXPECT_THAT(events, testing::ElementsAre("nothing", "write", "later"));
}

TEST(StorageNode, TellsInOrderOfCommits) {
    open_storage storage;
    const auto a = storage.open('a');
    const auto b = storage.open('b');
    const auto first = write(*a, 1);
    const auto second = write(*b, 1);
    std::string events;
    storage.node->when_durable(second, [&](bool) { events += '2'; });
    storage.node->when_durable(first, [&](bool) { events += '1'; });

    storage.background.run_all();

    EXPECT_LT(first, second);
    EXPECT_EQ(events, "12");
}

TEST(StorageNode, ClosesBehindTheLastSync) {
    open_storage storage;
    auto object = storage.open();
    const auto position = write(*object, 1);
    std::string events;
    storage.node->when_durable(position, [&](bool failed) { events += failed ? 'x' : 'd'; });

    storage.node->close(std::move(object), [&] { events += 'c'; });
    storage.background.run_all();

    EXPECT_EQ(events, "dc");
    EXPECT_EQ(count(*storage.open()), 1);
}

TEST(StorageNode, ClosesUnderStatementsThatAreStillHeld) {
    open_storage storage;
    auto object = storage.open();
    (void)write(*object, 1);
    auto turn = std::make_unique<lease>(object->begin_turn());
    auto rows = turn->prepare("SELECT v FROM t");
    ASSERT_TRUE(rows->step());
    (void)turn->commit();
    turn.reset();

    storage.node->close(std::move(object), [] {});
    storage.background.run_all();

    EXPECT_EQ(count(*storage.open()), 1);
}

std::function<bool(disk_operation, const std::string&)> fail(disk_operation which,
                                                             std::string where) {
    return [which, where = std::move(where)](disk_operation operation, const std::string& path) {
        return operation == which && path.find(where) != std::string::npos;
    };
}

TEST(StorageNode, TakesAFailedCheckpointForAFailedDisk) {
    const auto on = std::make_shared<faulty_disk>();
    open_storage storage(on);
    auto object = storage.open();
    (void)write(*object, 1);
    storage.background.run_all();
    on->fails = fail(disk_operation::write, ".sqlite");

    storage.node->close(std::move(object), [] {});
    storage.background.run_all();
    on->fails = nullptr;

    EXPECT_THROW((void)storage.open('b'), error);
}

TEST(StorageNode, DoesNotOpenAFileThatLacksCommits) {
    const auto on = std::make_shared<faulty_disk>();
    open_storage storage(on);
    auto object = storage.open();
    (void)write(*object, 7);
    storage.background.run_all();
    on->fails = fail(disk_operation::create, ".sqlite");
    storage.node->close(std::move(object), [] {});
    storage.background.run_all();

    try {
        (void)storage.open();
        ADD_FAILURE() << "it was opened";
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::storage_failed);
        EXPECT_THAT(refused.what(), testing::HasSubstr("lacks commits"));
    }
    (void)storage.open('b');
    on->fails = nullptr;
    storage.background.run_all();

    object = storage.open();
    EXPECT_EQ(count(*object), 1);
}

TEST(StorageNode, RefusesToWriteWhileTheDiskIsNearlyFull) {
    const auto disk = std::make_shared<faulty_disk>();
    open_storage storage(disk);
    const auto object = storage.open();
    disk->room = 1'000;
    storage.node->wait_durable(write(*object, 1));

    try {
        (void)write(*object, 2);
        ADD_FAILURE() << "the turn was accepted";
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::storage_full);
        EXPECT_THAT(refused.what(), testing::HasSubstr("has 1000 bytes left"));
    }
    EXPECT_EQ(count(*object), 1);

    disk->room = std::uint64_t{1} << 30;
    storage.node->wait_durable(write(*object, 2));
    EXPECT_EQ(count(*object), 2);
}

TEST(StorageNode, StartsAndStopsOnADiskThatIsNearlyFull) {
    const auto disk = std::make_shared<faulty_disk>();
    open_storage storage(disk);
    auto object = storage.open();
    storage.node->wait_durable(write(*object, 1));
    disk->room = 0;
    object.reset();
    disk->lose_power();
    storage.background = {};
    storage.node.reset();
    disk->restore_power();

    ASSERT_NO_THROW(storage.start(disk));

    EXPECT_EQ(count(*storage.open()), 1);
    storage.background.run_all();
    storage.node.reset();
    ASSERT_NO_THROW(storage.start(disk));
}

// An object whose next commit is always on its way must not keep every segment of the log.
TEST(StorageNode, CutsTheLogUnderAnObjectThatIsNeverAtRest) {
    const auto disk = std::make_shared<faulty_disk>();
    open_storage storage(disk);
    const auto object = storage.open();
    (void)write(*object, 0);
    for (int round = 0; round < 12; ++round) {
        for (int i = 0; i < 20; ++i) {
            auto turn = object->begin_turn();
            turn.execute("INSERT INTO t VALUES (randomblob(3000))");
            (void)turn.commit();
        }
        storage.background.run_some(3);
        (void)write(*object, round);  // not durable when the next step looks
    }
    storage.background.run_all();

    const auto names = disk->list((storage.directory.path() / "log").string());
    EXPECT_LT(names.size(), 8U);
}

TEST(StorageNode, KeepsNoFileOpenForAnObjectThatDoesNotUseIt) {
    const auto open_files = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                             std::filesystem::directory_iterator());
    };
    open_storage storage;
    auto object = storage.open();
    (void)write(*object, 1);
    storage.node->close(std::move(object), [] {});
    storage.background.run_all();
    const auto before = open_files();

    object = storage.open();
    object->close_file();

    EXPECT_EQ(open_files(), before);
    EXPECT_EQ(count(*object), 1);
}

TEST(StorageNode, RefusesTurnsWhilePagesWaitForACheckpoint) {
    temporary_directory directory;
    queued_background background;
    storage_options options;
    options.directory = directory.path();
    options.overlay_bytes_max = std::size_t{32} * 4096;
    options.segment_bytes = std::uint64_t{64} * 1024;
    storage_node node(std::move(options), background);
    std::vector<std::unique_ptr<object_storage>> objects;
    std::optional<errc> refused;

    while (!refused && objects.size() < 40) {
        const auto digit = "0123456789abcdef"[objects.size() % 16];
        const auto second = "0123456789abcdef"[objects.size() / 16];
        objects.push_back(
            node.open({"Test", std::string(63, digit) + std::string(1, second), "name"}));
        try {
            (void)write(*objects.back(), 1);
        } catch (const error& full) {
            refused = full.reason();
        }
    }
    EXPECT_EQ(refused, errc::overloaded);
    EXPECT_GT(objects.size(), 5U);

    background.run_all();  // a checkpoint was asked for long before
    (void)write(*objects.back(), 1);
    EXPECT_EQ(count(*objects.back()), 1);
    background.run_all();
}

TEST(StorageNode, AcknowledgesNothingMoreAfterAFailedSync) {
    const auto on = std::make_shared<faulty_disk>();
    open_storage storage(on);
    auto object = storage.open();
    const auto position = write(*object, 1);
    on->fails = fail(disk_operation::sync, "log/");
    bool lost = false;
    storage.node->when_durable(position, [&](bool failed) { lost = failed; });

    storage.background.run_all();
    on->fails = nullptr;

    EXPECT_TRUE(lost);
    EXPECT_THROW((void)write(*object, 2), error);
    EXPECT_THROW((void)storage.open('b'), error);
    EXPECT_EQ(count(*object), 1) << "reading goes on";
}

TEST(StorageNode, RefusesADirectoryInUseNamingTheHolder) {
    open_storage storage;
    queued_background background;
    try {
        const storage_node second({storage.directory.path()}, background);
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::storage_locked);
        EXPECT_THAT(e.what(),
                    testing::HasSubstr("in use by process " + std::to_string(::getpid())));
    }
}

TEST(StorageNode, SaysWhichFileCannotBeOpened) {
    const open_storage storage;
    const auto path = storage.directory.path() / "Test" / "dd" / (std::string(64, 'd') + ".sqlite");
    std::filesystem::create_directories(path);
    try {
        (void)storage.open('d');
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::storage_failed);
        EXPECT_THAT(e.what(), testing::HasSubstr(path.string()));
    }
}

}  // namespace
}  // namespace dormouse::test
