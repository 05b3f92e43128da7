// One call on its way: made by a caller of any kind, run in an object, completed exactly once.
#pragma once

#include <dormouse/clock.hpp>
#include <dormouse/detail/activity.hpp>
#include <dormouse/lease.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>

namespace dormouse {

class action_base;
class call_endpoint;
class context;
class database;

template <class T>
using awaitable = boost::asio::awaitable<T>;

namespace detail {

/// Which object a call is for, and who takes it there.
struct call_destination {
    call_destination(call_endpoint& by, const dormouse::database& of)
        : endpoint(&by), database(&of) {}
    call_destination(call_endpoint& by, std::string of_class, std::type_index of_type)
        : endpoint(&by), class_name(std::move(of_class)), class_type(of_type) {}

    call_endpoint* endpoint;
    const dormouse::database* database = nullptr;  ///< Null for an object with a class of its own.
    std::string class_name;                        ///< Only then.
    std::type_index class_type = typeid(void);     ///< Only then: the class the caller expects.
    std::string key;
};

/// Who calls, and what travels with the call.
struct call_origin {
    boost::asio::any_io_executor executor;    ///< Where the caller is completed.
    std::shared_ptr<object_host> caller;      ///< Null when the caller is no object.
    const call_endpoint* endpoint = nullptr;  ///< The caller's runtime; null outside of one.
    bool resumes_caller = false;  ///< `executor` is the calling object's own, so what the caller
                                  ///< does with the answer can be held back by its own gate.
    bool suspended = false;       ///< No object, and its thread has nothing else to do for it
                                  ///< until the answer comes.
    std::optional<std::string> tenant;
    std::optional<steady_time> deadline;
    ticket depends_on;  ///< What leaves the called object must wait for this, too.

    /// The running activity as the origin of a call it makes.
    [[nodiscard]] static call_origin current(boost::asio::any_io_executor executor);
};

/// **Thread safety:** handed from thread to thread; `finish` is thread-safe, only the first one
/// counts.
class invocation : public std::enable_shared_from_this<invocation> {
public:
    invocation(call_destination to, call_origin from);
    invocation(const invocation&) = delete;
    invocation& operator=(const invocation&) = delete;
    virtual ~invocation() = default;

    call_destination destination;
    call_origin origin;

    /// For messages: the action's name, or the class of the method.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// The action called; null for a method of an object.
    [[nodiscard]] virtual const action_base* action() const noexcept { return nullptr; }

    /// Called on the caller's side before sending, and again in the object. Errors:
    /// `errc::invalid_arguments`.
    virtual void check_arguments() const {}

    /// The handler suspends, so it must be run with `run_suspending`.
    [[nodiscard]] virtual bool suspends() const noexcept = 0;
    /// Runs the handler in the object and keeps its result.
    virtual void run(context& in) = 0;
    virtual awaitable<void> run_suspending(context& in) = 0;

    /// For an endpoint in another process. Only calls of actions have these.
    [[nodiscard]] virtual std::string arguments_json() const;
    virtual void accept_result_json(std::string_view json);

    /// Completes the caller on its executor with the kept result, or with `failure`. What the
    /// caller does afterwards depends on `position`, which must be durable already unless
    /// `origin.resumes_caller`.
    void finish(std::exception_ptr failure, ticket position = {});
    [[nodiscard]] bool finished() const noexcept {
        return finished_.load(std::memory_order_acquire);
    }

    /// Times the call out when its deadline passes. Call it before the call is handed on.
    void watch_deadline(clock& time);

    /// Its deadline has passed: completes the caller with a timeout naming the action.
    void time_out();

    /// When the call was made, for the milliseconds in the timeout's text.
    steady_time started{};

protected:
    /// Invokes the caller's completion handler.
    virtual void deliver(std::exception_ptr failure) = 0;

private:
    std::atomic<bool> finished_{false};
    clock* time_ = nullptr;
    std::atomic<timer_id> deadline_timer_{0};
};

}  // namespace detail
}  // namespace dormouse
