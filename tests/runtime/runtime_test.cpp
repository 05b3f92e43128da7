// The runtime on real threads: what only shows there.
#include "tests/runtime/journal_database.hpp"
#include "tests/support/temporary_directory.hpp"

#include <dormouse/migrate.hpp>
#include <dormouse/query.hpp>
#include <dormouse/runtime.hpp>
#include <dormouse/tenant.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using boost::asio::use_future;
using testing::HasSubstr;

struct services {
    std::string greeting = "hello";
};

class counter : public object {
public:
    explicit counter(context& ctx) : object(ctx) {
        migrate(db(), {{"m0000", "CREATE TABLE total (value INTEGER)"},
                       {"m0001", "INSERT INTO total VALUES (5)"}});
        value_ = db().sql<"SELECT value FROM total", std::int64_t>().one();
    }
    std::int64_t add(std::int64_t amount) {
        value_ += amount;
        db().sql<"UPDATE total SET value = ?">(value_).execute();
        return value_;
    }
    std::string greet() { return ctx().env<services>().greeting; }
    void fail() { throw std::invalid_argument("no"); }

private:
    std::int64_t value_ = 0;
};

class relay : public object {
public:
    explicit relay(context& ctx) : object(ctx) {}
    awaitable<std::int64_t> append_in(runtime* other) {
        const auto count = co_await append.on(*other, "acme")({.text = "x"});
        co_return count;
    }
};

class Runtime : public testing::Test {
protected:
    runtime_options options() {
        return {.databases = databases_,
                .directory = directory_.path(),
                .is_default = false,
                .threads_per_loop = 2,
                .env = services_};
    }

    template <class T>
    T run(awaitable<T> work) {
        return boost::asio::co_spawn(with_tenant(runtime_->executor(), "acme"), std::move(work),
                                     use_future)
            .get();
    }

    void restart() {
        runtime_.reset();
        runtime_ = std::make_unique<runtime>(options());
        runtime_->add_class<counter>("Counter");
    }

    void SetUp() override { restart(); }

    std::array<database_entry, 2> databases_ = journal_databases();
    services services_;
    temporary_directory directory_;
    std::unique_ptr<runtime> runtime_;
};

awaitable<std::int64_t> append_twice_at_once() {
    using namespace boost::asio::experimental::awaitable_operators;
    auto both = append({.text = "a"}) && append.on("other")({.text = "b"});
    const auto [here, there] = co_await std::move(both);
    co_return here * 10 + there;
}

TEST_F(Runtime, TakesTheTenantFromTheExecutor) {
    EXPECT_EQ(run(append_twice_at_once()), 11);
}

TEST_F(Runtime, CompletesFuturesAndCallbacks) {
    auto future = append.on(*runtime_, "acme").async_call({.text = "a"}, use_future);
    EXPECT_EQ(future.get(), 1);

    std::promise<std::int64_t> answered;
    append.on(*runtime_, "acme")
        .async_call({.text = "b"},
                    [&](std::exception_ptr, std::int64_t count) { answered.set_value(count); });
    EXPECT_EQ(answered.get_future().get(), 2);
}

TEST_F(Runtime, AsksTheResolverOnlyWhenTheContextHasNoTenant) {
    int asked = 0;
    runtime_->set_tenant_id_resolver([&] {
        ++asked;
        return std::string("resolved");
    });

    (void)run(append_twice_at_once());
    EXPECT_EQ(asked, 0);
    EXPECT_EQ(append.on(*runtime_).async_call({.text = "a"}, use_future).get(), 1);

    EXPECT_EQ(asked, 1);
}

TEST_F(Runtime, SaysSoWhenNobodyKnowsTheTenant) {
    auto future = append.on(*runtime_).async_call({.text = "a"}, use_future);

    try {
        future.get();
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::no_tenant);
        EXPECT_STREQ(e.what(),
                     "getTenantId() called without a resolver. Call setTenantIdResolver() first.");
    }
}

TEST_F(Runtime, RefusesASecondDefault) {
    temporary_directory first;
    temporary_directory second;
    const runtime chosen({.databases = databases_, .directory = first.path()});

    EXPECT_THROW(runtime({.databases = databases_, .directory = second.path()}), error);
    EXPECT_EQ(append.on("acme").async_call({.text = "a"}, use_future).get(), 1);
}

TEST_F(Runtime, SaysSoWhenThereIsNoRuntime) {
    EXPECT_THROW((void)append.on("acme").async_call({.text = "a"}, use_future), error);
}

TEST_F(Runtime, KeepsObjectsWithAClassInMemoryAndTheirDataOnDisk) {
    const auto stub = runtime_->object<counter>("Counter", "hits");
    EXPECT_EQ(stub.async_call(&counter::add, use_future, std::int64_t{2}).get(), 7);
    EXPECT_EQ(stub.async_call(&counter::greet, use_future).get(), "hello");
    EXPECT_THROW(stub.async_call(&counter::fail, use_future).get(), std::invalid_argument);

    restart();

    const auto again = runtime_->object<counter>("Counter", "hits");
    EXPECT_EQ(again.async_call(&counter::add, use_future, std::int64_t{1}).get(), 8);
}

TEST_F(Runtime, CallsActionsByName) {
    const auto call = [&](std::string database, std::string action, std::string arguments) {
        return runtime_
            ->call_action(
                dynamic_call(std::move(database), std::move(action), "acme", std::move(arguments)),
                use_future)
            .get();
    };
    EXPECT_EQ(call("journal", "append", R"({"text":"x"})"), "1");
    try {
        (void)call("journal", "nothing", "{}");
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::unknown_action);
        EXPECT_THAT(e.what(),
                    HasSubstr("[db] Action not registered: journal/nothing. Actions registered on "
                              "'journal': append, appendAndThrow"));
    }
    EXPECT_THROW((void)call("journal", "append", R"({"text":)"), error);
}

TEST_F(Runtime, LocksItsDirectory) {
    auto second = options();
    try {
        const runtime refused(second);
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::storage_locked);
        EXPECT_THAT(e.what(), HasSubstr("in use by process"));
    }
}

TEST_F(Runtime, RefusesTheSameDatabaseTwice) {
    temporary_directory other;
    const std::array twice{databases_[0], databases_[0]};

    EXPECT_THROW(runtime({.databases = twice, .directory = other.path(), .is_default = false}),
                 error);
}

TEST_F(Runtime, LeavesOnePlainFileForEachObjectWhenItStops) {
    (void)append.on(*runtime_, "acme").async_call({.text = "a"}, use_future).get();

    runtime_->stop();

    std::vector<std::string> extensions;
    for (const auto& file :
         std::filesystem::recursive_directory_iterator(directory_.path() / "JournalDatabaseDO")) {
        if (file.is_regular_file()) {
            extensions.push_back(file.path().extension().string());
        }
    }
    EXPECT_THAT(extensions, testing::ElementsAre(".sqlite"));
}

// The ticket of one runtime says nothing to the other.
TEST_F(Runtime, CallsObjectsOfAnotherRuntime) {
    temporary_directory elsewhere;
    auto others = options();
    others.directory = elsewhere.path();
    runtime second(others);
    for (int i = 0; i < 50; ++i) {
        (void)append.on(second, "acme").async_call({.text = "x"}, use_future).get();
    }
    runtime_->add_class<relay>("Relay");
    const auto stub = runtime_->object<relay>("Relay", "r");

    EXPECT_EQ(stub.async_call(&relay::append_in, use_future, &second).get(), 51);
}

TEST_F(Runtime, GoesOnAfterACompletionHandlerThrew) {
    std::promise<void> reached;
    append.on(*runtime_, "acme").async_call({.text = "a"}, [&](std::exception_ptr, std::int64_t) {
        reached.set_value();
        throw std::runtime_error("thrown by a completion handler");
    });
    reached.get_future().get();

    EXPECT_EQ(append.on(*runtime_, "acme").async_call({.text = "b"}, use_future).get(), 2);
}

TEST_F(Runtime, ServesManyObjectsFromManyThreads) {
    std::vector<std::future<std::int64_t>> answers;
    for (int i = 0; i < 400; ++i) {
        answers.push_back(
            append.on(*runtime_, std::to_string(i % 20)).async_call({.text = "x"}, use_future));
    }
    std::int64_t largest = 0;
    for (auto& answer : answers) {
        largest = std::max(largest, answer.get());
    }
    EXPECT_EQ(largest, 20);
}

TEST_F(Runtime, AdministersTheObjectThatACallWouldGoTo) {
    const auto destroy_current = [](dormouse::runtime* on) -> awaitable<std::int64_t> {
        (void)co_await append.on(*on, "acme")({.text = "x"});
        co_await on->admin(journal_db).destroy_database();
        const auto status = co_await on->admin(totals_db).migration_status();
        EXPECT_EQ(status.pending.size(), 1U) << "the global one does not exist yet";
        const auto left = co_await count_entries.on(*on, "acme")({});
        co_return left;
    };

    EXPECT_EQ(run(destroy_current(runtime_.get())), 0);
}

}  // namespace
}  // namespace dormouse::test
