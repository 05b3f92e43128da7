// A call reads the same whether the object lives in this process or behind a socket. An endpoint is
// where calls go: the runtime, or a stub of a remote one.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace dormouse {

class clock;

namespace detail {
class invocation;
}

using tenant_resolver = std::function<std::string()>;

/// **Thread safety:** thread-safe. **Lifetime:** outlives the calls started on it.
class call_endpoint {
public:
    /// Starts a call; completes it later, never from within.
    virtual void start_call(std::shared_ptr<detail::invocation> call) = 0;

    /// Where a caller without an executor of its own is completed.
    [[nodiscard]] virtual boost::asio::any_io_executor completion_executor() = 0;

    /// Whose time deadlines are in.
    [[nodiscard]] virtual dormouse::clock& clock() noexcept = 0;

    /// Asked for the tenant of a per-tenant call whose context has none; nullptr removes the
    /// resolver.
    void set_tenant_id_resolver(tenant_resolver resolver);
    [[nodiscard]] bool has_tenant_id_resolver() const;
    /// Errors: `errc::no_tenant` without a resolver; what the resolver throws.
    [[nodiscard]] std::string resolve_tenant_id() const;

protected:
    call_endpoint() = default;
    call_endpoint(const call_endpoint&) = delete;
    call_endpoint& operator=(const call_endpoint&) = delete;
    ~call_endpoint() = default;

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const tenant_resolver> resolver_;
};

namespace detail {
/// The endpoint of calls that name none and come from no context; null when no runtime is marked
/// default.
[[nodiscard]] call_endpoint* default_endpoint() noexcept;
/// Makes `chosen` the default. Errors: `errc::invalid_state` when there is another one.
void set_default_endpoint(call_endpoint& chosen);
void clear_default_endpoint(call_endpoint& chosen) noexcept;
}  // namespace detail

}  // namespace dormouse
