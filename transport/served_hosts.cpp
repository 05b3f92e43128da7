#include "transport/served_hosts.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <utility>

namespace dormouse {
namespace {

/// "[::1]:80" -> "[::1]", "a.example:80" -> "a.example".
std::string_view without_port(std::string_view host) {
    const auto colon = host.rfind(':');
    const auto bracket = host.rfind(']');
    const bool inside_address = bracket != std::string_view::npos && colon < bracket;
    return colon == std::string_view::npos || inside_address ? host : host.substr(0, colon);
}

std::string in_brackets_if_v6(std::string_view address) {
    const bool bare_v6 = std::ranges::count(address, ':') > 1 && !address.starts_with('[');
    return bare_v6 ? "[" + std::string(address) + "]" : std::string(address);
}

}  // namespace

served_hosts::served_hosts(std::string_view bound_address, const std::vector<std::string>& more)
    : names_{"localhost", "127.0.0.1", "[::1]", in_brackets_if_v6(bound_address)} {
    for (const auto& name : more) {
        names_.emplace_back(without_port(in_brackets_if_v6(name)));
    }
}

bool served_hosts::serves(std::string_view host) const {
    const auto name = without_port(host);
    return std::ranges::any_of(
        names_, [&](const std::string& known) { return boost::beast::iequals(known, name); });
}

bool served_hosts::serves_origin(std::string_view origin) const {
    const auto scheme = origin.find("://");
    return scheme != std::string_view::npos && serves(origin.substr(scheme + 3));
}

}  // namespace dormouse
