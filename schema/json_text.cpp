#include <dormouse/detail/field_binding.hpp>
#include <dormouse/detail/json_text.hpp>
#include <dormouse/error.hpp>

#include <simdjson.h>

#include <algorithm>
#include <bitset>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace dormouse::detail {
namespace {

/// The short escape of a character, or 0.
constexpr char short_escape(char c) {
    switch (c) {
        case '"':
        case '\\':
            return c;
        case '\b':
            return 'b';
        case '\f':
            return 'f';
        case '\n':
            return 'n';
        case '\r':
            return 'r';
        case '\t':
            return 't';
        default:
            return 0;
    }
}

void append_escaped(std::string& out, char c) {
    if (char letter = short_escape(c)) {
        out += '\\';
        out += letter;
        return;
    }
    auto code = static_cast<unsigned char>(c);
    out.append("\\u00").push_back("0123456789abcdef"[code >> 4]);
    out += "0123456789abcdef"[code & 15];
}

/// Places the decimal point in `digits` (shortest form) where JavaScript places it; the value is
/// 0.DIGITS times ten to the power `point`.
void append_placed(std::string& out, std::string_view digits, int point) {
    auto size = static_cast<int>(digits.size());
    auto zeros = [&](int count) { out.append(static_cast<std::size_t>(count), '0'); };
    auto leading = static_cast<std::size_t>(point > 0 ? point : 0);
    if (size <= point && point <= 21) {
        out += digits;
        zeros(point - size);
    } else if (0 < point && point <= 21) {
        out.append(digits.substr(0, leading)).append(".").append(digits.substr(leading));
    } else if (-6 < point && point <= 0) {
        out += "0.";
        zeros(-point);
        out += digits;
    } else {
        out += digits[0];
        if (size > 1) {
            out.append(".").append(digits.substr(1));
        }
        out.append(point > 0 ? "e+" : "e-").append(std::to_string(std::abs(point - 1)));
    }
}

void append_finite(std::string& out, double value) {
    if (value == 0) {
        out += '0';  // JavaScript prints no negative zero
        return;
    }
    char buffer[32];
    auto printed =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
    std::string_view text(buffer, static_cast<std::size_t>(printed.ptr - buffer));
    if (text.front() == '-') {
        out += '-';
        text.remove_prefix(1);
    }
    std::size_t mark = text.find('e');
    std::string digits(text.substr(0, mark));
    if (digits.size() > 1) {
        digits.erase(1, 1);
    }
    int exponent = 0;
    std::size_t number = mark + (text[mark + 1] == '+' ? 2 : 1);
    std::from_chars(text.data() + number, text.data() + text.size(), exponent);
    append_placed(out, digits, exponent + 1);
}

template <class Integer>
void append_integer(std::string& out, Integer value) {
    char buffer[24];
    auto printed = std::to_chars(buffer, buffer + sizeof buffer, value);
    out.append(buffer, printed.ptr);
}

void append_compact_array(std::string& out, json_reader& reader) {
    reader.enter_array();
    std::string_view separator = "[";
    while (reader.next_element()) {
        out += separator;
        append_compact(out, reader);
        separator = ",";
    }
    out += separator == "[" ? "[]" : "]";
}

void append_compact_object(std::string& out, json_reader& reader) {
    reader.enter_object();
    std::string_view separator = "{";
    while (auto key = reader.next_member()) {
        out += separator;
        append_json_string(out, *key);
        out += ':';
        append_compact(out, reader);
        separator = ",";
    }
    out += separator == "{" ? "{}" : "}";
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    if (!simdjson::validate_utf8(text.data(), text.size())) {
        throw error(errc::invalid_request, "text that is not UTF-8 cannot be written as JSON");
    }
    out += '"';
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        out += text.substr(plain, i - plain);
        append_escaped(out, c);
        plain = i + 1;
    }
    out += text.substr(plain);
    out += '"';
}

void append_json_number(std::string& out, double value) {
    if (std::isfinite(value)) {
        append_finite(out, value);
    } else {
        out += "null";
    }
}

void append_json_number(std::string& out, std::int64_t value) {
    append_integer(out, value);
}
void append_json_number(std::string& out, std::uint64_t value) {
    append_integer(out, value);
}

std::string number_text(double value) {
    if (std::isnan(value)) {
        return "NaN";
    }
    if (std::isinf(value)) {
        return value < 0 ? "-Infinity" : "Infinity";
    }
    std::string out;
    append_finite(out, value);
    return out;
}

void append_compact(std::string& out, json_reader& reader) {
    switch (reader.kind()) {
        case json_kind::null:
            reader.read_null();
            out += "null";
            break;
        case json_kind::boolean:
            out += reader.read_boolean() ? "true" : "false";
            break;
        case json_kind::number:
            out += number_text(reader.read_number().value);
            break;
        case json_kind::string: {
            std::string text;
            reader.read_string(text);
            append_json_string(out, text);
            break;
        }
        case json_kind::array:
            append_compact_array(out, reader);
            break;
        case json_kind::object:
            append_compact_object(out, reader);
            break;
    }
}

std::string_view kind_name(json_kind kind) {
    switch (kind) {
        case json_kind::null:
            return "null";
        case json_kind::boolean:
            return "boolean";
        case json_kind::number:
            return "a number";
        case json_kind::string:
            return "a string";
        case json_kind::array:
        case json_kind::object:
            return "an object";
    }
    return "";
}

std::string json_path::text() const {
    std::string out = parent ? parent->text() : std::string();
    if (is_element) {
        return out + '[' + std::to_string(element) + ']';
    }
    if (!out.empty() && !key.empty()) {
        out += '.';
    }
    return out += key;
}

void refuse_json(const json_path& path, std::string_view expected, std::string_view actual) {
    std::string text = path.text();
    text += text.empty() ? "must be " : " must be ";
    text.append(expected).append(" (was ").append(actual).append(")");
    throw error(errc::invalid_request, std::move(text));
}

void refuse_repeated(const json_path& path) {
    throw error(errc::invalid_request, path.text() + " must be given once (was given again)");
}

namespace {

[[nodiscard]] std::size_t position_of(std::string_view name,
                                      std::span<const decoded_field> fields) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& field) { return field.name == name; });
    return static_cast<std::size_t>(found - fields.begin());
}

}  // namespace

void decode_fields(json_reader& reader, const json_path& path,
                   std::span<const decoded_field> fields, void* const* addresses) {
    require_kind(reader, path, json_kind::object, "an object");
    std::bitset<bound_fields_max> seen;
    reader.enter_object();
    while (auto name = reader.next_member()) {
        const std::size_t at = position_of(*name, fields);
        if (at == fields.size()) {
            reader.skip();
        } else if (seen.test(at)) {
            refuse_repeated({&path, *name});
        } else {
            seen.set(at);
            fields[at].decode(reader, {&path, fields[at].name}, addresses[at]);
        }
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].required && !seen.test(i)) {
            refuse_json({&path, fields[i].name}, "present", "missing");
        }
    }
}

void append_fields(std::string& out, std::span<const encoded_field> fields,
                   const void* const* addresses) {
    char separator = '{';
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].omitted == nullptr || !fields[i].omitted(addresses[i])) {
            out += std::exchange(separator, ',');
            out += fields[i].quoted_key;
            fields[i].append(out, addresses[i]);
        }
    }
    out += separator == '{' ? "{}" : "}";
}

void require_finite(double value) {
    if (!std::isfinite(value)) {
        throw error(
            errc::invalid_arguments,
            number_text(value) + " cannot be stored as JSON, which has finite numbers only");
    }
}

void require_signed_range(std::uint64_t value) {
    if (!std::in_range<std::int64_t>(value)) {
        throw error(errc::invalid_arguments,
                    std::to_string(value) + " cannot be stored as JSON: the largest integer is " +
                        std::to_string(std::numeric_limits<std::int64_t>::max()));
    }
}

void refuse_unnamed(std::int64_t value) {
    throw error(errc::invalid_request,
                "enum value " + std::to_string(value) + " has no name to write it by");
}

void require_kind(json_reader& reader, const json_path& path, json_kind wanted,
                  std::string_view expected) {
    json_kind actual = reader.kind();
    if (actual != wanted) {
        bool confusable = wanted == json_kind::object && actual == json_kind::array;
        refuse_json(path, expected, confusable ? "an array" : kind_name(actual));
    }
}

std::int64_t read_integer(json_reader& reader, const json_path& path, std::int64_t low,
                          std::int64_t high) {
    require_kind(reader, path, json_kind::number, "a number");
    json_number number = reader.read_number();
    if (!number.exact) {
        refuse_json(path, "an integer", number_text(number.value));
    }
    if (number.integer < low || number.integer > high) {
        refuse_json(path, "an integer from " + std::to_string(low) + " to " + std::to_string(high),
                    std::to_string(number.integer));
    }
    return number.integer;
}

}  // namespace dormouse::detail
