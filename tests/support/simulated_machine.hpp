// A runtime on the deterministic scheduler and the simulated disk, and what tests do with it.
#pragma once

#include "runtime/deterministic_scheduler.hpp"
#include "runtime/host.hpp"
#include "testing/faulty_disk.hpp"
#include "tests/support/temporary_directory.hpp"

#include <dormouse/action.hpp>
#include <dormouse/detail/activity.hpp>
#include <dormouse/error.hpp>
#include <dormouse/object.hpp>
#include <dormouse/tenant.hpp>

#include <boost/asio/co_spawn.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace dormouse::test {

/// The answer of a call in progress.
template <class T>
struct answer {
    bool done = false;
    T value{};
    std::exception_ptr failure;

    /// The text of the failure; empty when there is none.
    [[nodiscard]] std::string error_text() const {
        try {
            if (failure) {
                std::rethrow_exception(failure);
            }
        } catch (const std::exception& e) {
            return e.what();
        }
        return {};
    }
    [[nodiscard]] std::optional<errc> error_code() const {
        try {
            if (failure) {
                std::rethrow_exception(failure);
            }
        } catch (const error& e) {
            return e.reason();
        } catch (...) {
            return std::nullopt;
        }
        return std::nullopt;
    }
};

class simulated_machine {
public:
    explicit simulated_machine(std::uint64_t seed = 1, runtime_options options = {})
        : power(std::make_shared<faulty_disk>(seed)), options_(std::move(options)), seed_(seed) {
        options_.directory = directory_.path();
        boot();
    }
    ~simulated_machine() { crash(); }

    /// Everything in memory is gone, and what the disk had not synced may be.
    void crash() {
        power->lose_power();
        if (scheduler) {
            scheduler->drop_everything();
            runtime.reset();
            scheduler.reset();
        }
    }

    void boot() {
        power->restore_power();
        scheduler = std::make_unique<deterministic_scheduler>(++seed_);
        storage_options storage;
        storage.on = power;
        storage.segment_bytes = std::uint64_t{64} * 1024;
        storage.idle_connections_max = 5;
        storage.checkpoint_pages = 6;
        runtime = std::make_unique<host>(*scheduler, options_, std::move(storage));
    }

    /// Starts a call from outside any object; `tenant` is the caller's.
    template <class Bound, class Args>
    [[nodiscard]] auto start(const Bound& called, const Args& args) {
        using value = typename awaited_value<decltype(called(args))>::type;
        auto result = std::make_shared<answer<value>>();
        called.async_call(args, [result](std::exception_ptr failure, value v) {
            result->done = true;
            result->failure = std::move(failure);
            result->value = std::move(v);
        });
        return result;
    }

    /// Calls and runs the machine until the answer is there.
    template <class Bound, class Args>
    [[nodiscard]] auto call(const Bound& called, const Args& args) {
        auto result = start(called, args);
        const bool answered = scheduler->run_until([&] { return result->done; });
        if (!answered) {
            throw std::logic_error("the call will never be answered");
        }
        return *result;
    }

    std::shared_ptr<faulty_disk> power;
    std::unique_ptr<deterministic_scheduler> scheduler;
    std::unique_ptr<host> runtime;

private:
    template <class Awaitable>
    struct awaited_value;
    template <class T>
    struct awaited_value<boost::asio::awaitable<T>> {
        using type = T;
    };

    temporary_directory directory_;
    runtime_options options_;
    std::uint64_t seed_;
};

}  // namespace dormouse::test
