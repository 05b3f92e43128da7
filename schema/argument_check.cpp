#include "schema/argument_check.hpp"

#include "schema/string_formats.hpp"

#include <dormouse/detail/json_text.hpp>
#include <dormouse/timestamp.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace dormouse::detail {
namespace {

/// What a value fails to be, and what it is instead where that is not the value itself.
struct failed_constraint {
    std::string expected;
    std::string actual;  ///< Empty: not worth saying.
};
using constraints = std::vector<failed_constraint>;

std::string value_number_text(const argument_value& value) {
    return value.exact ? std::to_string(value.integer) : number_text(value.number);
}

/// The value as ArkType prints it.
std::string printed(const argument_value& value) {
    std::string out;
    if (!value.raw.empty()) {
        json_reader reader(value.raw);
        append_compact(out, reader);
        return out;
    }
    switch (value.kind) {
        case argument_kind::missing:
            return "missing";
        case argument_kind::null:
            return "null";
        case argument_kind::boolean:
            return value.truth ? "true" : "false";
        case argument_kind::number:
            return value_number_text(value);
        case argument_kind::string:
            append_json_string(out, value.text);
            return out;
        case argument_kind::date:
            return to_iso8601(timestamp(std::chrono::milliseconds(value.integer)));
        case argument_kind::array:
        case argument_kind::other:
            return "an object";
    }
    return out;
}

/// How a number or string refuses another kind: "a string", but "boolean".
std::string_view domain_of(const argument_value& value) {
    switch (value.kind) {
        case argument_kind::missing:
            return "missing";
        case argument_kind::null:
            return "null";
        case argument_kind::boolean:
            return "boolean";
        case argument_kind::number:
            return "a number";
        case argument_kind::string:
            return "a string";
        default:
            return "an object";
    }
}

/// How an array or a date refuses another kind: "string".
std::string_view class_of(const argument_value& value) {
    std::string_view domain = domain_of(value);
    if (value.kind == argument_kind::array) {
        return "Array";
    }
    return domain.substr(domain.rfind(' ') == std::string_view::npos ? 0 : domain.rfind(' ') + 1);
}

std::string one_of_these(std::vector<std::string> choices) {
    std::sort(choices.begin(), choices.end());
    std::string text;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (i > 0) {
            text += i + 1 == choices.size() ? " or " : ", ";
        }
        text += choices[i];
    }
    return text;
}

/// What the whole expression asks for, as far as the kind of value goes.
std::string expected_kind(const type_expression& expression) {
    std::vector<std::string> choices;
    if (expression.nullable) {
        choices.emplace_back("null");
    }
    if (expression.array) {
        choices.emplace_back("an array");
    } else if (expression.kind == expression_kind::literals) {
        for (std::size_t i = 0; i < expression.literal_count; ++i) {
            append_json_string(choices.emplace_back(), expression.literals[i]);
        }
    } else if (expression.kind == expression_kind::boolean && expression.nullable) {
        choices.insert(choices.end(), {"false", "true"});
    } else if (expression.kind == expression_kind::boolean) {
        return "boolean";
    } else if (expression.kind == expression_kind::number) {
        choices.emplace_back("a number");
    } else if (expression.kind == expression_kind::date) {
        choices.emplace_back("a Date");
    } else {
        choices.emplace_back("a string");
    }
    return one_of_these(std::move(choices));
}

bool kind_fits(const type_expression& expression, const argument_value& value) {
    if (expression.array) {
        return value.kind == argument_kind::array;
    }
    switch (expression.kind) {
        case expression_kind::boolean:
            return value.kind == argument_kind::boolean;
        case expression_kind::number:
            return value.kind == argument_kind::number && std::isfinite(value.number);
        case expression_kind::string:
            return value.kind == argument_kind::string;
        case expression_kind::literals:
            return value.kind == argument_kind::string &&
                   expression.find_literal(value.text) < expression.literal_count;
        case expression_kind::date:
            return value.kind == argument_kind::date ||
                   (value.kind == argument_kind::string && parse_timestamp(value.text));
        default:
            return true;
    }
}

failed_constraint wrong_kind(const type_expression& expression, const argument_value& value) {
    bool uuid = expression.kind == expression_kind::string && !expression.array &&
                expression.format == string_format::uuid;
    if (value.kind == argument_kind::missing) {
        if (expression.kind == expression_kind::unknown && !expression.array) {
            return {"present", "missing"};
        }
        return {uuid ? "a string or a UUID" : expected_kind(expression), "missing"};
    }
    bool by_value = expression.nullable || expression.kind == expression_kind::boolean ||
                    expression.kind == expression_kind::literals;
    if (uuid) {
        return {"a UUID", printed(value)};
    }
    if (expression.array && !expression.nullable) {
        return {"an array", std::string(class_of(value))};
    }
    if (by_value) {
        return {expected_kind(expression), printed(value)};
    }
    if (value.kind == argument_kind::number && expression.kind == expression_kind::number) {
        return {expression.integer ? "an integer" : "a number", number_text(value.number)};
    }
    if (expression.kind == expression_kind::date) {
        bool unreadable = value.kind == argument_kind::string;
        return {"a Date", unreadable ? printed(value) : std::string(class_of(value))};
    }
    return {expected_kind(expression), std::string(domain_of(value))};
}

void check_length(const type_expression& expression, std::size_t length, constraints& failed) {
    auto size = static_cast<double>(length);
    double low = expression.low.present ? std::ceil(expression.low.limit) : 0;
    if (expression.low.exclusive && low == expression.low.limit) {
        low += 1;
    }
    double high = std::floor(expression.high.limit);
    if (expression.high.exclusive && high == expression.high.limit) {
        high -= 1;
    }
    low = std::max(low, 0.0);
    if (expression.high.present && low == high && size != low) {
        failed.push_back({"exactly length " + number_text(low), number_text(size)});
    } else if (size < low && low == 1) {
        failed.push_back({"non-empty", ""});
    } else if (size < low) {
        failed.push_back({"at least length " + number_text(low), length ? number_text(size) : ""});
    } else if (expression.high.present && size > high) {
        failed.push_back({"at most length " + number_text(high), number_text(size)});
    }
}

void check_string(const type_expression& expression, const argument_value& value,
                  constraints& failed) {
    if (!has_format(value.text, expression.format)) {
        failed.push_back({std::string(format_name(expression.format)), printed(value)});
    }
    if (expression.low.present || expression.high.present) {
        check_length(expression, utf16_length(value.text), failed);
    }
}

std::string multiple_of(double divisor) {
    if (divisor == 1) {
        return "an integer";
    }
    return divisor == 2 ? "even" : "a multiple of " + number_text(divisor);
}

std::string number_bound(const bound& limit, bool low) {
    if (limit.limit == 0) {
        if (limit.exclusive) {
            return low ? "positive" : "negative";
        }
        return low ? "non-negative" : "non-positive";
    }
    std::string_view relation =
        limit.exclusive ? (low ? "more than " : "less than ") : (low ? "at least " : "at most ");
    return std::string(relation) + number_text(limit.limit);
}

void check_number(const type_expression& expression, const argument_value& value,
                  constraints& failed) {
    std::string actual = value_number_text(value);
    double divisor = expression.integer && expression.divisor == 0 ? 1 : expression.divisor;
    bool unreadable = expression.integer && !value.exact;
    if (unreadable || (divisor != 0 && std::fmod(value.number, divisor) != 0)) {
        failed.push_back({multiple_of(divisor), actual});
    }
    const bound& low = expression.low;
    const bound& high = expression.high;
    if (low.present && (low.exclusive ? value.number <= low.limit : value.number < low.limit)) {
        failed.push_back({number_bound(low, true), actual});
    }
    if (high.present && (high.exclusive ? value.number >= high.limit : value.number > high.limit)) {
        failed.push_back({number_bound(high, false), actual});
    }
}

constraints find_failures(const type_expression& expression, const argument_value& value) {
    constraints failed;
    bool absent = value.kind == argument_kind::missing;
    if ((absent && expression.optional) ||
        (value.kind == argument_kind::null && expression.nullable)) {
        return failed;
    }
    if (absent || !kind_fits(expression, value)) {
        failed.push_back(wrong_kind(expression, value));
    } else if (expression.array) {
        check_length(expression, value.elements.size(), failed);
    } else if (expression.kind == expression_kind::string) {
        check_string(expression, value, failed);
    } else if (expression.kind == expression_kind::number) {
        check_number(expression, value, failed);
    }
    if (expression.nullable && failed.size() == 1 && kind_fits(expression, value)) {
        failed[0] = {one_of_these({failed[0].expected, "null"}), printed(value)};
    }
    return failed;
}

void append_line(std::string& text, std::string_view path, const constraints& failed,
                 const argument_value& value) {
    if (failed.empty()) {
        return;
    }
    if (!text.empty()) {
        text += '\n';
    }
    text += path;
    if (failed.size() > 1) {
        text.append(" (").append(printed(value)).append(") must be...");
        for (const auto& one : failed) {
            text.append("\n  \u25E6 ").append(one.expected);
        }
        return;
    }
    text.append(" must be ").append(failed[0].expected);
    if (!failed[0].actual.empty()) {
        text.append(" (was ").append(failed[0].actual).append(")");
    }
}

std::string element_path(std::string_view path, std::size_t index) {
    return std::string(path) + '[' + std::to_string(index) + ']';
}

}  // namespace

void append_problems(std::string& text, std::string_view path, const type_expression& expression,
                     const argument_value& value) {
    constraints failed = find_failures(expression, value);
    append_line(text, path, failed, value);
    if (!failed.empty() || !expression.array || value.kind != argument_kind::array) {
        return;
    }
    std::size_t before = text.size();
    type_expression element = expression.element();
    for (std::size_t i = 0; i < value.elements.size(); ++i) {
        append_line(text, element_path(path, i), find_failures(element, value.elements[i]),
                    value.elements[i]);
    }
    if (expression.nullable && text.size() != before) {
        text.append(" or ").append(path).append(" must be null (was ");
        text.append(printed(value)).append(")");
    }
}

bool fits(const type_expression& expression, const argument_value& value) {
    if (!find_failures(expression, value).empty()) {
        return false;
    }
    if (!expression.array || value.kind != argument_kind::array) {
        return true;
    }
    type_expression element = expression.element();
    return std::all_of(
        value.elements.begin(), value.elements.end(),
        [&](const argument_value& one) { return find_failures(element, one).empty(); });
}

}  // namespace dormouse::detail
