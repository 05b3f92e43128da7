// A running program in development mode follows what the commands write to `.dormouse`.
#include "migrations/dev_cache.hpp"
#include "migrations/project_file.hpp"
#include "tests/runtime/journal_database.hpp"
#include "tests/support/kept_log.hpp"
#include "tests/support/simulated_machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using testing::HasSubstr;

class Development : public testing::Test {
protected:
    void boot(runtime_mode mode) {
        machine_.reset();
        runtime_options options;
        options.log = log_;
        options.databases = databases_;
        options.mode = mode;
        options.cache = directory_.path() / ".dormouse";
        machine_ = std::make_unique<simulated_machine>(1, options);
    }

    void begin_epoch(const std::string& epoch) {
        dev_state state;
        state.epoch = epoch;
        cache_.save(state);
    }

    void push(const std::string& name, const std::string& sql) {
        cache_.replace("journal", {name, sql}, {});
        cache_.save(cache_.load({}));
    }

    std::int64_t add(const std::string& key) {
        return machine_->call(append.on(*machine_->runtime, key), append_args{.text = "x"}).value;
    }
    answer<std::int64_t> count(const std::string& key) {
        return machine_->call(count_entries.on(*machine_->runtime, key), no_args{});
    }

    /// Names of all objects there are, and how many of them.
    std::size_t count_objects() {
        std::size_t objects = 0;
        machine_->runtime->visit_objects({}, [&](const object_info&) { ++objects; });
        return objects;
    }

    temporary_directory directory_;
    std::shared_ptr<kept_log> log_ = std::make_shared<kept_log>();
    std::array<database_entry, 2> databases_ = journal_databases();
    dev_cache cache_{directory_.path() / ".dormouse"};
    std::unique_ptr<simulated_machine> machine_;
};

TEST_F(Development, BeginsAfreshWithEachEpoch) {
    begin_epoch("one");
    boot(runtime_mode::development);
    EXPECT_EQ(add("acme"), 1);
    EXPECT_EQ(add("acme"), 2);

    begin_epoch("two");
    EXPECT_EQ(add("acme"), 1);

    begin_epoch("one");
    EXPECT_EQ(add("acme"), 3);
}

TEST_F(Development, GivesADatabaseAnEpochOfItsOwn) {
    begin_epoch("one");
    boot(runtime_mode::development);
    (void)add("acme");
    const auto total = [&] {
        return machine_
            ->call(append_total.on(*machine_->runtime, "global"), append_args{.text = "t"})
            .value;
    };
    EXPECT_EQ(total(), 1);

    auto state = cache_.load({});
    state.databases["journal"].own_epoch = "mine";
    cache_.save(state);

    EXPECT_EQ(add("acme"), 1);
    EXPECT_EQ(total(), 2);
}

TEST_F(Development, MakesAnEpochWhenThereIsNone) {
    boot(runtime_mode::development);

    EXPECT_EQ(add("acme"), 1);

    EXPECT_NE(cache_.load({}).epoch, "");
    EXPECT_EQ(add("acme"), 2);
}

TEST_F(Development, AppliesAPushedMigrationAtTheNextRequest) {
    boot(runtime_mode::development);
    EXPECT_EQ(add("awake"), 1);

    push("dev_a1", "INSERT INTO entries (text) VALUES ('pushed')");

    EXPECT_EQ(count("awake").value, 2);
    EXPECT_EQ(count("new").value, 1);
}

TEST_F(Development, AppliesOnePushOverAnother) {
    boot(runtime_mode::development);
    (void)add("acme");
    push("dev_b2", "INSERT INTO entries (text) VALUES ('first')");
    EXPECT_EQ(count("acme").value, 2);

    push("dev_a1", "INSERT INTO entries (text) VALUES ('second')");

    EXPECT_EQ(count("acme").error_text(), "");
    EXPECT_EQ(count("acme").value, 3);
}

TEST_F(Development, LetsRunningCallsEndBeforeItMigrates) {
    boot(runtime_mode::development);
    (void)add("acme");
    const auto running = machine_->start(append_around_pause.on(*machine_->runtime, "acme"),
                                         pause_args{.text = "slow", .milliseconds = 500});
    machine_->scheduler->run_for(std::chrono::milliseconds(100));

    push("dev_a1", "INSERT INTO entries (text) VALUES ('pushed')");

    EXPECT_EQ(count("acme").value, 4);
    EXPECT_TRUE(running->done);
    EXPECT_EQ(running->error_text(), "");
    EXPECT_EQ(running->value, 3);
}

TEST_F(Development, FailsCallsWhileTheStateIsCorrupt) {
    boot(runtime_mode::development);
    (void)add("acme");

    write_project_file(directory_.path() / ".dormouse" / "state.json", "{");
    EXPECT_THAT(count("acme").error_text(), HasSubstr("Failed to parse"));

    begin_epoch("next");
    EXPECT_EQ(count("acme").value, 0);
}

TEST_F(Development, SaysWhereItLooksForPushes) {
    boot(runtime_mode::development);
    ASSERT_FALSE(log_->lines.empty());
    EXPECT_THAT(log_->lines.back(),
                AllOf(HasSubstr("follows " + (directory_.path() / ".dormouse").string()),
                      HasSubstr("DORMOUSE_CACHE")));

    begin_epoch("one");
    boot(runtime_mode::development);
    EXPECT_THAT(log_->lines.back(),
                HasSubstr("follows " + (directory_.path() / ".dormouse").string()));
}

TEST_F(Development, SurvivesTheDeletionOfTheCache) {
    begin_epoch("one");
    boot(runtime_mode::development);
    (void)add("acme");

    std::filesystem::remove_all(directory_.path() / ".dormouse");
    EXPECT_EQ(add("acme"), 1);

    begin_epoch("one");
    EXPECT_EQ(add("acme"), 2);
}

TEST_F(Development, IsIgnoredInProduction) {
    begin_epoch("one");
    push("dev_a1", "INSERT INTO entries (text) VALUES ('pushed')");
    boot(runtime_mode::production);

    EXPECT_EQ(add("acme"), 1);
    begin_epoch("two");
    EXPECT_EQ(add("acme"), 2);
    EXPECT_EQ(count_objects(), 1U);
}

TEST_F(Development, LeavesTheObjectsOfProductionAlone) {
    boot(runtime_mode::development);
    const auto id_in = [&](const std::string& key) {
        return object_id::from_name(journal_db.class_name(), key).to_string();
    };
    begin_epoch("one");
    (void)add("acme");

    std::vector<std::string> ids;
    machine_->scheduler->run_for(std::chrono::seconds(60));
    machine_->runtime->visit_objects({},
                                     [&](const object_info& found) { ids.push_back(found.id); });

    EXPECT_THAT(ids, testing::ElementsAre(id_in("acme__dev_one")));
}

TEST(RuntimeMode, IsReadFromTheEnvironmentAndNeverGuessed) {
    const auto mode_of = [](const char* text) {
        ::setenv("DORMOUSE_MODE", text, 1);
        const auto mode = mode_from_environment();
        ::unsetenv("DORMOUSE_MODE");
        return mode;
    };
    EXPECT_EQ(mode_from_environment(), runtime_mode::production);
    EXPECT_EQ(mode_of(""), runtime_mode::production);
    EXPECT_EQ(mode_of("production"), runtime_mode::production);
    EXPECT_EQ(mode_of("development"), runtime_mode::development);
    try {
        (void)mode_of("devlopment");
        ADD_FAILURE() << "it was guessed";
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::invalid_arguments);
        EXPECT_STREQ(refused.what(),
                     "DORMOUSE_MODE is 'devlopment'; it is to be development or production");
    }
    ::unsetenv("DORMOUSE_MODE");
}

}  // namespace
}  // namespace dormouse::test
