#include <dormouse/detail/context_executor.hpp>
#include <dormouse/error.hpp>
#include <dormouse/tenant.hpp>

#include <memory>
#include <utility>

namespace dormouse {
namespace {

const call_endpoint* current_endpoint() noexcept {
    const auto* running = detail::current_activity();
    return running != nullptr && running->endpoint != nullptr ? running->endpoint
                                                              : detail::default_endpoint();
}

}  // namespace

boost::asio::any_io_executor with_tenant(boost::asio::any_io_executor executor,
                                         std::string tenant) {
    using carrier = detail::context_executor<boost::asio::any_io_executor>;
    const auto* carrying = executor.target<carrier>();
    const auto* origin = carrying != nullptr ? &carrying->carried() : detail::current_activity();
    auto made = std::make_shared<detail::activity>();
    if (origin != nullptr) {
        made->endpoint = origin->endpoint;
        made->deadline = origin->deadline;
    }
    if (carrying != nullptr) {
        made->object = carrying->carried().object;
    }
    made->tenant = std::move(tenant);
    if (carrying != nullptr) {
        executor = boost::asio::any_io_executor(carrying->inner());
    }
    return carrier(std::move(executor), std::move(made));
}

std::string get_tenant_id() {
    const auto* running = detail::current_activity();
    if (running != nullptr && running->tenant) {
        return *running->tenant;
    }
    if (const auto* endpoint = current_endpoint()) {
        return endpoint->resolve_tenant_id();
    }
    throw error(errc::no_tenant,
                "getTenantId() called without a resolver. Call setTenantIdResolver() first.");
}

bool has_tenant_id() noexcept {
    const auto* running = detail::current_activity();
    if (running != nullptr && running->tenant) {
        return true;
    }
    const auto* endpoint = current_endpoint();
    return endpoint != nullptr && endpoint->has_tenant_id_resolver();
}

void set_tenant_id_resolver(tenant_resolver resolver) {
    auto* endpoint = detail::default_endpoint();
    if (endpoint == nullptr) {
        throw error(errc::no_runtime,
                    "set_tenant_id_resolver() called before a default runtime exists");
    }
    endpoint->set_tenant_id_resolver(std::move(resolver));
}

}  // namespace dormouse
