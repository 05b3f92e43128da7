// What an object does to its own storage beyond SQL, and what an operator does to an object from
// outside, on the deterministic scheduler.
#include "tests/runtime/journal_database.hpp"
#include "tests/support/simulated_machine.hpp"

#include <dormouse/object_admin.hpp>
#include <dormouse/query.hpp>

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

namespace dormouse::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A list of lines, and its past.
class notebook final : public object {
public:
    explicit notebook(context& ctx) : object(ctx) {
        db().execute("CREATE TABLE IF NOT EXISTS lines (text TEXT)");
    }

    std::string add(std::string text) {
        db().execute("INSERT INTO lines VALUES ('" + text + "')");
        return to_string(ctx().storage().current_bookmark());
    }
    std::int64_t count() { return db().sql<"SELECT count(*) FROM lines", std::int64_t>().one(); }
    std::string go_back_later(std::string mark) {
        return to_string(ctx().storage().restore_on_next_wake(parse_bookmark(mark)));
    }
    std::string bookmark_before(std::int64_t milliseconds) {
        return to_string(ctx().storage().bookmark_for_time(
            ctx().now() - std::chrono::milliseconds(milliseconds)));
    }
    std::int64_t delete_all() {
        ctx().storage().delete_all();
        return static_cast<std::int64_t>(ctx().storage().database_size());
    }
    std::int64_t size() { return static_cast<std::int64_t>(ctx().storage().database_size()); }
    awaitable<std::int64_t> sync() {
        db().execute("INSERT INTO lines VALUES ('synced')");
        co_await ctx().storage().sync();
        co_return count();
    }
    awaitable<std::int64_t> vacuum() {
        db().execute("INSERT INTO lines SELECT zeroblob(50000) FROM lines, lines, lines");
        db().execute("DELETE FROM lines WHERE typeof(text) = 'blob'");
        co_await ctx().storage().vacuum();
        co_return db().sql<"PRAGMA page_count", std::int64_t>().one();
    }
};

class ObjectAdmin : public testing::Test {
protected:
    static runtime_options options() {
        static const auto databases = journal_databases();
        return {.databases = databases,
                .is_default = false,
                .idle_timeout = 10s,
                .maintenance_grace = 2s};
    }

    void SetUp() override {
        machine.runtime->add_class("Notebook", typeid(notebook),
                                   [](context& ctx) { return std::make_unique<notebook>(ctx); });
    }

    template <class Method, class... Args>
    auto call(Method method, Args... args) {
        const object_stub<notebook> stub(*machine.runtime, "Notebook", "n");
        return finish<typename detail::method_signature<Method>::result>(
            [&](auto token) { stub.async_call(method, std::move(token), std::move(args)...); });
    }

    /// Runs an operation of the admin to its end.
    template <class T>
    answer<T> wait(boost::asio::awaitable<T> operation) {
        return finish<T>([&](auto token) {
            boost::asio::co_spawn(machine.runtime->completion_executor(), std::move(operation),
                                  std::move(token));
        });
    }
    answer<int> wait(boost::asio::awaitable<void> operation) {
        const auto whole = [](boost::asio::awaitable<void> part) -> boost::asio::awaitable<int> {
            co_await std::move(part);
            co_return 1;
        };
        return wait(whole(std::move(operation)));
    }

    template <class T, class Begin>
    answer<T> finish(Begin begin) {
        auto result = std::make_shared<answer<T>>();
        begin([result](std::exception_ptr failure, T value) {
            result->done = true;
            result->failure = std::move(failure);
            result->value = std::move(value);
        });
        EXPECT_TRUE(machine.scheduler->run_until([&] { return result->done; }));
        return *result;
    }

    [[nodiscard]] object_admin admin(const std::string& class_name, std::string key) const {
        return {*machine.runtime, machine.runtime->find_class(class_name), std::move(key)};
    }

    simulated_machine machine{1, options()};
};

TEST_F(ObjectAdmin, LetsAnObjectGoBackWhenItNextWakes) {
    const auto first = call(&notebook::add, std::string("one")).value;
    (void)call(&notebook::add, std::string("two"));

    const auto undo = call(&notebook::go_back_later, first).value;
    EXPECT_EQ(call(&notebook::count).value, 2);
    machine.scheduler->run_for(20s);
    EXPECT_EQ(call(&notebook::count).value, 1);

    (void)call(&notebook::go_back_later, undo);
    machine.scheduler->run_for(20s);
    EXPECT_EQ(call(&notebook::count).value, 2);
}

TEST_F(ObjectAdmin, LetsAnObjectFindAMoment) {
    const auto first = call(&notebook::add, std::string("one")).value;
    machine.scheduler->run_for(5s);
    (void)call(&notebook::add, std::string("two"));

    const auto found = call(&notebook::bookmark_before, std::int64_t{2'000}).value;
    EXPECT_EQ(parse_bookmark(found).sequence, parse_bookmark(first).sequence);
    EXPECT_EQ(call(&notebook::go_back_later, std::string("nonsense")).error_code(),
              errc::invalid_bookmark);
}

TEST_F(ObjectAdmin, LetsAnObjectEmptyItself) {
    (void)call(&notebook::add, std::string("one"));
    EXPECT_EQ(call(&notebook::size).value, 3 * 4096);

    EXPECT_EQ(call(&notebook::delete_all).value, 4096);
    machine.scheduler->run_for(20s);

    EXPECT_EQ(call(&notebook::count).value, 0);
}

TEST_F(ObjectAdmin, TellsAnObjectThatItsWritesAreDurable) {
    EXPECT_EQ(call(&notebook::sync).value, 1);

    machine.crash();
    machine.boot();
    SetUp();

    EXPECT_EQ(call(&notebook::count).value, 1);
}

TEST_F(ObjectAdmin, LetsAnObjectShrink) {
    for (const auto* line : {"one", "two", "three"}) {
        (void)call(&notebook::add, std::string(line));
    }

    EXPECT_LE(call(&notebook::vacuum).value, 3);
    EXPECT_EQ(call(&notebook::count).value, 3);
}

TEST_F(ObjectAdmin, RestoresAnAwakeObject) {
    const auto first = call(&notebook::add, std::string("one")).value;
    (void)call(&notebook::add, std::string("two"));

    const auto undo = wait(admin("Notebook", "n").restore(parse_bookmark(first)));
    ASSERT_EQ(undo.error_text(), "");
    EXPECT_EQ(call(&notebook::count).value, 1);

    (void)wait(admin("Notebook", "n").restore(undo.value));
    EXPECT_EQ(call(&notebook::count).value, 2);
}

TEST_F(ObjectAdmin, RestoresASleepingObject) {
    const auto first = call(&notebook::add, std::string("one")).value;
    (void)call(&notebook::add, std::string("two"));
    machine.scheduler->run_for(20s);
    ASSERT_EQ(machine.runtime->awake_count(), 0U);

    EXPECT_EQ(wait(admin("Notebook", "n").restore(parse_bookmark(first))).error_text(), "");

    EXPECT_EQ(call(&notebook::count).value, 1);
}

TEST_F(ObjectAdmin, LetsRunningCallsEndAndHoldsBackOthers) {
    const auto on = append_around_pause.on(*machine.runtime, "k");
    const auto running = machine.start(on, pause_args{.text = "x", .milliseconds = 1'000});
    machine.scheduler->run_for(100ms);
    const auto removed = std::make_shared<answer<int>>();
    boost::asio::co_spawn(machine.runtime->completion_executor(),
                          admin("JournalDatabaseDO", "k").destroy(),
                          [removed](std::exception_ptr failure) {
                              removed->done = true;
                              removed->failure = std::move(failure);
                          });
    machine.scheduler->run_for(100ms);
    const auto later =
        machine.start(append.on(*machine.runtime, "k"), append_args{.text = "later"});
    machine.scheduler->run_for(500ms);
    EXPECT_FALSE(removed->done);
    EXPECT_FALSE(later->done);

    machine.scheduler->run_for(2s);

    EXPECT_EQ(running->error_text(), "");
    EXPECT_EQ(running->value, 2);
    EXPECT_TRUE(removed->done);
    EXPECT_EQ(removed->error_text(), "");
    EXPECT_EQ(later->value, 1) << "the object begins anew";
}

TEST_F(ObjectAdmin, ResetsAnObjectWhoseCallsDoNotEnd) {
    const auto on = append_around_pause.on(*machine.runtime, "k");
    const auto running = machine.start(on, pause_args{.text = "x", .milliseconds = 60'000});
    machine.scheduler->run_for(100ms);

    EXPECT_EQ(wait(admin("JournalDatabaseDO", "k").destroy()).error_text(), "");

    EXPECT_EQ(running->error_code(), errc::object_reset);
    EXPECT_THAT(running->error_text(), HasSubstr("reset for maintenance"));
}

TEST_F(ObjectAdmin, DestroysForGood) {
    const auto first = call(&notebook::add, std::string("one")).value;
    EXPECT_TRUE(wait(admin("Notebook", "n").info()).value.has_value());

    (void)wait(admin("Notebook", "n").destroy());

    EXPECT_FALSE(wait(admin("Notebook", "n").info()).value.has_value());
    EXPECT_EQ(call(&notebook::count).value, 0);
    EXPECT_EQ(wait(admin("Notebook", "n").restore(parse_bookmark(first))).error_code(),
              errc::invalid_bookmark);
}

TEST_F(ObjectAdmin, KnowsTheEndOfTheLastTurn) {
    const auto first = call(&notebook::add, std::string("one")).value;

    EXPECT_EQ(wait(admin("Notebook", "n").current_bookmark()).value.sequence,
              parse_bookmark(first).sequence);
    EXPECT_EQ(wait(admin("Notebook", "other").current_bookmark()).error_code(),
              errc::invalid_bookmark);
}

TEST_F(ObjectAdmin, SaysWhichFileCannotBeImported) {
    const auto failed = wait(admin("Notebook", "n").import_file("/nowhere/x.sqlite"));

    EXPECT_EQ(failed.error_code(), errc::storage_failed);
    EXPECT_THAT(failed.error_text(), HasSubstr("/nowhere/x.sqlite"));
}

}  // namespace
}  // namespace dormouse::test
