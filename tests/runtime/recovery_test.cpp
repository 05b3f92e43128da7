// What docs/recovery.md tells to do when a call goes to what is not there, or does not end.
#include "tests/runtime/journal_database.hpp"
#include "tests/support/simulated_machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <span>

namespace dormouse::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Recovery : public testing::Test {
protected:
    void boot(std::span<const database_entry> databases) {
        machine_ = nullptr;
        runtime_options options;
        options.databases = databases;
        options.is_default = false;
        machine_ = std::make_unique<simulated_machine>(1, options);
    }
    [[nodiscard]] host& runtime() { return *machine_->runtime; }

    std::array<database_entry, 2> databases_ = journal_databases();
    std::unique_ptr<simulated_machine> machine_;
};

TEST_F(Recovery, AMissingDatabaseIsAddedToTheOptions) {
    boot(std::span(databases_).first(1));
    const auto missing =
        machine_->call(append_total.on(runtime(), "global"), append_args{.text = "x"});
    EXPECT_EQ(missing.error_code(), errc::unknown_database);
    EXPECT_THAT(missing.error_text(), HasSubstr("Known database bindings: journal."));

    boot(databases_);

    EXPECT_EQ(machine_->call(append_total.on(runtime(), "global"), append_args{.text = "x"}).value,
              1);
}

TEST_F(Recovery, AMissingActionIsFoundAmongThoseThatAreListed) {
    boot(databases_);
    try {
        (void)runtime().find_action("journal", "countEntry");
        FAIL();
    } catch (const error& missing) {
        EXPECT_EQ(missing.reason(), errc::unknown_action);
        EXPECT_THAT(missing.what(), HasSubstr("countEntries"));
    }

    EXPECT_EQ(&runtime().find_action("journal", "countEntries"), &count_entries);
}

TEST_F(Recovery, ASlowActionGetsALongerDeadlineWhereItIsCalled) {
    boot(databases_);
    const auto call_within = [&](std::chrono::milliseconds time) {
        const auto deadline = runtime().clock().ticks() + time;
        return machine_->call(append_around_pause.on(runtime(), "acme").until(deadline),
                              pause_args{.text = "x", .milliseconds = 1'000});
    };
    EXPECT_EQ(call_within(500ms).error_text(), "call of 'appendAroundPause' timed out after 500ms");

    EXPECT_EQ(call_within(2s).error_text(), "");
}

TEST_F(Recovery, AnAwaitOfTheObjectsOwnAnswerIsNamedByItsDeadline) {
    boot(databases_);

    const auto failed = machine_->call(pause_here_until.on(runtime(), "acme"),
                                       pause_args{.text = "x", .milliseconds = 1'000});

    EXPECT_EQ(failed.error_text(), "call of 'appendAroundPause' timed out after 50ms");
    EXPECT_EQ(machine_->call(append.on(runtime(), "acme"), append_args{.text = "x"}).error_text(),
              "")
        << "the object goes on";
}

}  // namespace
}  // namespace dormouse::test
