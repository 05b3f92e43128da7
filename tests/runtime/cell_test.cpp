// What callers of an object can rely on, on the deterministic scheduler: waking, turns, gates,
// queues, deadlines, hibernation and reset. Nothing here waits for real time.
#include "tests/runtime/journal_database.hpp"
#include "tests/support/simulated_machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace dormouse::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class Cell : public testing::Test {
protected:
    static runtime_options options() {
        static const auto databases = journal_databases();
        return {.databases = databases, .is_default = false, .idle_timeout = 10s};
    }

    [[nodiscard]] auto on(const auto& called, std::string key) {
        return called.on(*machine.runtime, std::move(key));
    }

    [[nodiscard]] std::int64_t count(const std::string& key) {
        return machine.call(on(count_entries, key), no_args{}).value;
    }

    simulated_machine machine{1, options()};
};

TEST_F(Cell, WakesOnTheFirstCallAndMigratesBeforeIt) {
    ASSERT_EQ(machine.runtime->awake_count(), 0U);

    const auto answered = machine.call(on(append, "acme"), append_args{.text = "first"});

    EXPECT_EQ(answered.error_text(), "");
    EXPECT_EQ(answered.value, 1);
    EXPECT_EQ(machine.runtime->awake_count(), 1U);
}

TEST_F(Cell, SleepsAfterTheIdleTimeoutAndWakesAgainWithItsData) {
    ASSERT_EQ(machine.call(on(append, "acme"), append_args{.text = "first"}).value, 1);

    machine.scheduler->run_for(9s);
    ASSERT_EQ(machine.runtime->awake_count(), 1U);
    machine.scheduler->run_for(2s);

    EXPECT_EQ(machine.runtime->awake_count(), 0U);
    EXPECT_EQ(count("acme"), 1);
}

TEST_F(Cell, StaysAwakeWhileAHandlerIsSuspended) {
    const auto paused = machine.start(on(append_around_pause, "acme"),
                                      pause_args{.text = "x", .milliseconds = 60'000});

    machine.scheduler->run_for(50s);
    EXPECT_FALSE(paused->done);
    EXPECT_EQ(machine.runtime->awake_count(), 1U);
    machine.scheduler->run_for(11s);

    EXPECT_TRUE(paused->done);
    EXPECT_EQ(paused->value, 2);
}

TEST_F(Cell, RunsOtherEventsWhileAHandlerAwaits) {
    const auto paused = machine.start(on(append_around_pause, "acme"),
                                      pause_args{.text = "outer", .milliseconds = 100});
    machine.scheduler->run_for(50ms);

    const auto inner = machine.call(on(append, "acme"), append_args{.text = "inner"});

    EXPECT_EQ(inner.value, 2);
    EXPECT_FALSE(paused->done);
    machine.scheduler->run_for(100ms);
    EXPECT_EQ(paused->value, 3);
}

TEST_F(Cell, RunsCallsOfOneCallerInOrder) {
    std::vector<std::shared_ptr<answer<std::int64_t>>> answers;
    for (int i = 0; i < 20; ++i) {
        answers.push_back(machine.start(on(append, "acme"), append_args{.text = "x"}));
    }

    machine.scheduler->run_for(1s);

    for (std::size_t i = 0; i < answers.size(); ++i) {
        EXPECT_EQ(answers[i]->value, static_cast<std::int64_t>(i) + 1);
    }
}

TEST_F(Cell, KeepsWhatAHandlerWroteBeforeItThrew) {
    const auto failed = machine.call(on(append_and_throw, "acme"), append_args{.text = "kept"});

    EXPECT_EQ(failed.error_text(), "thrown after writing");
    EXPECT_EQ(count("acme"), 1);
}

TEST_F(Cell, UndoesAnAtomicActionThatThrows) {
    const auto failed =
        machine.call(on(append_and_throw_atomically, "acme"), append_args{.text = "gone"});

    EXPECT_EQ(failed.error_text(), "thrown after writing");
    EXPECT_EQ(count("acme"), 0);
}

TEST_F(Cell, AnswersNothingThatTheDiskMayStillLose) {
    ASSERT_EQ(machine.call(on(append, "acme"), append_args{.text = "first"}).value, 1);
    machine.disk.fail_syncs(true);

    const auto failed = machine.call(on(append, "acme"), append_args{.text = "second"});

    EXPECT_EQ(failed.error_code(), errc::storage_failed);
    const auto later = machine.call(on(append, "other"), append_args{.text = "third"});
    EXPECT_EQ(later.error_code(), errc::storage_failed);
}

TEST_F(Cell, FailsEverybodyAndStartsAfreshWhenATurnCannotCommit) {
    const auto paused = machine.start(on(append_around_pause, "acme"),
                                      pause_args{.text = "lost", .milliseconds = 100});
    machine.scheduler->run_for(50ms);

    const auto broken = machine.call(on(break_commit, "acme"), no_args{});
    machine.scheduler->run_for(1s);

    EXPECT_EQ(broken.error_code(), errc::commit_failed);
    EXPECT_EQ(paused->error_code(), errc::commit_failed);
    // Only what was committed before is there: the frame that resumed later could not write.
    EXPECT_EQ(count("acme"), 1);
}

TEST_F(Cell, RefusesACallThatTheQueueCannotHold) {
    auto small = options();
    small.calls_per_object_max = 3;
    simulated_machine narrow(2, small);
    std::vector<std::shared_ptr<answer<std::int64_t>>> answers;
    for (int i = 0; i < 4; ++i) {
        answers.push_back(
            narrow.start(append.on(*narrow.runtime, "acme"), append_args{.text = "x"}));
    }

    narrow.scheduler->run_for(1s);

    EXPECT_EQ(answers[2]->value, 3);
    EXPECT_EQ(answers[3]->error_code(), errc::overloaded);
    EXPECT_THAT(answers[3]->error_text(), HasSubstr("Too many requests queued"));
}

TEST_F(Cell, TimesOutAtTheDeadlineNamingActionAndMilliseconds) {
    const auto deadline = machine.runtime->clock().ticks() + 250ms;
    const auto paused = machine.start(on(append_around_pause, "acme").until(deadline),
                                      pause_args{.text = "x", .milliseconds = 1'000});

    machine.scheduler->run_for(300ms);

    ASSERT_TRUE(paused->done);
    EXPECT_EQ(paused->error_code(), errc::timed_out);
    EXPECT_EQ(paused->error_text(), "call of 'appendAroundPause' timed out after 250ms");
    machine.scheduler->run_for(2s);
    EXPECT_EQ(count("acme"), 2);  // the handler ran to its end
}

TEST_F(Cell, DropsACallWhoseDeadlinePassedWhileItWaited) {
    const auto deadline = machine.runtime->clock().ticks();
    const auto late = machine.call(on(append, "acme").until(deadline), append_args{.text = "x"});

    EXPECT_EQ(late.error_code(), errc::timed_out);
    EXPECT_EQ(count("acme"), 0);
}

TEST_F(Cell, PutsTheLeastRecentlyUsedObjectToSleepAboveTheLimit) {
    auto small = options();
    small.awake_objects_max = 2;
    simulated_machine narrow(3, small);
    const auto call = [&](std::string key) {
        (void)narrow.call(append.on(*narrow.runtime, std::move(key)), append_args{.text = "x"});
        narrow.scheduler->run_for(1ms);
    };
    call("a");
    call("b");
    call("a");

    call("c");

    const auto awake = [&](std::string key) {
        return narrow.runtime->is_awake("JournalDatabaseDO", key);
    };
    EXPECT_TRUE(awake("a"));
    EXPECT_FALSE(awake("b"));
    EXPECT_TRUE(awake("c"));
}

TEST_F(Cell, CallsAnotherObjectAndTheGlobalOne) {
    const auto other = machine.call(on(append_to_other, "acme"), append_args{.text = "beta"});
    const auto total = machine.call(on(append_to_totals, "acme"), append_args{.text = "x"});

    EXPECT_EQ(other.value, 1);
    EXPECT_EQ(total.value, 1);
    EXPECT_EQ(count("beta"), 1);
    EXPECT_EQ(count("acme"), 2);
}

TEST_F(Cell, CallsItselfThroughTheSameObject) {
    const auto self = machine.call(on(append_to_other, "acme"), append_args{.text = "acme"});

    EXPECT_EQ(self.value, 2);
}

TEST_F(Cell, CarriesTheTenantThroughTheGlobalObject) {
    EXPECT_EQ(machine.call(tenant_here.on(*machine.runtime), no_args{}).value, "none");
}

TEST_F(Cell, NamesTheKnownDatabasesWhenOneIsMissing) {
    const auto failed = machine.call(on(call_absent, "acme"), no_args{});

    EXPECT_EQ(failed.error_code(), errc::unknown_database);
    EXPECT_THAT(failed.error_text(),
                HasSubstr("[db] Missing binding for db: absent. Known database "
                          "bindings: journal, totals."));
}

TEST_F(Cell, RefusesAnotherInstanceOfAGlobalDatabase) {
    const auto failed = machine.call(on(append_total, "acme"), append_args{.text = "x"});

    EXPECT_EQ(failed.error_code(), errc::invalid_instance);
    EXPECT_EQ(failed.error_text(),
              "database 'totals' is global: its only instance is 'global' (was 'acme')");
}

TEST_F(Cell, ChecksArgumentsBeforeTheObjectWakes) {
    const auto failed = machine.call(on(append, "acme"), append_args{.text = ""});

    EXPECT_EQ(failed.error_code(), errc::invalid_arguments);
    EXPECT_EQ(failed.error_text(), "text must be non-empty");
    EXPECT_EQ(machine.runtime->awake_count(), 0U);
}

TEST_F(Cell, KeepsEveryAcknowledgedWriteThroughAPowerLoss) {
    ASSERT_EQ(machine.call(on(append, "acme"), append_args{.text = "first"}).value, 1);
    ASSERT_EQ(machine.call(on(append, "acme"), append_args{.text = "second"}).value, 2);

    machine.crash();
    machine.boot();

    EXPECT_EQ(count("acme"), 2);
}

}  // namespace
}  // namespace dormouse::test
