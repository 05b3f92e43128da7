// What callers of an object can rely on, on the deterministic scheduler: waking, turns, gates,
// queues, deadlines, hibernation and reset. Nothing here waits for real time.
#include "tests/runtime/journal_database.hpp"
#include "tests/support/simulated_machine.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace dormouse::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Keeps what it does in its memory only.
class watch final : public object {
public:
    explicit watch(context& ctx) : object(ctx) { ++lives; }

    std::int64_t ring_later(std::int64_t milliseconds) {
        boost::asio::co_spawn(ctx().executor(), ring(ctx(), milliseconds), boost::asio::detached);
        return lives;
    }
    std::int64_t ask(std::string other) {
        append.on(std::move(other)).async_call({.text = "x"}, [](auto, std::int64_t) { ++rung; });
        return lives;
    }
    std::string tenant_of_callbacks() {
        boost::asio::post(ctx().executor(),
                          [] { tenant = has_tenant_id() ? get_tenant_id() : "none"; });
        return "asked";
    }

    static inline std::int64_t lives = 0;
    static inline std::int64_t rung = 0;
    static inline std::string tenant;

private:
    static awaitable<void> ring(context& ctx, std::int64_t milliseconds) {
        co_await ctx.sleep_for(std::chrono::milliseconds(milliseconds));
        ++rung;
    }
};

class other_class final : public object {
public:
    explicit other_class(context& ctx) : object(ctx) {}
    std::int64_t nothing() { return 0; }
};

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

    void SetUp() override {
        machine.runtime->add_class("Watch", typeid(watch),
                                   [](context& ctx) { return std::make_unique<watch>(ctx); });
        watch::lives = 0;
        watch::rung = 0;
    }

    template <class Method, class... Args>
    auto call_watch(Method method, Args... args) {
        const object_stub<watch> stub(*machine.runtime, "Watch", "w");
        std::optional<typename detail::method_signature<Method>::result> result;
        stub.async_call(
            method,
            [&](std::exception_ptr failure, auto value) {
                if (!failure) {
                    result.emplace(std::move(value));
                }
            },
            std::move(args)...);
        EXPECT_TRUE(machine.scheduler->run_until([&] { return result.has_value(); }));
        return result;
    }

    simulated_machine machine{1, options()};
};

TEST_F(Cell, StaysAwakeWhileWorkItSpawnedIsOutstanding) {
    ASSERT_EQ(call_watch(&watch::ring_later, std::int64_t{60'000}), 1);

    machine.scheduler->run_for(59s);
    EXPECT_EQ(machine.runtime->awake_count(), 1U);
    machine.scheduler->run_for(2s);
    EXPECT_EQ(watch::rung, 1);
    machine.scheduler->run_for(30s);
    EXPECT_EQ(machine.runtime->awake_count(), 0U);
}

TEST_F(Cell, StaysAwakeUntilItsOwnCallsAreAnswered) {
    ASSERT_EQ(call_watch(&watch::ask, std::string("slow")), 1);

    machine.scheduler->run_for(1s);

    EXPECT_EQ(watch::rung, 1);
    EXPECT_EQ(count("slow"), 1);
}

TEST_F(Cell, DoesNotTakeTheNameOfAnObjectForATenant) {
    ASSERT_EQ(call_watch(&watch::tenant_of_callbacks), "asked");

    machine.scheduler->run_for(1s);

    EXPECT_EQ(watch::tenant, "none");
}

TEST_F(Cell, CountsIdleTimeFromTheLastAnswer) {
    const auto paused = machine.start(on(append_around_pause, "acme"),
                                      pause_args{.text = "x", .milliseconds = 9'000});
    machine.scheduler->run_for(9'500ms);
    ASSERT_TRUE(paused->done);

    machine.scheduler->run_for(8s);
    EXPECT_EQ(machine.runtime->awake_count(), 1U);
    machine.scheduler->run_for(13s);
    EXPECT_EQ(machine.runtime->awake_count(), 0U);
}

TEST_F(Cell, RefusesAnObjectOfAnotherClass) {
    const auto refuse = [&](const std::string& class_name) {
        const object_stub<other_class> stub(*machine.runtime, class_name, "w");
        std::optional<errc> code;
        stub.async_call(&other_class::nothing, [&](std::exception_ptr failure, std::int64_t) {
            code = answer<std::int64_t>{true, 0, failure}.error_code();
        });
        machine.scheduler->run_for(1s);
        return code;
    };
    EXPECT_EQ(refuse("Watch"), errc::unknown_class);
    EXPECT_EQ(refuse("JournalDatabaseDO"), errc::unknown_class);
    EXPECT_EQ(refuse("Nothing"), errc::unknown_class);
}

TEST_F(Cell, LetsRunningCallsMakeCallsWhileTheRuntimeStops) {
    const auto paused = machine.start(on(append_around_pause, "slow"),
                                      pause_args{.text = "x", .milliseconds = 1'000});
    const auto nested = machine.start(on(pause_and_append_to, "acme"),
                                      pause_args{.text = "beta", .milliseconds = 500});
    machine.scheduler->run_for(100ms);
    bool stopped = false;

    machine.runtime->stop([&] { stopped = true; });
    const auto late = machine.start(on(append, "gamma"), append_args{.text = "x"});
    machine.scheduler->run_for(800ms);
    EXPECT_EQ(late->error_code(), errc::shutting_down);
    EXPECT_EQ(nested->error_text(), "");
    EXPECT_FALSE(stopped);
    machine.scheduler->run_for(1s);

    EXPECT_EQ(paused->value, 2);
    EXPECT_TRUE(stopped);
    EXPECT_EQ(machine.runtime->awake_count(), 0U);
}

TEST_F(Cell, TimesOutACallOfTheSameObjectThatHasADeadlineOfItsOwn) {
    const auto failed =
        machine.call(on(pause_here_until, "acme"), pause_args{.text = "x", .milliseconds = 100});

    EXPECT_EQ(failed.error_text(), "call of 'appendAroundPause' timed out after 50ms");
}

TEST_F(Cell, PutsOnlyAsManyToSleepAsAreTooMany) {
    auto small = options();
    small.awake_objects_max = 20;
    simulated_machine narrow(3, small);
    std::vector<std::shared_ptr<answer<std::int64_t>>> answers;
    for (int i = 0; i < 60; ++i) {
        answers.push_back(
            narrow.start(append.on(*narrow.runtime, std::to_string(i)), append_args{.text = "x"}));
    }
    narrow.scheduler->run_for(1s);
    for (int i = 0; i < 5; ++i) {
        (void)narrow.start(append.on(*narrow.runtime, "new" + std::to_string(i)),
                           append_args{.text = "x"});
    }
    narrow.scheduler->run_for(1s);

    EXPECT_EQ(narrow.runtime->awake_count(), 20U);
}

TEST(CellOptions, MustBeInRange) {
    const auto refuse = [](auto change) {
        runtime_options chosen;
        chosen.is_default = false;
        change(chosen);
        EXPECT_THROW(simulated_machine(1, chosen), error);
    };
    refuse([](runtime_options& o) { o.idle_timeout = 0ms; });
    refuse([](runtime_options& o) { o.calls_per_object_max = 0; });
    refuse([](runtime_options& o) { o.awake_objects_max = 0; });
    refuse([](runtime_options& o) { o.loops = 0; });
}

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
    machine.power->fails = [](disk_operation operation, const std::string&) {
        return operation == disk_operation::sync;
    };

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
