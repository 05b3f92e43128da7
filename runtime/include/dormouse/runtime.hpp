// The host of a program's objects: it owns the loops and the data directory, and takes calls to
// objects that live as long as someone needs them. One object per program is usual; tests make as
// many as they like.
#pragma once

#include <dormouse/action.hpp>
#include <dormouse/call_endpoint.hpp>
#include <dormouse/detail/dynamic_call.hpp>
#include <dormouse/object.hpp>
#include <dormouse/object_admin.hpp>
#include <dormouse/runtime_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace dormouse {

class host;

/// **Thread safety:** thread-safe, except that `add_class` precedes calls.
/// **Lifetime:** outlives every call, stub and executor taken from it. Destroying it stops it.
class runtime {
public:
    /// Opens the data directory and starts the loops.
    /// Errors: `errc::storage_locked`, `errc::storage_failed`; `errc::invalid_arguments` for
    /// databases or actions registered twice and options out of range; `errc::invalid_state` when
    /// another runtime is the default.
    explicit runtime(runtime_options options);
    runtime(const runtime&) = delete;
    runtime& operator=(const runtime&) = delete;
    ~runtime();

    /// Runs work on the runtime's loops, with this runtime as the one that calls go to. Within an
    /// object it is that object's own executor.
    [[nodiscard]] boost::asio::any_io_executor executor();

    /// Where calls go: `create_user.on(runtime, "acme")`.
    [[nodiscard]] operator call_endpoint&() noexcept;

    /// Asked for the tenant of a per-tenant call whose context has none; nullptr removes the
    /// resolver.
    void set_tenant_id_resolver(tenant_resolver resolver);

    /// Serves objects of class `T` under `class_name`, which names their folder and is part of
    /// their ids. Errors: `errc::invalid_state` when the name is taken.
    template <class T>
    void add_class(const std::string& class_name) {
        register_class(class_name, typeid(T),
                       [](context& ctx) -> std::unique_ptr<dormouse::object> {
                           return std::make_unique<T>(ctx);
                       });
    }

    /// The object of class `T` called `name`. Wakes nothing until called. Calls fail with
    /// `errc::unknown_class` when `class_name` is not served, or not by `T`.
    template <class T>
    [[nodiscard]] object_stub<T> object(std::string class_name, std::string name) {
        return {*this, std::move(class_name), std::move(name)};
    }

    /// Calls an action by names with JSON arguments, for callers that know neither at compile time.
    /// Completion signature: `void(std::exception_ptr, std::string)`; the text is the result as
    /// JSON. Errors: `errc::unknown_database`, `errc::unknown_action`, `errc::invalid_request` for
    /// bad JSON, `errc::invalid_arguments`, and whatever the action throws.
    template <class Token = boost::asio::use_awaitable_t<>>
    auto call_action(dynamic_call call, Token&& token = {}) {
        return boost::asio::async_initiate<Token, void(std::exception_ptr, std::string)>(
            detail::start_dynamic_call{}, token, &endpoint(), host_.get(), std::move(call));
    }

    /// An operator's hold on the object of that database and key. Errors: `errc::unknown_database`.
    [[nodiscard]] object_admin admin(const database& of, std::string key);
    /// On the one that a call would go to: the global one, or the current tenant's.
    /// Errors: `errc::unknown_database`, `errc::no_tenant`.
    [[nodiscard]] object_admin admin(const database& of);
    /// The same for an object with a class. Errors: `errc::unknown_class`.
    [[nodiscard]] object_admin admin(const std::string& class_name, std::string key);

    /// Calls `found` for every object there is that meets `filter`, in the order of class and id.
    /// Blocks. Errors: `errc::storage_failed`.
    void visit_objects(const object_filter& filter,
                       const std::function<void(const object_info&)>& found) const;

    /// The database of that name. Errors: `errc::unknown_database`, listing those there are.
    [[nodiscard]] const database& find_database(std::string_view name) const;
    /// The action of that name. Errors: `errc::unknown_database`, `errc::unknown_action`.
    [[nodiscard]] const action_base& find_action(std::string_view database,
                                                 std::string_view action) const;

    [[nodiscard]] runtime_mode mode() const noexcept;
    /// How many objects are awake, waking or going to sleep.
    [[nodiscard]] std::size_t awake_objects() const;

    /// Refuses new calls, waits for running ones, lets every object sleep and stops the loops.
    /// If all came to rest within `runtime_options::shutdown_grace`, each object is now one plain
    /// `.sqlite` file; others keep their log beside it. Blocks; call it once, from outside the
    /// loops.
    void stop();

private:
    using factory = std::unique_ptr<dormouse::object> (*)(context&);
    void register_class(std::string class_name, std::type_index type, factory make);
    [[nodiscard]] call_endpoint& endpoint() noexcept { return *this; }

    class threads;
    runtime_options options_;
    std::unique_ptr<threads> threads_;
    std::unique_ptr<host> host_;
};

}  // namespace dormouse
