#include "schema/string_formats.hpp"

#include <algorithm>
#include <array>

namespace dormouse::detail {
namespace {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_alphanumeric(char c) {
    return is_letter(c) || is_digit(c);
}
constexpr bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

template <class Predicate>
bool all(std::string_view text, Predicate predicate) {
    return std::all_of(text.begin(), text.end(), predicate);
}

bool one_of(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}

/// /^[\w%+.-]+@[\d.A-Za-z-]+\.[A-Za-z]{2,}$/
bool is_email(std::string_view text) {
    std::size_t at = text.find('@');
    if (at == 0 || at == std::string_view::npos) {
        return false;
    }
    std::string_view host = text.substr(at + 1);
    std::size_t dot = host.rfind('.');
    if (dot == 0 || dot == std::string_view::npos) {
        return false;
    }
    std::string_view top = host.substr(dot + 1);
    return all(text.substr(0, at),
               [](char c) { return is_alphanumeric(c) || one_of(c, "_%+.-"); }) &&
           all(host, [](char c) { return is_alphanumeric(c) || one_of(c, ".-"); }) &&
           top.size() >= 2 && all(top, is_letter);
}

/// A version 1 to 8 UUID in any case, or the nil or max UUID in lower case.
bool is_uuid(std::string_view text) {
    if (text == "00000000-0000-0000-0000-000000000000" ||
        text == "ffffffff-ffff-ffff-ffff-ffffffffffff") {
        return true;
    }
    if (text.size() != 36) {
        return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !is_hex(text[i])) {
            return false;
        }
    }
    return one_of(text[14], "12345678") && one_of(text[19], "89abAB");
}

/// Nearly what `new URL()` takes: a scheme, and a host where the scheme needs one.
bool is_url(std::string_view text) {
    std::size_t colon = text.find(':');
    if (colon == 0 || colon == std::string_view::npos || !is_letter(text[0]) ||
        !all(text.substr(0, colon),
             [](char c) { return is_alphanumeric(c) || one_of(c, "+.-"); })) {
        return false;
    }
    constexpr std::array<std::string_view, 5> with_host{"http", "https", "ws", "wss", "ftp"};
    std::string_view scheme = text.substr(0, colon);
    if (std::find(with_host.begin(), with_host.end(), scheme) == with_host.end()) {
        return true;
    }
    std::string_view rest = text.substr(colon + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of("/\\"), rest.size()));
    std::string_view host = rest.substr(0, rest.find_first_of("/\\?#"));
    return !host.empty() && host.find_first_of(" <>^|%") == std::string_view::npos &&
           !host.starts_with(':');
}

}  // namespace

bool has_format(std::string_view text, string_format format) {
    switch (format) {
        case string_format::none:
            return true;
        case string_format::email:
            return is_email(text);
        case string_format::uuid:
            return is_uuid(text);
        case string_format::url:
            return is_url(text);
        case string_format::alpha:
            return all(text, is_letter);
        case string_format::alphanumeric:
            return all(text, is_alphanumeric);
        case string_format::digits:
            return all(text, is_digit);
    }
    return false;
}

std::string_view format_name(string_format format) {
    switch (format) {
        case string_format::none:
            return "a string";
        case string_format::email:
            return "an email address";
        case string_format::uuid:
            return "a UUID";
        case string_format::url:
            return "a URL string";
        case string_format::alpha:
            return "only letters";
        case string_format::alphanumeric:
            return "only letters and digits 0-9";
        case string_format::digits:
            return "only digits 0-9";
    }
    return "";
}

std::size_t utf16_length(std::string_view text) {
    std::size_t units = 0;
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0) != 0x80) {
            units += byte >= 0xF0 ? 2 : 1;
        }
    }
    return units;
}

}  // namespace dormouse::detail
