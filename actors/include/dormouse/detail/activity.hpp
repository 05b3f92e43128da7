// Who is running: what the library must know wherever user code calls an action, also after
// suspensions.
#pragma once

#include <dormouse/clock.hpp>

#include <memory>
#include <optional>
#include <string>

namespace dormouse {

class call_endpoint;
class context;

namespace detail {

class object_host;

/// The object, tenant and deadline on whose behalf code runs.
///
/// **Thread safety:** immutable once an executor carries it, except `call`, which belongs to the
/// object.
struct activity {
    call_endpoint* endpoint = nullptr;    ///< Where calls go that name no runtime.
    std::shared_ptr<object_host> object;  ///< The object whose code runs; null outside objects.
    context* call = nullptr;  ///< The call being handled; null outside a call and after its end.
    std::optional<std::string> tenant;
    std::optional<steady_time> deadline;
};

/// What runs on this thread now; null outside dormouse.
[[nodiscard]] const activity* current_activity() noexcept;

/// Makes `entered` current while it lives. Entering an object from outside begins its turn; leaving
/// ends it.
class activity_scope {
public:
    explicit activity_scope(const activity& entered) noexcept;
    activity_scope(const activity_scope&) = delete;
    activity_scope& operator=(const activity_scope&) = delete;
    ~activity_scope();

private:
    const activity* outer_;
    object_host* turn_ = nullptr;
};

/// Tells the object that code of its own let an exception escape to its executor.
void report_escaped_exception(const activity& running) noexcept;

}  // namespace detail
}  // namespace dormouse
