#include "schema/type_text.hpp"

#include "schema/js_date.hpp"
#include "schema/js_regex_parse.hpp"
#include "schema/js_url.hpp"

#include <dormouse/detail/json_text.hpp>
#include <dormouse/error.hpp>

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace dormouse::detail {
namespace {

bool is_identifier(std::string_view key) {
    const auto starts = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
    };
    return !key.empty() && starts(key[0]) && std::all_of(key.begin(), key.end(), [&](char c) {
        return starts(c) || (c >= '0' && c <= '9');
    });
}

bool passes_luhn(std::string_view text) {
    int sum = 0;
    bool doubled = false;
    for (auto at = text.rbegin(); at != text.rend(); ++at) {
        if (*at == ' ' || *at == '-') {
            continue;
        }
        const int digit = (*at - '0') * (doubled ? 2 : 1);
        sum += digit >= 10 ? digit % 10 + 1 : digit;
        doubled = !doubled;
    }
    return sum % 10 == 0;
}

const icu::Normalizer2& normalizer(text_morph form) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* found =
        form == text_morph::nfc    ? icu::Normalizer2::getNFCInstance(status)
        : form == text_morph::nfd  ? icu::Normalizer2::getNFDInstance(status)
        : form == text_morph::nfkc ? icu::Normalizer2::getNFKCInstance(status)
                                   : icu::Normalizer2::getNFKDInstance(status);
    if (U_FAILURE(status) || found == nullptr) {
        throw error(errc::invalid_arguments, "Unicode normalisation is not available");
    }
    return *found;
}

icu::UnicodeString unicode(std::string_view text) {
    return icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}
std::string utf8(const icu::UnicodeString& text) {
    std::string out;
    text.toUTF8String(out);
    return out;
}

std::string normalized(text_morph form, std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    return utf8(normalizer(form).normalize(unicode(text), status));
}

std::string capitalized(std::string_view text) {
    // Upstream changes the first UTF-16 unit: half of a pair stays as it is.
    const icu::UnicodeString whole = unicode(text);
    if (whole.isEmpty() || U16_IS_SURROGATE(whole.charAt(0))) {
        return std::string(text);
    }
    icu::UnicodeString first(whole, 0, 1);
    return utf8(first.toUpper(icu::Locale::getRoot()) + icu::UnicodeString(whole, 1));
}

bool is_js_space(char16_t c) {
    return (c >= 9 && c <= 13) || c == 32 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

std::string trimmed(std::string_view text) {
    const icu::UnicodeString whole = unicode(text);
    std::int32_t begin = 0;
    std::int32_t end = whole.length();
    while (begin < end && is_js_space(whole.charAt(begin))) {
        ++begin;
    }
    while (end > begin && is_js_space(whole.charAt(end - 1))) {
        --end;
    }
    return utf8(icu::UnicodeString(whole, begin, end - begin));
}

std::string changed_text(text_morph what, std::string_view text) {
    switch (what) {
        case text_morph::trim:
            return trimmed(text);
        case text_morph::lower:
            return utf8(unicode(text).toLower(icu::Locale::getRoot()));
        case text_morph::upper:
            return utf8(unicode(text).toUpper(icu::Locale::getRoot()));
        case text_morph::capitalize:
            return capitalized(text);
        default:
            return normalized(what, text);
    }
}

double read_double(std::string_view text) {
    double value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec == std::errc::result_out_of_range) {
        value = text.find('.') < 2 ? 0 : std::numeric_limits<double>::infinity();
        value = text.starts_with('-') ? -value : value;
    }
    return value;
}

argument_value number_value(double number) {
    argument_value value;
    value.kind = argument_kind::number;
    value.number = number;
    constexpr double exact_max = 9007199254740992;
    if (std::abs(number) <= exact_max && number == std::trunc(number)) {
        value.exact = true;
        value.integer = static_cast<std::int64_t>(number);
    }
    return value;
}

argument_value date_value(double milliseconds) {
    argument_value value;
    value.kind = argument_kind::date;
    value.number = milliseconds;
    value.integer = static_cast<std::int64_t>(milliseconds);
    value.exact = true;
    return value;
}

text_change complaint(std::string expected) {
    return {{}, text_complaint{"", std::move(expected), ""}};
}

text_change changed_date(std::string_view text) {
    const auto at = parse_js_date(text);
    return at ? text_change{date_value(*at), std::nullopt} : complaint("a parsable date");
}

text_change changed_integer(std::string_view text) {
    constexpr double safe_max = 9007199254740991;
    const double number = read_double(text);
    if (std::abs(number) > safe_max) {
        return complaint(
            "an integer in the range Number.MIN_SAFE_INTEGER to Number.MAX_SAFE_INTEGER");
    }
    return {number_value(number), std::nullopt};
}

text_change changed_json(std::string_view text, memory_block& memory) {
    if (text.empty()) {
        return {{}, text_complaint{"", "a JSON string", "empty"}};
    }
    if (auto why = json_complaint(text)) {
        return {{}, text_complaint{"must be a JSON string (SyntaxError: " + *why + ")", "", ""}};
    }
    json_reader reader(text);
    return {read_argument(reader, memory), std::nullopt};
}

}  // namespace

std::size_t utf16_length(std::string_view text) {
    std::size_t units = 0;
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0) != 0x80) {
            units += byte >= 0xF0 ? 2 : 1;
        }
    }
    return units;
}

void append_access(std::string& path, std::string_view key) {
    if (is_identifier(key)) {
        path.append(path.empty() ? "" : ".").append(key);
        return;
    }
    path += '[';
    append_json_string(path, key);
    path += ']';
}

std::string path_text(const std::vector<std::string>& path) {
    std::string out;
    for (const auto& key : path) {
        append_access(out, key);
    }
    return out;
}

bool within(limit_kind kind, const limit& bound, double measure) {
    switch (kind) {
        case limit_kind::divisor:
            return std::isfinite(measure) && std::fmod(measure, bound.value) == 0;
        case limit_kind::exact_length:
            return measure == bound.value;
        case limit_kind::max:
        case limit_kind::max_length:
        case limit_kind::before:
            return bound.exclusive ? measure < bound.value : measure <= bound.value;
        case limit_kind::min:
        case limit_kind::min_length:
        case limit_kind::after:
            return bound.exclusive ? measure > bound.value : measure >= bound.value;
    }
    return false;
}

bool within(limit_kind kind, const limit& bound, const unit_value& value) {
    const bool text = value.kind == unit_kind::text;
    return within(kind, bound, text ? static_cast<double>(utf16_length(value.text)) : value.number);
}

std::optional<text_complaint> complaint_about(text_predicate what, std::string_view text) {
    const auto unless = [](bool good) {
        return good ? std::nullopt : std::optional(text_complaint{});
    };
    switch (what) {
        case text_predicate::parsable_date:
            return unless(parse_js_date(text).has_value());
        case text_predicate::parsable_url:
            return unless(parse_js_url(text).has_value());
        case text_predicate::json:
            if (auto why = json_complaint(text)) {
                return text_complaint{"must be a JSON string (SyntaxError: " + *why + ")", "", ""};
            }
            return std::nullopt;
        case text_predicate::regex:
            try {
                (void)parse_regex(text);
                return std::nullopt;
            } catch (const error& e) {
                return text_complaint{"SyntaxError: " + std::string(e.what()), "", ""};
            }
        case text_predicate::luhn:
            return unless(passes_luhn(text));
        case text_predicate::epoch: {
            constexpr double limit = 8'640'000'000'000'000;
            const double number = read_double(text);
            if (std::abs(number) <= limit) {
                return std::nullopt;
            }
            return text_complaint{"",
                                  number > 0 ? "a Unix timestamp before 8640000000000000"
                                             : "a Unix timestamp after -8640000000000000",
                                  number_text(number)};
        }
        case text_predicate::nfc:
        case text_predicate::nfd:
        case text_predicate::nfkc:
        case text_predicate::nfkd: {
            constexpr std::array forms{text_morph::nfc, text_morph::nfd, text_morph::nfkc,
                                       text_morph::nfkd};
            const auto form = forms[static_cast<std::size_t>(what) -
                                    static_cast<std::size_t>(text_predicate::nfc)];
            return unless(normalized(form, text) == text);
        }
    }
    return std::nullopt;
}

text_change changed(text_morph what, const argument_value& value, memory_block& memory) {
    switch (what) {
        case text_morph::number:
            return {number_value(read_double(value.text)), std::nullopt};
        case text_morph::integer:
            return changed_integer(value.text);
        case text_morph::date:
            return changed_date(value.text);
        case text_morph::iso_date: {
            // Some ISO forms (weeks, ordinals) are no dates for JavaScript: an invalid date.
            const auto at = parse_js_date(value.text);
            return {date_value(at.value_or(std::nan(""))), std::nullopt};
        }
        case text_morph::epoch: {
            // As upstream: the digits are read as a date's text, not as milliseconds.
            const auto at = parse_js_date(value.text);
            return {date_value(at.value_or(std::nan(""))), std::nullopt};
        }
        case text_morph::json:
            return changed_json(value.text, memory);
        case text_morph::url: {
            const auto href = parse_js_url(value.text);
            if (!href) {
                return complaint("a URL string");
            }
            argument_value url{.kind = argument_kind::url};
            url.text = memory.copy(*href);
            return {url, std::nullopt};
        }
        case text_morph::stringify: {
            std::string json;
            append_argument(json, value);
            argument_value text{.kind = argument_kind::string};
            text.text = memory.copy(json);
            return {text, std::nullopt};
        }
        default: {
            argument_value text{.kind = argument_kind::string};
            text.text = memory.copy(changed_text(what, value.text));
            return {text, std::nullopt};
        }
    }
}

}  // namespace dormouse::detail
