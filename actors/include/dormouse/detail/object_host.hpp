// What an object's code needs from whoever hosts the object. The runtime implements it.
#pragma once

#include <dormouse/clock.hpp>
#include <dormouse/generators.hpp>
#include <dormouse/lease.hpp>
#include <dormouse/object_id.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string_view>
#include <typeindex>

namespace dormouse {

class database;
class object;

namespace detail {

class invocation;

/// Told once how something ended: null when well.
using host_completion = std::function<void(std::exception_ptr)>;

/// One live instance of an object.
///
/// **Thread safety:** actor-confined.
class object_host : public lease_source, public generator_context {
public:
    virtual ~object_host() = default;

    /// Null for an object with a class of its own.
    [[nodiscard]] virtual const database* definition() const noexcept = 0;
    /// Null for an object of a database.
    [[nodiscard]] virtual object* user_object() noexcept = 0;
    [[nodiscard]] virtual const object_id& id() const noexcept = 0;
    [[nodiscard]] virtual std::string_view instance_key() const noexcept = 0;
    [[nodiscard]] virtual boost::asio::any_io_executor executor() const = 0;
    [[nodiscard]] virtual dormouse::clock& clock() const noexcept = 0;

    /// Commits the turn and lets out what it produced.
    virtual void leave_turn() noexcept = 0;
    /// Breaks the object: an exception reached its executor, where nobody can handle it.
    virtual void fail_turn(std::exception_ptr escaped) noexcept = 0;

    /// Sends a call when this turn has committed. Fails it if the turn does not commit.
    virtual void send(std::shared_ptr<invocation> call) = 0;

    /// Whatever this object does from now on depends on that commit, made by another object.
    virtual void depend_on(ticket position) noexcept = 0;

    /// Calls `done`, on any thread, when everything the object has written by the end of this turn
    /// is durable.
    virtual void sync(host_completion done) = 0;
    /// Compacts the database behind this turn, then calls `done`.
    virtual void vacuum(host_completion done) = 0;

    /// Work outstanding on the object's executor: suspended coroutines, timers, calls that wait for
    /// an answer. An object with any does not count as idle. Thread-safe.
    void work_started() noexcept { outstanding_work_.fetch_add(1, std::memory_order_relaxed); }
    void work_finished() noexcept { outstanding_work_.fetch_sub(1, std::memory_order_release); }
    [[nodiscard]] bool has_outstanding_work() const noexcept {
        return outstanding_work_.load(std::memory_order_acquire) > 0;
    }

    /// The embedding program's value of that type; null when it gave none or another.
    [[nodiscard]] virtual void* environment(std::type_index type) const noexcept = 0;

private:
    std::atomic<std::uint32_t> outstanding_work_{0};
};

}  // namespace detail
}  // namespace dormouse
