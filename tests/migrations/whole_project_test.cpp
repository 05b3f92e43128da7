#include "migrations/epoch.hpp"
#include "migrations/project_lock.hpp"
#include "tests/migrations/project_fixture.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/storage_node.hpp>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

namespace dormouse::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A project with three databases, of which one has no tables.
class WholeProject : public ProjectCommands {
protected:
    [[nodiscard]] project whole(timestamp moment = noon) const {
        auto made = at(moment);
        made.databases = {with({}),
                          {"notes", {table_of("notes", {})}, "NotesDatabaseDO", {}},
                          {"empty", {}, "EmptyDatabaseDO", {}}};
        made.databases[0].class_name = "MainDatabaseDO";
        return made;
    }
    /// Makes an object of the class in the data directory.
    void make_object(const std::string& class_name) const {
        queued_background background;
        storage_options options;
        options.directory = paths().data;
        storage_node node(std::move(options), background);
        auto object = node.open({class_name, std::string(64, 'a'), "x"});
        auto turn = object->begin_turn();
        turn.execute("CREATE TABLE t (x)");
        node.wait_durable(turn.commit());
        node.close(std::move(object), [] {});
        background.run_all();
    }
};

TEST_F(WholeProject, PushPassesOverADatabaseWithoutTables) {
    const auto results = dormouse::push(whole());

    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].database, "main");
    EXPECT_EQ(results[1].database, "notes");
    EXPECT_TRUE(dormouse::push(whole(), {.database = "empty"}).empty());
}

TEST_F(WholeProject, RefusesADatabaseThatItDoesNotHave) {
    try {
        (void)dormouse::generate(whole(), {.database = "mian"});
        FAIL();
    } catch (const error& failed) {
        EXPECT_EQ(failed.reason(), errc::unknown_database);
        EXPECT_STREQ(failed.what(), "there is no database 'mian'; there are: main, notes, empty");
    }
}

TEST_F(WholeProject, WritesNothingWhenOneDatabaseIsRefused) {
    write("migrations/notes/_snapshot.json", "{");

    EXPECT_THAT(refusal_of([&] { (void)dormouse::generate(whole()); }), HasSubstr("corrupt"));

    EXPECT_FALSE(std::filesystem::exists(in("migrations/main")));
}

TEST_F(WholeProject, RefusesATableThatRefersToNoneOfTheDatabase) {
    auto in = whole();
    in.databases[1].tables[0].columns.push_back(text_column("author"));
    in.databases[1].tables[0].foreign_keys = {cascading_key("author", "users")};

    EXPECT_THAT(refusal_of([&] { (void)dormouse::status(in); }),
                HasSubstr("database 'notes': table notes refers to table users, which is not one "
                          "of the database's .tables"));
}

TEST_F(WholeProject, WantsTheDatabaseNamedThatHintsTellOf) {
    const push_options options{.hints = {.renames = {"users:people"}}};

    EXPECT_THAT(refusal_of([&] { (void)dormouse::push(whole(), options); }),
                HasSubstr("name it, one of: main, notes"));
}

TEST_F(WholeProject, ResetBeginsANewEpochAndClearsAllThatWasPushed) {
    (void)dormouse::push(whole());
    write(".dormouse/databases/orphan/migrations/dev_0.sql", "");
    const auto before = dormouse::status(whole()).epoch;

    const auto result = reset(whole());  // in the same millisecond

    EXPECT_NE(result.new_epoch, before);
    EXPECT_EQ(dormouse::status(whole()).epoch, result.new_epoch);
    EXPECT_THAT(result.databases, ElementsAre("main", "notes", "empty"));
    EXPECT_FALSE(std::filesystem::exists(in(".dormouse/databases")));
    EXPECT_EQ(dormouse::status(whole()).databases[0].last_push, "");
}

TEST_F(WholeProject, ResetOfOneDatabaseGivesItAnEpochOfItsOwn) {
    (void)dormouse::push(whole());
    const auto before = dormouse::status(whole()).epoch;

    const auto result = reset(whole(later), {.database = "main"});

    const auto after = dormouse::status(whole());
    EXPECT_EQ(after.epoch, before);
    EXPECT_EQ(after.databases[0].own_epoch, result.new_epoch);
    EXPECT_EQ(after.databases[0].dev_migrations, 0U);
    EXPECT_EQ(after.databases[1].own_epoch, "");
    EXPECT_EQ(after.databases[1].dev_migrations, 1U);
}

TEST_F(WholeProject, AnEpochOfItsOwnOutlivesPushesAndGoesWithTheNextFullReset) {
    const auto own = reset(whole(later), {.database = "main"}).new_epoch;
    (void)dormouse::push(whole());
    (void)dormouse::generate(whole());
    EXPECT_EQ(dormouse::status(whole()).databases[0].own_epoch, own);

    (void)reset(whole());

    EXPECT_EQ(dormouse::status(whole()).databases[0].own_epoch, "");
}

TEST_F(WholeProject, ResetKeepsTheEpochWhenAskedTo) {
    (void)dormouse::push(whole());
    const auto before = dormouse::status(whole()).epoch;

    const auto result = reset(whole(later), {.keep_epoch = true});

    EXPECT_EQ(result.new_epoch, "");
    EXPECT_EQ(dormouse::status(whole()).epoch, before);
    EXPECT_EQ(dormouse::status(whole()).databases[0].dev_migrations, 0U);
}

TEST_F(WholeProject, ResetCannotKeepAnEpochThatIsNone) {
    const auto result = reset(whole(), {.keep_epoch = true});  // the cache was deleted, say

    EXPECT_NE(result.new_epoch, "");
    EXPECT_EQ(dormouse::status(whole()).epoch, result.new_epoch);
}

TEST_F(WholeProject, ResetAndPushDoesBoth) {
    (void)dormouse::push(whole());

    const auto result = reset_and_push(whole(later));

    EXPECT_NE(result.reset.new_epoch, "");
    EXPECT_EQ(result.push.size(), 2U);
    EXPECT_TRUE(result.push[0].changed);
}

TEST_F(WholeProject, PurgeDestroysTheObjectsOfOneClassOnly) {
    make_object("MainDatabaseDO");
    make_object("MainDatabaseDOX");
    std::filesystem::create_directories(in("data/archive/MainDatabaseDO/aa"));

    const auto result = reset(whole(), {.database = "main", .purge_local_storage = true});

    EXPECT_THAT(result.purged, ElementsAre(in("data/MainDatabaseDO")));
    EXPECT_FALSE(std::filesystem::exists(in("data/MainDatabaseDO")));
    EXPECT_FALSE(std::filesystem::exists(in("data/archive/MainDatabaseDO")));
    EXPECT_TRUE(std::filesystem::exists(in("data/MainDatabaseDOX/aa")));
}

TEST_F(WholeProject, PurgeDestroysTheObjectsOfAllClasses) {
    make_object("MainDatabaseDO");
    make_object("Room");

    EXPECT_THAT(reset(whole(), {.purge_local_storage = true}).purged,
                ElementsAre(in("data/MainDatabaseDO"), in("data/Room")));
    EXPECT_THAT(reset(whole(), {.purge_local_storage = true}).purged, IsEmpty());
}

TEST_F(WholeProject, PurgeIsRefusedWhileANodeHoldsTheDirectory) {
    make_object("MainDatabaseDO");
    (void)dormouse::push(whole());
    const auto state = text_of(".dormouse/state.json");
    queued_background background;
    storage_options options;
    options.directory = paths().data;
    const storage_node node(std::move(options), background);

    EXPECT_THAT(refusal_of([&] { (void)reset(whole(), {.purge_local_storage = true}); }),
                HasSubstr("is in use by process"));

    EXPECT_EQ(text_of(".dormouse/state.json"), state);
    EXPECT_TRUE(std::filesystem::exists(in(".dormouse/databases/main")));
}

TEST_F(WholeProject, PurgeTouchesNoDirectoryThatIsNoNodes) {
    write("data/letter.txt", "dear");

    EXPECT_THAT(refusal_of([&] { (void)reset(whole(), {.purge_local_storage = true}); }),
                HasSubstr("is no data directory of a node"));
    EXPECT_EQ(text_of("data/letter.txt"), "dear");
}

TEST_F(WholeProject, LetsOneChangeItAtATime) {
    const std::vector<std::function<void()>> changes{
        [&] { (void)dormouse::push(whole()); },
        [&] { (void)push_one(whole(), whole().databases[0]); },
        [&] { (void)dormouse::generate(whole()); },
        [&] { (void)generate_one(whole(), whole().databases[0]); }, [&] { (void)reset(whole()); }};
    for (const auto& change : changes) {
        const project_lock held(paths().cache, "generate");
        try {
            change();
            FAIL();
        } catch (const error& refused) {
            EXPECT_EQ(refused.reason(), errc::storage_locked);
            EXPECT_EQ(refused.what(),
                      "the project's " + in(".dormouse").string() + " is in use by process " +
                          std::to_string(::getpid()) +
                          ", 'generate'. Run the command again when that has ended");
        }
    }
    EXPECT_EQ(text_of(".dormouse/state.json"), "absent");
}

TEST_F(WholeProject, CanBeReadWhileItIsChanged) {
    const project_lock held(paths().cache, "push");

    EXPECT_EQ(dormouse::status(whole()).databases.size(), 2U);
    EXPECT_EQ(dormouse::validate(whole()).size(), 2U);
}

TEST_F(WholeProject, IsFreeAgainWhenItsHolderDies) {
    const auto child = ::fork();
    if (child == 0) {
        const project_lock held(paths().cache, "push");
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));

    EXPECT_EQ(dormouse::push(whole()).size(), 2U);
}

TEST_F(WholeProject, TellsItsLogWhatItDoes) {
    class told_lines final : public log_sink {
    public:
        void write(log_level level, std::string_view component,
                   std::string_view text) noexcept override {
            lines.push_back(std::string(level == log_level::debug ? "debug " : "info ")
                                .append(component)
                                .append(" ")
                                .append(text));
        }
        std::vector<std::string> lines;
    };
    const auto told = std::make_shared<told_lines>();
    auto in = whole();
    in.log = told;

    (void)reset(in, {.database = "main", .keep_epoch = true});
    (void)reset(in, {.database = "main", .keep_epoch = true, .verbose = true});

    EXPECT_THAT(told->lines,
                ElementsAre("debug database:cli Reset main", "info database:cli Reset main"));
}

TEST(ProjectFile, IsNotReplacedByOneThatShouldBeNew) {
    const temporary_directory directory;
    const auto path = directory.path() / "sub" / "state.json";

    EXPECT_TRUE(write_new_project_file(path, "first"));
    EXPECT_FALSE(write_new_project_file(path, "second"));

    EXPECT_EQ(read_project_file(path), "first");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}), 1)
        << "nothing is left beside it";
}

TEST(ProjectFile, LeavesNothingBesideAPlaceThatItCannotTake) {
    const temporary_directory directory;
    const auto path = directory.path() / "state.json";
    std::filesystem::create_directories(path / "taken");

    EXPECT_THROW(write_project_file(path, "text"), error);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(Epoch, IsASuffixOfTheKey) {
    EXPECT_EQ(make_epoch(noon), "ltsn0ky0");
    EXPECT_EQ(epoch_key("acme", "m1a2b3c"), "acme__dev_m1a2b3c");
}

}  // namespace
}  // namespace dormouse::test
