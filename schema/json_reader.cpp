#include <dormouse/detail/json_reader.hpp>
#include <dormouse/error.hpp>

#include <simdjson.h>

#include <charconv>
#include <cstring>
#include <limits>

namespace dormouse::detail {
namespace {

constexpr bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void append_utf8(std::string& out, unsigned code_point) {
    auto byte = [&](unsigned bits) { out += static_cast<char>(bits); };
    if (code_point < 0x80) {
        byte(code_point);
    } else if (code_point < 0x800) {
        byte(0xC0 | code_point >> 6);
        byte(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
        byte(0xE0 | code_point >> 12);
        byte(0x80 | (code_point >> 6 & 0x3F));
        byte(0x80 | (code_point & 0x3F));
    } else {
        byte(0xF0 | code_point >> 18);
        byte(0x80 | (code_point >> 12 & 0x3F));
        byte(0x80 | (code_point >> 6 & 0x3F));
        byte(0x80 | (code_point & 0x3F));
    }
}

/// How many bytes stand for themselves: up to a quote, a backslash or a control character. Eight at
/// a time: a byte is one of those if subtracting from it, or from its difference to a quote or
/// backslash, borrows.
std::size_t plain_size(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t highs = 0x8080808080808080;
    std::size_t size = 0;
    for (; size + 8 <= text.size(); size += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + size, 8);
        const std::uint64_t quote = word ^ (ones * '"');
        const std::uint64_t backslash = word ^ (ones * '\\');
        const std::uint64_t special = ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) |
                                      ((backslash - ones) & ~backslash);
        if ((special & highs) != 0) {
            break;
        }
    }
    const auto is_plain = [](char c) {
        return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20;
    };
    while (size < text.size() && is_plain(text[size])) {
        ++size;
    }
    return size;
}

constexpr bool is_high_surrogate(unsigned unit) {
    return unit >= 0xD800 && unit < 0xDC00;
}
constexpr bool is_low_surrogate(unsigned unit) {
    return unit >= 0xDC00 && unit < 0xE000;
}

/// A number whose text is valid JSON but out of a double's range: infinite, or nothing left of it.
double out_of_range_number(std::string_view token) {
    bool tiny = token.find("e-") != std::string_view::npos ||
                token.find("E-") != std::string_view::npos || token.starts_with("0.") ||
                token.starts_with("-0.");
    double magnitude = tiny ? 0 : std::numeric_limits<double>::infinity();
    return token.starts_with('-') ? -magnitude : magnitude;
}

}  // namespace

json_reader::json_reader(std::string_view text) : text_(text) {
    if (text.size() > text_bytes_max) {
        throw error(errc::invalid_request, "invalid JSON: the text has " +
                                               std::to_string(text.size()) + " bytes, at most " +
                                               std::to_string(text_bytes_max) + " are read");
    }
    if (!simdjson::validate_utf8(text.data(), text.size())) {
        throw error(errc::invalid_request, "invalid JSON: the text is not UTF-8");
    }
}

void json_reader::fail(std::string_view what) const {
    throw error(errc::invalid_request,
                "invalid JSON at byte " + std::to_string(at_) + ": " + std::string(what));
}

void json_reader::skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) {
        ++at_;
    }
}

char json_reader::peek() {
    skip_space();
    if (at_ == text_.size()) {
        fail("the text ends too early");
    }
    return text_[at_];
}

void json_reader::expect(char c) {
    if (peek() != c) {
        fail(std::string("'") + c + "' expected");
    }
    ++at_;
}

void json_reader::expect_word(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) {
        fail("unknown word");
    }
    at_ += word.size();
}

json_kind json_reader::kind() {
    char c = peek();
    switch (c) {
        case 'n':
            return json_kind::null;
        case 't':
        case 'f':
            return json_kind::boolean;
        case '"':
            return json_kind::string;
        case '[':
            return json_kind::array;
        case '{':
            return json_kind::object;
        default:
            if (c != '-' && !is_digit(c)) {
                fail("a value expected");
            }
            return json_kind::number;
    }
}

void json_reader::read_null() {
    expect_word("null");
}

bool json_reader::read_boolean() {
    bool truth = peek() == 't';
    expect_word(truth ? "true" : "false");
    return truth;
}

void json_reader::skip_digits() {
    if (at_ == text_.size() || !is_digit(text_[at_])) {
        fail("a digit expected");
    }
    while (at_ < text_.size() && is_digit(text_[at_])) {
        ++at_;
    }
}

std::string_view json_reader::take_number() {
    skip_space();
    std::size_t begin = at_;
    auto next_is = [this](char c) { return at_ < text_.size() && text_[at_] == c; };
    if (next_is('-')) {
        ++at_;
    }
    if (next_is('0')) {
        ++at_;
    } else {
        skip_digits();
    }
    if (next_is('.')) {
        ++at_;
        skip_digits();
    }
    if (next_is('e') || next_is('E')) {
        ++at_;
        if (next_is('-') || next_is('+')) {
            ++at_;
        }
        skip_digits();
    }
    return text_.substr(begin, at_ - begin);
}

json_number json_reader::read_number() {
    std::string_view token = take_number();
    const char* end = token.data() + token.size();
    json_number number;
    auto whole = std::from_chars(token.data(), end, number.integer);
    number.exact = whole.ec == std::errc{} && whole.ptr == end;
    if (number.exact) {
        number.value = static_cast<double>(number.integer);
        return number;
    }
    auto real = std::from_chars(token.data(), end, number.value);
    if (real.ec == std::errc::result_out_of_range) {
        number.value = out_of_range_number(token);
    }
    // 1.0 and 1e2 are integers too, but only while a double holds every integer.
    constexpr double exact_max = 9007199254740992;
    if (number.value >= -exact_max && number.value <= exact_max) {
        number.integer = static_cast<std::int64_t>(number.value);
        number.exact = static_cast<double>(number.integer) == number.value;
    }
    return number;
}

std::optional<std::string_view> json_reader::read_plain_string() {
    (void)peek();
    const std::size_t begin = at_ + 1;
    const std::size_t size = plain_size(text_.substr(begin));
    const std::size_t end = begin + size;
    if (end == text_.size() || text_[end] != '"') {
        return std::nullopt;
    }
    at_ = end + 1;
    return text_.substr(begin, size);
}

unsigned json_reader::read_hex4() {
    unsigned value = 0;
    auto digits = text_.substr(at_, 4);
    auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() < 4 || parsed.ec != std::errc{} || parsed.ptr != digits.data() + 4) {
        fail("four hexadecimal digits expected");
    }
    at_ += 4;
    return value;
}

void json_reader::append_escaped_unit(std::string& out) {
    unsigned unit = read_hex4();
    if (is_high_surrogate(unit) && text_.substr(at_).starts_with("\\u")) {
        std::size_t before = at_;
        at_ += 2;
        unsigned low = read_hex4();
        if (is_low_surrogate(low)) {
            append_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
            return;
        }
        at_ = before;
    }
    if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
        fail("half of a surrogate pair is no text");
    }
    append_utf8(out, unit);
}

char json_reader::read_escape() {
    switch (text_[at_++]) {
        case '"':
            return '"';
        case '\\':
            return '\\';
        case '/':
            return '/';
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            fail("unknown escape");
    }
}

void json_reader::read_string(std::string& out) {
    expect('"');
    for (;;) {
        const std::size_t plain = plain_size(text_.substr(at_));
        out.append(text_, at_, plain);
        at_ += plain;
        if (at_ == text_.size()) {
            fail("the text ends in a string");
        }
        const char c = text_[at_];
        if (static_cast<unsigned char>(c) < 0x20) {
            fail("a control character must be escaped");
        }
        ++at_;
        if (c == '"') {
            return;
        }
        if (at_ < text_.size() && text_[at_] == 'u') {
            ++at_;
            append_escaped_unit(out);
        } else if (at_ < text_.size()) {
            out += read_escape();
        }
    }
}

void json_reader::enter(char bracket) {
    expect(bracket);
    if (++depth_ > depth_max) {
        fail("nested too deeply");
    }
    at_first_entry_ = true;
}

bool json_reader::next_entry(char bracket) {
    bool first = at_first_entry_;
    at_first_entry_ = false;
    if (peek() == bracket) {
        ++at_;
        --depth_;
        return false;
    }
    if (!first) {
        expect(',');
    }
    return true;
}

void json_reader::enter_object() {
    enter('{');
}

std::optional<std::string_view> json_reader::next_member() {
    if (!next_entry('}')) {
        return std::nullopt;
    }
    if (peek() != '"') {
        fail("a key in double quotes expected");
    }
    auto plain = read_plain_string();
    if (!plain) {
        key_.clear();
        read_string(key_);
        plain = key_;
    }
    expect(':');
    return plain;
}

void json_reader::enter_array() {
    enter('[');
}

bool json_reader::next_element() {
    return next_entry(']');
}

void json_reader::skip_string() {
    if (!read_plain_string()) {
        std::string dropped;
        read_string(dropped);
    }
}

std::string_view json_reader::skip() {
    json_kind what = kind();
    std::size_t begin = at_;
    switch (what) {
        case json_kind::null:
            read_null();
            break;
        case json_kind::boolean:
            (void)read_boolean();
            break;
        case json_kind::number:
            (void)take_number();
            break;
        case json_kind::string:
            skip_string();
            break;
        case json_kind::array:
            enter_array();
            while (next_element()) {
                skip();
            }
            break;
        case json_kind::object:
            enter_object();
            while (next_member()) {
                skip();
            }
            break;
    }
    return text_.substr(begin, at_ - begin);
}

std::size_t json_reader::position() {
    skip_space();
    return at_;
}

void json_reader::finish() {
    skip_space();
    if (at_ != text_.size()) {
        fail("text after the end of the value");
    }
}

}  // namespace dormouse::detail
