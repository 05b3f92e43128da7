// A web page elsewhere can make a browser send requests to a server on the user's own machine,
// under a name that resolves there. Such a request gives itself away by its Host or its Origin.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// The names a server answers to.
///
/// **Thread safety:** immutable.
class served_hosts {
public:
    /// Beside `more`: localhost, 127.0.0.1, [::1] and the address the server is bound to.
    served_hosts(std::string_view bound_address, const std::vector<std::string>& more);

    /// `host` as in a Host header: a name or address, with or without a port.
    [[nodiscard]] bool serves(std::string_view host) const;
    /// `origin` as in an Origin header.
    [[nodiscard]] bool serves_origin(std::string_view origin) const;

private:
    std::vector<std::string> names_;
};

}  // namespace dormouse
