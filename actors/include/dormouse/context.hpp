// A handler runs inside one object, called by someone. Its context says which object and on whose
// behalf, and reaches what is not the object's own: the program's environment, time, the log.
#pragma once

#include <dormouse/clock.hpp>
#include <dormouse/db.hpp>
#include <dormouse/detail/activity.hpp>
#include <dormouse/detail/invocation.hpp>
#include <dormouse/durable_storage.hpp>
#include <dormouse/object_id.hpp>

#include <chrono>
#include <optional>
#include <string_view>
#include <typeindex>

namespace dormouse {

/// **Thread safety:** actor-confined. **Lifetime:** the call it was given to; do not keep it.
class context {
public:
    /// Made by the runtime for each call.
    context(detail::object_host& host, std::optional<steady_time> deadline);
    context(const context&) = delete;
    context& operator=(const context&) = delete;

    /// The object's database, as the handler's own first argument.
    [[nodiscard]] dormouse::db& db() noexcept { return db_; }

    /// What SQL cannot say: bookmarks, size, deletion.
    [[nodiscard]] durable_storage storage() const noexcept { return durable_storage(*host_); }

    /// The key the object was called by, without any development suffix.
    [[nodiscard]] std::string_view instance_key() const noexcept;
    [[nodiscard]] const object_id& id() const noexcept;
    /// Null for an object with a class of its own.
    [[nodiscard]] const dormouse::database* database() const noexcept;

    /// When the caller stops waiting.
    [[nodiscard]] std::optional<steady_time> deadline() const noexcept { return deadline_; }

    /// The embedding program's value of that type, as given to the runtime.
    /// Errors: `errc::invalid_state` when it gave none.
    template <class T>
    [[nodiscard]] T& env() const {
        return *static_cast<T*>(find_environment(typeid(T)));
    }

    /// The runtime's wall clock: virtual in tests.
    [[nodiscard]] timestamp now() const;

    /// Suspends the handler; other events of the object run meanwhile.
    [[nodiscard]] awaitable<void> sleep_for(std::chrono::milliseconds duration) const;

    /// Runs work as the object's own, in turns of its own, with this call's tenant and deadline.
    /// The object stays awake until the work has ended; writes of work that outlives a reset fail.
    [[nodiscard]] boost::asio::any_io_executor executor() const;

    [[nodiscard]] detail::object_host& host() const noexcept { return *host_; }

private:
    [[nodiscard]] void* find_environment(std::type_index type) const;

    detail::object_host* host_;
    dormouse::db db_;
    std::optional<steady_time> deadline_;
};

}  // namespace dormouse
