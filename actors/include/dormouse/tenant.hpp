// A per-tenant call must know whose data it is about, and the code between the request and the call
// should not have to pass that along. The tenant travels with the executor; a resolver, asked only
// when a call needs a tenant and its context has none, connects to the program's own idea of a
// session.
#pragma once

#include <dormouse/call_endpoint.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <string>
#include <utility>

namespace dormouse {

/// An executor whose work runs on `executor` on behalf of `tenant`:
/// `co_spawn(with_tenant(runtime.executor(), "acme"), handle_request(), token)`.
/// Keeps the runtime and deadline that `executor` carries, else those of the context it is called
/// in. Work on an object's own executor stays the object's: what it sends waits for the turn.
[[nodiscard]] boost::asio::any_io_executor with_tenant(boost::asio::any_io_executor executor,
                                                       std::string tenant);

/// The tenant of the current context, else what the runtime's resolver answers.
/// Errors: `errc::no_tenant` without either; what the resolver throws.
[[nodiscard]] std::string get_tenant_id();

/// The current context has a tenant, or a resolver is installed that can be asked for one.
[[nodiscard]] bool has_tenant_id() noexcept;

/// Installs the resolver of the default runtime, or removes it with nullptr. Every runtime has its
/// own; see `call_endpoint::set_tenant_id_resolver`. Errors: `errc::no_runtime`.
void set_tenant_id_resolver(tenant_resolver resolver);

}  // namespace dormouse
