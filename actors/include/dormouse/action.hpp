// An action is a function that runs inside an object. The caller writes an ordinary call; which
// object, whose tenant, whether it lives here or elsewhere, is decided between the call and the
// handler: validate -> choose runtime and key -> same object? call directly -> else send, wake,
// validate, run.
#pragma once

#include <dormouse/args.hpp>
#include <dormouse/context.hpp>
#include <dormouse/database.hpp>
#include <dormouse/detail/action_call.hpp>
#include <dormouse/error.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace dormouse {

/// Marks an action whose writes are undone when its handler throws. Only for handlers that do not
/// suspend.
struct atomic_t {};
inline constexpr atomic_t atomic{};

/// An action and the object it will be called on. Made by `action::on`.
///
/// **Thread safety:** value.
template <class Args, class Result>
class bound_action;

/// A typed function of the objects of one database.
///
/// `Args` holds only views (`arg<"...">`), numbers, bools, enums and optionals of these; whatever a
/// call is given is copied before the call returns. `Result` is default-constructible or void.
///
/// An exception that leaves the handler reaches the caller; what the handler wrote before stays
/// written.
///
/// **Thread safety:** thread-safe. **Lifetime:** static; defined once, in a source file.
template <class Args, class Result>
class action : public action_base {
public:
    using args_type = Args;
    using result_type = Result;

    /// `handler` is a lambda without captures: `(db&, const Args&, context&)`, the last optional,
    /// that returns the result or an `awaitable` of it.
    template <class Handler>
    action(const dormouse::database& owner, std::string_view name, Handler /*handler*/)
        : action_base(owner, name, detail::operations_of<Args, Result, Handler, false>) {}

    /// The same, run in a transaction of its own.
    template <class Handler>
    action(const dormouse::database& owner, std::string_view name, atomic_t /*tag*/,
           Handler /*handler*/)
        : action_base(owner, name, detail::operations_of<Args, Result, Handler, true>) {}

    /// Calls the action on the object that the context chooses.
    [[nodiscard]] awaitable<Result> operator()(const Args& args) const {
        return detail::call_action<Args, Result>(*this, {}, packed_args<Args>(args));
    }

    /// Calls a handler of the same object that does not suspend, as a plain function.
    /// Errors: `errc::invalid_state` when the action belongs to another database or its handler
    /// suspends.
    Result operator()(context& caller, const Args& args) const {
        return detail::call_here<Args, Result>(*this, caller, args);
    }

    /// Completion signature: `void(std::exception_ptr, Result)`, or `void(std::exception_ptr)`.
    /// Completes on the token's associated executor, else on the runtime's.
    /// Cancellation: none; a call that was sent runs to its end.
    template <class Token>
    auto async_call(const Args& args, Token&& token) const {
        return detail::start_action<Args, Result>(*this, {}, packed_args<Args>(args),
                                                  std::forward<Token>(token));
    }

    /// The instance `key`, of the context's runtime.
    [[nodiscard]] bound_action<Args, Result> on(std::string key) const {
        return {*this, detail::call_route(nullptr, std::move(key))};
    }
    /// The instance `key` of that runtime or remote.
    [[nodiscard]] bound_action<Args, Result> on(call_endpoint& endpoint, std::string key) const {
        return {*this, detail::call_route(&endpoint, std::move(key))};
    }
    /// The instance the context chooses, of that runtime or remote.
    [[nodiscard]] bound_action<Args, Result> on(call_endpoint& endpoint) const {
        return {*this, detail::call_route(&endpoint)};
    }
};

template <class Args, class Result>
class bound_action {
public:
    bound_action(const action<Args, Result>& called, detail::call_route route)
        : action_(&called), route_(std::move(route)) {}

    [[nodiscard]] awaitable<Result> operator()(const Args& args) const {
        return detail::call_action<Args, Result>(*action_, route_, packed_args<Args>(args));
    }

    template <class Token>
    [[nodiscard]] auto async_call(const Args& args, Token&& token) const {
        return detail::start_action<Args, Result>(*action_, route_, packed_args<Args>(args),
                                                  std::forward<Token>(token));
    }

    /// The same call, given up with `errc::timed_out` at `deadline` if nothing earlier ends it.
    [[nodiscard]] bound_action until(steady_time deadline) const {
        auto later = *this;
        later.route_.deadline = deadline;
        return later;
    }

private:
    const action<Args, Result>* action_;
    detail::call_route route_;
};

template <class Handler>
auto database::action(std::string_view action_name, Handler handler) const {
    using signature = detail::handler_signature<Handler>;
    return dormouse::action<typename signature::args, typename signature::result>(
        *this, action_name, handler);
}

}  // namespace dormouse
