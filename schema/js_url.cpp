#include "schema/js_url.hpp"

#include <unicode/uidna.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

namespace dormouse::detail {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
    return out;
}
int hex_value(char c) {
    return is_digit(c) ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

struct special_scheme {
    std::string_view name;
    std::string_view port;
};
constexpr std::array<special_scheme, 6> special_schemes{
    {{"http", "80"}, {"https", "443"}, {"ws", "80"}, {"wss", "443"}, {"ftp", "21"}, {"file", ""}}};

const special_scheme* find_special(std::string_view scheme) {
    const auto* found = std::find_if(special_schemes.begin(), special_schemes.end(),
                                     [&](const auto& one) { return one.name == scheme; });
    return found == special_schemes.end() ? nullptr : found;
}

constexpr std::string_view fragment_set = " \"<>`";
constexpr std::string_view query_set = " \"#<>";
constexpr std::string_view path_set = " \"#<>?`{}^";
constexpr std::string_view userinfo_set = " \"#<>?`{}/:;=@[\\]^|";

void append_encoded(std::string& out, char c, std::string_view set) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 - 1 && byte < 0x7F && set.find(c) == std::string_view::npos) {
        out += c;
        return;
    }
    out += '%';
    out += "0123456789ABCDEF"[byte >> 4];
    out += "0123456789ABCDEF"[byte & 15];
}
std::string encoded(std::string_view text, std::string_view set) {
    std::string out;
    for (char c : text) {
        append_encoded(out, c, set);
    }
    return out;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                            hex_value(text[i + 2]) >= 0;
        out += escape ? static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]))
                      : text[i];
        i += escape ? 2 : 0;
    }
    return out;
}

bool has_forbidden(std::string_view host, bool domain) {
    return std::any_of(host.begin(), host.end(), [&](char c) {
        const auto byte = static_cast<unsigned char>(c);
        const bool control = domain ? byte <= 0x1F || byte == 0x7F || c == '%'
                                    : byte == 0 || byte == 9 || byte == 10 || byte == 13;
        return control || std::string_view(" #/:<>?@[\\]^|").find(c) != std::string_view::npos;
    });
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

/// A part of an IPv4 address: decimal, 0x hexadecimal or 0 octal.
std::optional<std::uint64_t> ipv4_number(std::string_view text) {
    int base = 10;
    if (text.size() >= 2 && text[0] == '0' && lower(text[1]) == 'x') {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() >= 2 && text[0] == '0') {
        base = 8;
        text.remove_prefix(1);
    }
    std::uint64_t value = 0;
    if (text.empty()) {
        return base == 10 ? std::nullopt : std::optional(value);
    }
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, base);
    const bool good = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
    return good ? std::optional(value) : std::nullopt;
}

bool ends_in_number(std::string_view host) {
    auto parts = split(host, '.');
    if (parts.back().empty() && parts.size() > 1) {
        parts.pop_back();
    }
    const std::string_view last = parts.back();
    const bool digits = !last.empty() && std::all_of(last.begin(), last.end(), is_digit);
    return digits || (last.size() >= 2 && last[0] == '0' && lower(last[1]) == 'x' &&
                      ipv4_number(last).has_value());
}

std::optional<std::string> ipv4(std::string_view host) {
    auto parts = split(host, '.');
    if (parts.back().empty() && parts.size() > 1) {
        parts.pop_back();
    }
    if (parts.size() > 4) {
        return std::nullopt;
    }
    std::uint64_t address = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto number = ipv4_number(parts[i]);
        const bool last = i + 1 == parts.size();
        const std::uint64_t room = last ? std::uint64_t{1} << (8 * (5 - parts.size())) : 256;
        if (!number || *number >= room) {
            return std::nullopt;
        }
        address += last ? *number : *number << (8 * (3 - i));
    }
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) {
        out.append(out.empty() ? "" : ".").append(std::to_string(address >> shift & 255));
    }
    return out;
}

using ipv6_pieces = std::array<unsigned, 8>;

/// Reads the pieces; a trailing IPv4 address fills two.
bool read_ipv6_piece(std::string_view text, ipv6_pieces& pieces, std::size_t& count) {
    if (text.find('.') != std::string_view::npos) {
        const auto parts = split(text, '.');
        if (parts.size() != 4 || count > 6) {
            return false;
        }
        for (std::size_t i = 0; i < 4; ++i) {
            unsigned value = 0;
            const auto& part = parts[i];
            const auto end = part.data() + part.size();
            const auto parsed = std::from_chars(part.data(), end, value);
            if (part.empty() || parsed.ptr != end || value > 255 ||
                (part.size() > 1 && part[0] == '0')) {
                return false;
            }
            pieces[count + i / 2] = pieces[count + i / 2] * 256 + value;
        }
        count += 2;
        return true;
    }
    if (text.empty() || text.size() > 4 || count >= 8) {
        return false;
    }
    for (char c : text) {
        if (hex_value(c) < 0) {
            return false;
        }
        pieces[count] = pieces[count] * 16 + static_cast<unsigned>(hex_value(c));
    }
    ++count;
    return true;
}

bool read_ipv6_side(std::string_view text, ipv6_pieces& pieces, std::size_t& count) {
    if (text.empty()) {
        return true;
    }
    const auto parts = split(text, ':');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool dotted = parts[i].find('.') != std::string_view::npos;
        if ((dotted && i + 1 != parts.size()) || !read_ipv6_piece(parts[i], pieces, count)) {
            return false;
        }
    }
    return true;
}

std::string ipv6_text(const ipv6_pieces& pieces) {
    // The longest row of zeros, of two at least, is left out.
    std::size_t best = 8;
    std::size_t best_size = 1;
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t size = 0;
        while (i + size < 8 && pieces[i + size] == 0) {
            ++size;
        }
        if (size > best_size) {
            best = i;
            best_size = size;
        }
    }
    std::string out = "[";
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == best) {
            out += i == 0 ? "::" : ":";
            i += best_size - 1;
            continue;
        }
        char buffer[8];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, pieces[i], 16).ptr;
        out.append(buffer, end);
        out += i < 7 ? ":" : "";
    }
    return out + "]";
}

std::optional<std::string> ipv6(std::string_view text) {
    ipv6_pieces pieces{};
    std::size_t count = 0;
    const auto gap = text.find("::");
    if (!read_ipv6_side(text.substr(0, gap), pieces, count)) {
        return std::nullopt;
    }
    if (gap == std::string_view::npos) {
        return count == 8 ? std::optional(ipv6_text(pieces)) : std::nullopt;
    }
    ipv6_pieces tail{};
    std::size_t tail_count = 0;
    if (!read_ipv6_side(text.substr(gap + 2), tail, tail_count) || count + tail_count > 7) {
        return std::nullopt;
    }
    std::copy_n(tail.begin(), tail_count, pieces.end() - static_cast<std::ptrdiff_t>(tail_count));
    return ipv6_text(pieces);
}

/// An international name in its ASCII form.
std::optional<std::string> ascii_domain(const std::string& name) {
    if (std::all_of(name.begin(), name.end(),
                    [](char c) { return static_cast<signed char>(c) >= 0; }) &&
        lower(name).find("xn--") == std::string::npos) {
        return lower(name);
    }
    UErrorCode status = U_ZERO_ERROR;
    UIDNA* idna = uidna_openUTS46(
        UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, &status);
    if (U_FAILURE(status)) {
        return std::nullopt;
    }
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    std::string out(name.size() * 4 + 64, '\0');
    const auto size =
        uidna_nameToASCII_UTF8(idna, name.data(), static_cast<std::int32_t>(name.size()),
                               out.data(), static_cast<std::int32_t>(out.size()), &info, &status);
    uidna_close(idna);
    constexpr std::uint32_t lengths_allowed =
        UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG |
        UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;
    if (U_FAILURE(status) || (info.errors & ~lengths_allowed) != 0) {
        return std::nullopt;
    }
    out.resize(static_cast<std::size_t>(size));
    return out;
}

std::optional<std::string> parse_host(std::string_view host, bool special) {
    if (host.starts_with('[')) {
        return host.ends_with(']') ? ipv6(host.substr(1, host.size() - 2)) : std::nullopt;
    }
    if (!special) {
        return has_forbidden(host, false) ? std::nullopt : std::optional(encoded(host, ""));
    }
    const auto domain = ascii_domain(percent_decoded(host));
    if (!domain || domain->empty() || has_forbidden(*domain, true)) {
        return std::nullopt;
    }
    return ends_in_number(*domain) ? ipv4(*domain) : domain;
}

/// Takes the address apart from left to right, writing the standard form.
class url_reader {
public:
    explicit url_reader(std::string text) : text_(std::move(text)), rest_(text_) {}

    std::optional<std::string> run() {
        if (!take_scheme()) {
            return std::nullopt;
        }
        take_fragment_and_query();
        const bool slashes = rest_.starts_with("//");
        if (special_ != nullptr && special_->name == "file") {
            return take_file() ? std::optional(out_ + tail_) : std::nullopt;
        }
        if (special_ != nullptr || slashes) {
            const auto start = special_ != nullptr ? rest_.find_first_not_of("/\\") : 2;
            rest_.remove_prefix(std::min(start, rest_.size()));
            if (!take_authority()) {
                return std::nullopt;
            }
            take_path();
        } else if (rest_.starts_with('/')) {
            take_path();
        } else {
            out_ += encoded(rest_, "");
        }
        return out_ + tail_;
    }

private:
    bool take_scheme() {
        const auto colon = rest_.find(':');
        if (colon == std::string_view::npos || colon == 0 || !is_letter(rest_[0])) {
            return false;
        }
        const std::string scheme = lower(rest_.substr(0, colon));
        if (!std::all_of(scheme.begin(), scheme.end(), [](char c) {
                return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
            })) {
            return false;
        }
        special_ = find_special(scheme);
        out_ = scheme + ":";
        rest_.remove_prefix(colon + 1);
        return true;
    }

    void take_fragment_and_query() {
        const auto hash = rest_.find('#');
        std::string fragment;
        if (hash != std::string_view::npos) {
            fragment = "#" + encoded(rest_.substr(hash + 1), fragment_set);
            rest_ = rest_.substr(0, hash);
        }
        const auto mark = rest_.find('?');
        if (mark != std::string_view::npos) {
            const std::string set = std::string(query_set) + (special_ != nullptr ? "'" : "");
            tail_ = "?" + encoded(rest_.substr(mark + 1), set);
            rest_ = rest_.substr(0, mark);
        }
        tail_ += fragment;
    }

    bool take_authority() {
        const auto end = rest_.find_first_of(special_ != nullptr ? "/\\" : "/");
        std::string_view authority = rest_.substr(0, end);
        rest_.remove_prefix(std::min(authority.size(), rest_.size()));
        out_ += "//";
        const auto at = authority.rfind('@');
        const bool has_credentials = at != std::string_view::npos;
        if (has_credentials) {
            take_credentials(authority.substr(0, at));
            authority.remove_prefix(at + 1);
        }
        const auto bracket = authority.find(']');
        const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
        const std::string_view host = authority.substr(0, colon);
        if (host.empty() &&
            (special_ != nullptr || has_credentials || colon != std::string_view::npos)) {
            return false;
        }
        const auto parsed = parse_host(host, special_ != nullptr);
        if (!parsed) {
            return false;
        }
        out_ += *parsed;
        return colon == std::string_view::npos || take_port(authority.substr(colon + 1));
    }
    void take_credentials(std::string_view text) {
        const auto colon = text.find(':');
        const std::string user = encoded(text.substr(0, colon), userinfo_set);
        const std::string password =
            colon == std::string_view::npos ? "" : encoded(text.substr(colon + 1), userinfo_set);
        out_ += user;
        if (!password.empty()) {
            out_ += ":" + password;
        }
        if (!user.empty() || !password.empty()) {
            out_ += "@";
        }
    }
    bool take_port(std::string_view port) {
        unsigned value = 0;
        if (port.empty()) {
            return true;
        }
        const auto parsed = std::from_chars(port.data(), port.data() + port.size(), value);
        if (parsed.ec != std::errc{} || parsed.ptr != port.data() + port.size() || value > 65535) {
            return false;
        }
        const std::string text = std::to_string(value);
        if (special_ == nullptr || text != special_->port) {
            out_ += ":" + text;
        }
        return true;
    }

    bool take_file() {
        out_ += "//";
        const std::size_t slashes = std::min(rest_.find_first_not_of("/\\"), rest_.size());
        if (slashes == 2) {
            rest_.remove_prefix(2);
            const std::string_view host = rest_.substr(0, rest_.find_first_of("/\\"));
            const bool drive =
                host.size() == 2 && is_letter(host[0]) && (host[1] == ':' || host[1] == '|');
            if (!host.empty() && !drive) {
                const auto parsed = parse_host(host, true);
                if (!parsed) {
                    return false;
                }
                out_ += *parsed == "localhost" ? "" : *parsed;
                rest_.remove_prefix(host.size());
            }
        }
        take_path();
        return true;
    }

    static bool is_dots(std::string_view segment, std::size_t count) {
        const std::string text = lower(segment);
        std::size_t dots = 0;
        for (std::size_t i = 0; i < text.size(); ++dots) {
            if (text[i] == '.') {
                ++i;
            } else if (text.compare(i, 3, "%2e") == 0) {
                i += 3;
            } else {
                return false;
            }
        }
        return dots == count;
    }

    /// Segments without "." and "..".
    void take_path() {
        if (rest_.empty()) {
            out_ += special_ != nullptr ? "/" : "";
            return;
        }
        std::string path(rest_);
        if (special_ != nullptr) {
            std::replace(path.begin(), path.end(), '\\', '/');
        }
        std::string_view left = path;
        left.remove_prefix(left.starts_with('/') ? 1 : 0);
        std::vector<std::string> segments;
        const auto parts = split(left, '/');
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const bool last = i + 1 == parts.size();
            const bool up = is_dots(parts[i], 2);
            if (up && !segments.empty()) {
                segments.pop_back();
            }
            if (!up && !is_dots(parts[i], 1)) {
                segments.push_back(encoded(parts[i], path_set));
            } else if (last) {
                segments.emplace_back();
            }
        }
        for (const auto& segment : segments) {
            out_ += "/" + segment;
        }
    }

    std::string text_;
    std::string_view rest_;
    const special_scheme* special_ = nullptr;
    std::string out_;
    std::string tail_;
};

}  // namespace

std::optional<std::string> parse_js_url(std::string_view text) {
    const auto is_edge = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
    while (!text.empty() && is_edge(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_edge(text.back())) {
        text.remove_suffix(1);
    }
    std::string kept;
    std::copy_if(text.begin(), text.end(), std::back_inserter(kept),
                 [](char c) { return c != '\t' && c != '\n' && c != '\r'; });
    return url_reader(std::move(kept)).run();
}

}  // namespace dormouse::detail
