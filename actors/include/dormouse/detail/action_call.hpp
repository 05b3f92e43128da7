// The typed ends of a call of an action: packing arguments, keeping the result, completing the
// token.
#pragma once

#include <dormouse/action_base.hpp>
#include <dormouse/args.hpp>
#include <dormouse/call_endpoint.hpp>
#include <dormouse/context.hpp>
#include <dormouse/json.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace dormouse::detail {

/// Stands for the result of an action that returns void.
struct no_result {};
/// Where the result of a call is put; results are default-constructible.
template <class Result>
using kept_result = std::conditional_t<std::is_void_v<Result>, no_result, Result>;

// --- the handler's side: instantiated where the action is defined
// ---------------------------------------

template <class T>
struct awaited {
    using type = T;
    static constexpr bool suspends = false;
};
template <class T>
struct awaited<boost::asio::awaitable<T>> {
    using type = T;
    static constexpr bool suspends = true;
};

template <class Call>
struct call_signature;
template <class Handler, class Returned, class Args, class... Context>
struct call_signature<Returned (Handler::*)(db&, const Args&, Context...) const> {
    using args = Args;
    using returned = Returned;
    using result = typename awaited<Returned>::type;
};
template <class Handler>
using handler_signature = call_signature<decltype(&Handler::operator())>;

/// Calls a handler that takes the context or does without.
template <class Handler, class Args>
decltype(auto) invoke_handler(context& in, const Args& args) {
    static_assert(std::is_empty_v<Handler>,
                  "dormouse: an action's handler must be a lambda without captures");
    if constexpr (requires { Handler{}(in.db(), args, in); }) {
        return Handler{}(in.db(), args, in);
    } else {
        return Handler{}(in.db(), args);
    }
}

template <class Args, class Result, class Handler>
struct handler_thunks {
    using returned = decltype(invoke_handler<Handler, Args>(std::declval<context&>(),
                                                            std::declval<const Args&>()));
    static constexpr bool suspends = awaited<returned>::suspends;

    static void run(context& in, const void* arguments, void* result) {
        const auto& args = *static_cast<const Args*>(arguments);
        if constexpr (std::is_void_v<Result>) {
            invoke_handler<Handler>(in, args);
        } else {
            *static_cast<Result*>(result) = invoke_handler<Handler>(in, args);
        }
    }

    static void run_atomically(context& in, const void* arguments, void* result) {
        in.db().transaction([&] { run(in, arguments, result); });
    }

    static awaitable<void> run_suspending(context& in, const void* arguments, void* result) {
        const auto& args = *static_cast<const Args*>(arguments);
        if constexpr (std::is_void_v<Result>) {
            co_await invoke_handler<Handler>(in, args);
        } else {
            Result value = co_await invoke_handler<Handler>(in, args);
            *static_cast<Result*>(result) = std::move(value);
        }
    }
};

template <class Args, class Result>
class packed_call final : public erased_call {
public:
    explicit packed_call(packed_args<Args> args) : args_(std::move(args)) {}
    [[nodiscard]] const void* arguments() const noexcept override { return &args_.value(); }
    void* result() noexcept override { return &result_; }

private:
    packed_args<Args> args_;
    kept_result<Result> result_{};
};

template <class Args, class Result, class Handler, bool Atomic>
constexpr action_operations make_operations() {
    using thunks = handler_thunks<Args, Result, Handler>;
    action_operations made{};
    made.validate = [](const void* arguments) {
        dormouse::validate(*static_cast<const Args*>(arguments));
    };
    if constexpr (thunks::suspends) {
        static_assert(!Atomic, "dormouse: an atomic action's handler must not suspend");
        made.run_suspending = &thunks::run_suspending;
    } else if constexpr (Atomic) {
        made.run = &thunks::run_atomically;
    } else {
        made.run = &thunks::run;
    }
    made.arguments_to_json = [](const void* arguments) {
        return packed_args<Args>::to_json(*static_cast<const Args*>(arguments));
    };
    made.call_from_json = [](std::string_view json) -> std::unique_ptr<erased_call> {
        using call = packed_call<Args, Result>;
        // make_unique would have every compiler make a unique_ptr of each call's own type, too.
        return std::unique_ptr<erased_call>(new call(packed_args<Args>::from_json(json)));
    };
    if constexpr (std::is_void_v<Result>) {
        made.result_from_json = [](std::string_view, void*) {};
        made.result_to_json = [](const void*) { return std::string("null"); };
    } else {
        made.result_from_json = [](std::string_view json, void* result) {
            decode_text(json, *static_cast<Result*>(result));
        };
        made.result_to_json = [](const void* result) {
            return to_json(*static_cast<const Result*>(result));
        };
    }
    return made;
}

template <class Args, class Result, class Handler, bool Atomic>
inline constexpr action_operations operations_of = make_operations<Args, Result, Handler, Atomic>();

// --- the caller's side
// -----------------------------------------------------------------------------------

/// What a caller says about where a call goes; the rest follows from the context.
struct call_route {
    call_route() = default;
    explicit call_route(call_endpoint* to, std::optional<std::string> instance = std::nullopt)
        : endpoint(to), key(std::move(instance)) {}

    call_endpoint* endpoint = nullptr;
    std::optional<std::string> key;
    std::optional<steady_time> deadline;
    bool suspends_caller = false;  ///< It has nothing else to do until the answer comes.
};

/// The endpoint named, current or default. Errors: `errc::no_runtime`.
[[nodiscard]] call_endpoint& choose_endpoint(const call_route& route);

/// The key named, or what the database's strategy and the context's tenant give. Errors:
/// `errc::no_tenant`, `errc::invalid_instance`.
[[nodiscard]] std::string choose_key(const database& target, const call_route& route);

/// The context of the running call if the call would go to the very same object; else null.
[[nodiscard]] context* same_object(const action_base& called, const call_route& route);

/// Refuses a plain call of an action that cannot be one.
void require_callable_here(const action_base& called, const context& caller);

/// The call of an action, up to the completion token.
class action_invocation : public invocation {
public:
    action_invocation(const action_base& called, call_destination to, call_origin from)
        : invocation(std::move(to), std::move(from)), called_(&called) {}

    std::string_view name() const noexcept override { return called_->name(); }
    const action_base* action() const noexcept override { return called_; }
    bool suspends() const noexcept override { return called_->operations().run == nullptr; }
    void run(context& in) override;
    awaitable<void> run_suspending(context& in) override;
    std::string arguments_json() const override;
    void accept_result_json(std::string_view json) override;

    void check_arguments() const override;

protected:
    [[nodiscard]] virtual const void* arguments() const noexcept = 0;
    [[nodiscard]] virtual void* result() noexcept = 0;

private:
    const action_base* called_;
};

/// Chooses the key, applies the deadline and hands the call to the running object or the endpoint.
/// Whatever goes wrong on the way fails the call.
void submit(std::shared_ptr<invocation> call, const call_route& route);

template <class Result>
struct completion {
    using signature = void(std::exception_ptr, Result);
};
template <>
struct completion<void> {
    using signature = void(std::exception_ptr);
};

template <class Args, class Result>
class typed_invocation final : public action_invocation {
public:
    using handler_type =
        boost::asio::any_completion_handler<typename completion<Result>::signature>;

    typed_invocation(const action_base& called, call_destination to, call_origin from,
                     packed_args<Args> args, handler_type handler)
        : action_invocation(called, std::move(to), std::move(from)),
          args_(std::move(args)),
          handler_(std::move(handler)) {}

protected:
    const void* arguments() const noexcept override { return &args_.value(); }
    void* result() noexcept override { return &result_; }

    void deliver(std::exception_ptr failure) override {
        auto handler = std::move(handler_);
        if constexpr (std::is_void_v<Result>) {
            std::move(handler)(std::move(failure));
        } else {
            Result value = failure ? Result{} : std::move(result_);
            std::move(handler)(std::move(failure), std::move(value));
        }
    }

private:
    packed_args<Args> args_;
    kept_result<Result> result_{};
    handler_type handler_;
};

template <class Args, class Result>
struct start_typed_call {
    template <class Handler>
    void operator()(Handler&& handler, const action_base* called, call_route route,
                    packed_args<Args> args) const {
        auto executor =
            boost::asio::get_associated_executor(handler, route.endpoint->completion_executor());
        using typed = typed_invocation<Args, Result>;
        typename typed::handler_type erased(std::forward<Handler>(handler));
        auto call = std::make_shared<typed>(
            *called, call_destination(*route.endpoint, called->database()),
            call_origin::current(std::move(executor)), std::move(args), std::move(erased));
        submit(std::move(call), route);
    }
};

template <class Args, class Result, class Token>
auto start_action(const action_base& called, call_route route, packed_args<Args> args,
                  Token&& token) {
    route.endpoint = &choose_endpoint(route);
    return boost::asio::async_initiate<Token, typename completion<Result>::signature>(
        start_typed_call<Args, Result>{}, token, &called, std::move(route), std::move(args));
}

template <class Args, class Result>
Result call_here(const action_base& called, context& caller, const Args& args) {
    require_callable_here(called, caller);
    called.operations().validate(&args);
    kept_result<Result> result{};
    called.operations().run(caller, &args, &result);
    if constexpr (!std::is_void_v<Result>) {
        return result;
    }
}

template <class Args, class Result>
awaitable<Result> call_action(const action_base& called, call_route route, packed_args<Args> args) {
    called.operations().validate(&args.value());
    if (context* here = same_object(called, route)) {
        kept_result<Result> result{};
        if (called.operations().run != nullptr) {
            called.operations().run(*here, &args.value(), &result);
        } else {
            // NOLINTNEXTLINE(bugprone-use-after-move): a suspension is no loop
            co_await called.operations().run_suspending(*here, &args.value(), &result);
        }
        if constexpr (std::is_void_v<Result>) {
            co_return;
        } else {
            co_return result;
        }
    }
    route.suspends_caller = true;
    auto sent = start_action<Args, Result>(called, std::move(route), std::move(args),
                                           boost::asio::use_awaitable);
    if constexpr (std::is_void_v<Result>) {
        co_await std::move(sent);
    } else {
        Result value = co_await std::move(sent);
        co_return value;
    }
}

}  // namespace dormouse::detail
