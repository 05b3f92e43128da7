#include <dormouse/http_message.hpp>

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace dormouse {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t";
    const auto begin = text.find_first_not_of(blank);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::string_view unquoted(std::string_view text) {
    const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    return quoted ? text.substr(1, text.size() - 2) : text;
}

/// The value of `name` in one Cookie header: `a=1; b=2`.
std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const auto end = std::min(header.find(';'), header.size());
        const auto pair = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && trimmed(pair.substr(0, equals)) == name) {
            return unquoted(trimmed(pair.substr(equals + 1)));
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string_view> http_request::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (boost::beast::iequals(key, name)) {
            return value;
        }
    }
    return std::nullopt;
}

std::optional<std::string_view> http_request::parameter(std::string_view name) const {
    for (const auto& [key, value] : query) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

std::optional<std::string_view> http_request::cookie(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (!boost::beast::iequals(key, "cookie")) {
            continue;
        }
        if (const auto found = find_cookie(value, name)) {
            return found;
        }
    }
    return std::nullopt;
}

}  // namespace dormouse
