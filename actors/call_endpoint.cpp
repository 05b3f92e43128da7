#include <dormouse/call_endpoint.hpp>
#include <dormouse/error.hpp>

#include <atomic>
#include <utility>

namespace dormouse {
namespace {

// The one exception to "no singletons": a call written without a runtime must find the program's
// only one.
std::atomic<call_endpoint*> chosen_default{nullptr};

}  // namespace

void call_endpoint::set_tenant_id_resolver(tenant_resolver resolver) {
    const std::lock_guard lock(mutex_);
    resolver_ = resolver ? std::make_shared<const tenant_resolver>(std::move(resolver)) : nullptr;
}

bool call_endpoint::has_tenant_id_resolver() const {
    const std::lock_guard lock(mutex_);
    return resolver_ != nullptr;
}

std::string call_endpoint::resolve_tenant_id() const {
    std::shared_ptr<const tenant_resolver> resolver;
    {
        const std::lock_guard lock(mutex_);
        resolver = resolver_;
    }
    if (resolver == nullptr) {
        throw error(errc::no_tenant,
                    "getTenantId() called without a resolver. Call setTenantIdResolver() first.");
    }
    return (*resolver)();
}

namespace detail {

call_endpoint* default_endpoint() noexcept {
    return chosen_default.load(std::memory_order_acquire);
}

void set_default_endpoint(call_endpoint& chosen) {
    call_endpoint* none = nullptr;
    if (!chosen_default.compare_exchange_strong(none, &chosen)) {
        throw error(
            errc::invalid_state,
            "another runtime is already the default one; set runtime_options::is_default to false");
    }
}

void clear_default_endpoint(call_endpoint& chosen) noexcept {
    call_endpoint* expected = &chosen;
    chosen_default.compare_exchange_strong(expected, nullptr);
}

}  // namespace detail
}  // namespace dormouse
