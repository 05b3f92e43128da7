// The typed ends of a call of a method of an object with a class of its own.
#pragma once

#include <dormouse/detail/action_call.hpp>
#include <dormouse/detail/object_host.hpp>

#include <boost/asio/async_result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace dormouse::detail {

template <class Method>
struct method_signature;
template <class T, class Returned, class... Parameters>
struct method_signature<Returned (T::*)(Parameters...)> {
    using returned = Returned;
    using result = typename awaited<Returned>::type;
    using arguments = std::tuple<std::decay_t<Parameters>...>;
};
template <class T, class Returned, class... Parameters>
struct method_signature<Returned (T::*)(Parameters...) const>
    : method_signature<Returned (T::*)(Parameters...)> {};

template <class T, class Method>
class method_invocation final : public invocation {
    using signature = method_signature<Method>;
    using result_type = typename signature::result;
    static constexpr bool method_suspends = awaited<typename signature::returned>::suspends;

public:
    using handler_type =
        boost::asio::any_completion_handler<typename completion<result_type>::signature>;

    method_invocation(call_destination to, call_origin from, Method method,
                      typename signature::arguments arguments, handler_type handler)
        : invocation(std::move(to), std::move(from)),
          method_(method),
          arguments_(std::move(arguments)),
          handler_(std::move(handler)) {}

    std::string_view name() const noexcept override { return destination.class_name; }
    bool suspends() const noexcept override { return method_suspends; }

    void run(context& in) override {
        if constexpr (!method_suspends) {
            if constexpr (std::is_void_v<result_type>) {
                invoke(in);
            } else {
                result_.emplace(invoke(in));
            }
        }
    }

    awaitable<void> run_suspending(context& in) override {
        if constexpr (method_suspends) {
            if constexpr (std::is_void_v<result_type>) {
                co_await invoke(in);
            } else {
                result_type value = co_await invoke(in);
                result_.emplace(std::move(value));
            }
        }
        co_return;
    }

protected:
    void deliver(std::exception_ptr failure) override {
        auto handler = std::move(handler_);
        if constexpr (std::is_void_v<result_type>) {
            std::move(handler)(std::move(failure));
        } else {
            result_type value = !failure && result_ ? std::move(*result_) : result_type{};
            std::move(handler)(std::move(failure), std::move(value));
        }
    }

private:
    decltype(auto) invoke(context& in) {
        auto& target = static_cast<T&>(*in.host().user_object());
        return std::apply(
            [&](auto&... argument) { return (target.*method_)(std::move(argument)...); },
            arguments_);
    }

    Method method_;
    typename signature::arguments arguments_;
    std::optional<kept_result<result_type>> result_;
    handler_type handler_;
};

/// What a stub asks of an object.
template <class Method>
struct method_request {
    std::string class_name;
    call_route route;
    Method method;
    typename method_signature<Method>::arguments arguments;
};

template <class T, class Method>
struct start_method_call {
    template <class Handler>
    void operator()(Handler&& handler, method_request<Method> asked) const {
        using typed = method_invocation<T, Method>;
        auto executor = boost::asio::get_associated_executor(
            handler, asked.route.endpoint->completion_executor());
        typename typed::handler_type erased(std::forward<Handler>(handler));
        auto call = std::make_shared<typed>(
            call_destination(*asked.route.endpoint, std::move(asked.class_name), typeid(T)),
            call_origin::current(std::move(executor)), asked.method, std::move(asked.arguments),
            std::move(erased));
        submit(std::move(call), asked.route);
    }
};

template <class T, class Method, class Token>
auto start_method(method_request<Method> asked, Token&& token) {
    using result = typename method_signature<Method>::result;
    return boost::asio::async_initiate<Token, typename completion<result>::signature>(
        start_method_call<T, Method>{}, token, std::move(asked));
}

}  // namespace dormouse::detail
