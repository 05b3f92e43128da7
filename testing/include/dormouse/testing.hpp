// Tests of actions and objects want what production does (arguments checked twice, waking,
// migrations, turns, hibernation, durability) without a disk, without waiting and without chance. A
// `test_runtime` is that: the real runtime, on virtual time, a seed, and a disk in memory that can
// be made to fail.
//
//     dormouse::test_runtime test({main_db});
//     auto alice = test.run(create_user, {.name = "Alice", .email = "a@example.com"});
#pragma once

#include <dormouse/action.hpp>
#include <dormouse/databases.hpp>
#include <dormouse/log.hpp>
#include <dormouse/object.hpp>
#include <dormouse/runtime_options.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

namespace dormouse {

/// A database under test, and where its tables come from.
///
/// **Thread safety:** value.
class test_database {
public:
    /// The tables that the program declares, as they are now.
    test_database(const database& of);  // NOLINT(google-explicit-constructor): for lists
    /// The tables that these statements make.
    test_database(const database& of, const std::vector<std::string>& statements);
    /// The program's own migrations: `dormouse::databases()` lists such entries.
    test_database(const database_entry& entry);  // NOLINT(google-explicit-constructor): for lists

private:
    friend class test_runtime;
    const database* definition_;
    std::string file_name_;
    std::vector<std::pair<std::string, std::string>> migrations_;  // name, SQL
};

/// What a disk can do to a program.
enum class disk_fault : std::uint8_t {
    writes_fail,  ///< As a broken disk.
    syncs_fail,   ///< As a disk that loses its cache.
    full          ///< Nearly: turns that write are refused.
};

struct test_options {
    std::string tenant = "test";  ///< Of calls that name none.
    std::uint64_t seed = 1;       ///< Of the order in which things happen, and of random numbers.
    environment_reference env{};
    std::shared_ptr<log_sink> log{};
    std::chrono::milliseconds idle_timeout{10'000};
    std::size_t awake_objects_max = 10'000;
};

/// A runtime whose time stands still unless it is told to run.
///
/// **Thread safety:** one thread. **Lifetime:** outlives calls and stubs made on it.
/// **Errors:** what the runtime throws; `errc::invalid_state` when something that is waited for can
/// never happen.
class test_runtime {
public:
    explicit test_runtime(std::vector<test_database> databases, test_options options = {});
    test_runtime(const test_runtime&) = delete;
    test_runtime& operator=(const test_runtime&) = delete;
    ~test_runtime();

    /// Calls an action of the tenant's object, as any caller would, and answers what it answers.
    template <class Args, class Result>
    Result run(const action<Args, Result>& called, const std::type_identity_t<Args>& args = {}) {
        return run(called.on(endpoint()), args);
    }
    /// The same for another object: `test.run(get_user.on(test, "bob"), {...})`.
    template <class Args, class Result>
    Result run(const bound_action<Args, Result>& called,
               const std::type_identity_t<Args>& args = {}) {
        outcome<Result> result;
        called.async_call(args, result.handler());
        return take(result);
    }
    /// Runs a coroutine on the runtime, to its end.
    template <class Result>
    Result await(boost::asio::awaitable<Result> work) {
        outcome<Result> result;
        boost::asio::co_spawn(executor(), std::move(work), result.handler());
        return take(result);
    }

    /// Runs `work(db&)` in the tenant's object of that database, as a turn of its own; for filling
    /// it and looking into it.
    template <class Work>
    auto db(const database& of, Work&& work) {
        using result_type = std::invoke_result_t<Work, dormouse::db&>;
        if constexpr (std::is_void_v<result_type>) {
            run_in(of, [&](dormouse::db& inside) { work(inside); });
        } else {
            std::optional<result_type> result;
            run_in(of, [&](dormouse::db& inside) { result.emplace(work(inside)); });
            return std::move(*result);
        }
    }

    /// Serves objects of class `T`; see `runtime::add_class`.
    template <class T>
    void add_class(const std::string& class_name) {
        register_class(class_name, typeid(T),
                       [](context& ctx) -> std::unique_ptr<dormouse::object> {
                           return std::make_unique<T>(ctx);
                       });
    }
    /// A stub, for `test.await(counter.call(&counter::add, 1))`.
    template <class T>
    [[nodiscard]] object_stub<T> object(std::string class_name, std::string name) {
        return {endpoint(), std::move(class_name), std::move(name)};
    }

    /// Lets that much time pass, and everything happen that is due: objects fall asleep, timers
    /// run.
    void advance(std::chrono::milliseconds span);
    [[nodiscard]] timestamp now() const;
    [[nodiscard]] std::size_t awake_objects() const;
    void set_tenant(std::string tenant);

    /// Loses power, and starts again. What was in memory is gone; what was acknowledged is not.
    void lose_power();
    /// From now on, until `mend_disk`.
    void break_disk(disk_fault fault);
    /// A runtime that has seen its disk fail stays read-only until it has lost power.
    void mend_disk();

    /// For `action.on(test, key)` and `object_stub`.
    [[nodiscard]] operator call_endpoint&() noexcept { return endpoint(); }
    [[nodiscard]] boost::asio::any_io_executor executor();

private:
    using factory = std::unique_ptr<dormouse::object> (*)(context&);

    /// Where a call puts what it answers.
    template <class Result>
    struct outcome {
        struct state {
            bool done = false;
            std::exception_ptr failure;
            std::optional<Result> value;
        };
        std::shared_ptr<state> shared = std::make_shared<state>();
        [[nodiscard]] auto handler() const {
            return [kept = shared](std::exception_ptr failure, Result value) {
                kept->failure = std::move(failure);
                kept->value.emplace(std::move(value));
                kept->done = true;
            };
        }
    };

    template <class Result>
    Result take(outcome<Result>& result) {
        const auto& kept = *result.shared;
        run_until([&kept] { return kept.done; });
        if (kept.failure) {
            std::rethrow_exception(kept.failure);
        }
        if constexpr (!std::is_void_v<Result>) {
            return std::move(*result.shared->value);
        }
    }

    [[nodiscard]] call_endpoint& endpoint() noexcept;
    void run_until(const std::function<bool()>& done);
    void run_in(const database& of, std::function<void(dormouse::db&)> work);
    void register_class(std::string class_name, std::type_index type, factory make);

    class machine;
    std::unique_ptr<machine> machine_;
};

template <>
struct test_runtime::outcome<void> {
    struct state {
        bool done = false;
        std::exception_ptr failure;
    };
    std::shared_ptr<state> shared = std::make_shared<state>();
    [[nodiscard]] auto handler() const {
        return [kept = shared](std::exception_ptr failure) {
            kept->failure = std::move(failure);
            kept->done = true;
        };
    }
};

}  // namespace dormouse
