// Beside databases with actions there are objects that keep state in memory between calls: a room
// with its members, a game with its board. Such an object is a class; its constructor runs on every
// wake, before any event, and its methods are called through a stub.
#pragma once

#include <dormouse/context.hpp>
#include <dormouse/detail/method_call.hpp>

#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <utility>

namespace dormouse {

/// Base of an object's class. The class is constructible from `context&`; a constructor that throws
/// keeps the object from waking, and the calls that woke it fail with its exception.
///
///     struct counter : dormouse::object {
///         explicit counter(dormouse::context& ctx) : object(ctx) { ... }
///         std::int64_t add(std::int64_t amount);
///     };
///
/// **Thread safety:** actor-confined. **Lifetime:** from waking to hibernation or reset; what must
/// outlive that belongs in `db()`. The destructor runs when that life is over: it must not use
/// `db()`. An object does not sleep while a coroutine, a timer or a call of its own is outstanding
/// on its executor.
class object {
public:
    object(const object&) = delete;
    object& operator=(const object&) = delete;
    virtual ~object() = default;

protected:
    explicit object(context& ctx) noexcept : context_(&ctx) {}

    [[nodiscard]] dormouse::db& db() noexcept { return context_->db(); }
    /// Valid as long as the object lives.
    [[nodiscard]] context& ctx() noexcept { return *context_; }

private:
    context* context_;
};

/// Names one object of class `T` and calls its methods. Makes no I/O and wakes nothing until
/// called.
///
/// **Thread safety:** value. **Lifetime:** the endpoint outlives it.
template <class T>
class object_stub {
public:
    object_stub(call_endpoint& endpoint, std::string class_name, std::string key)
        : class_name_(std::move(class_name)), route_(&endpoint, std::move(key)) {}

    /// Calls `method` in the object: `co_await stub.call(&counter::add, 5)`. Arguments are copied.
    template <class Method, class... Args>
    [[nodiscard]] auto call(Method method, Args... args) const
        -> awaitable<typename detail::method_signature<Method>::result> {
        return async_call(method, boost::asio::use_awaitable, std::move(args)...);
    }

    /// Completion signature: `void(std::exception_ptr, Result)`, or `void(std::exception_ptr)`.
    template <class Method, class Token, class... Args>
    auto async_call(Method method, Token&& token, Args... args) const {
        using arguments = typename detail::method_signature<Method>::arguments;
        return detail::start_method<T>(
            detail::method_request<Method>{class_name_, route_, method,
                                           arguments(std::move(args)...)},
            std::forward<Token>(token));
    }

private:
    std::string class_name_;
    detail::call_route route_;
};

}  // namespace dormouse
