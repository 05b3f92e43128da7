// How types read in messages: what a value must be, and the type as a definition.
#include "schema/type_node.hpp"

#include <dormouse/detail/json_text.hpp>
#include <dormouse/timestamp.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace dormouse::detail {
namespace {

std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

template <class Part, class Words>
void append_parts(std::vector<std::string>& out, const std::vector<Part>& parts, Words words) {
    std::transform(parts.begin(), parts.end(), std::back_inserter(out), words);
}

std::string joined(const std::vector<std::string>& texts, std::string_view delimiter) {
    std::string out;
    for (const auto& text : texts) {
        out.append(out.empty() ? "" : delimiter).append(text);
    }
    return out;
}

std::string elements_text(const element_list& list) {
    if (list.fixed_size() + list.postfix.size() == 0 && list.variadic) {
        return nestable_expression_of(*list.variadic) + "[]";
    }
    std::vector<std::string> parts;
    append_parts(parts, list.prefix, [](const auto& one) { return expression_of(*one); });
    append_parts(parts, list.defaultables, [](const auto& one) {
        return nestable_expression_of(*one.node) + " = " + printed(one.preset);
    });
    append_parts(parts, list.optionals,
                 [](const auto& one) { return nestable_expression_of(*one) + "?"; });
    if (list.variadic) {
        parts.push_back("..." + nestable_expression_of(*list.variadic) + "[]");
    }
    append_parts(parts, list.postfix, [](const auto& one) { return expression_of(*one); });
    return "[" + joined(parts, ", ") + "]";
}

/// The text of an object's shape; `words` says what a member's type reads as.
std::string shape_text(const object_shape& shape, std::string (*words)(const type_node&),
                       bool with_defaults) {
    std::vector<std::string> parts;
    append_parts(parts, shape.index, [&](const index_signature& one) {
        return "[" + expression_of(*one.key) + "]: " + words(*one.value);
    });
    append_parts(parts, shape.required,
                 [&](const property& one) { return one.key + ": " + words(*one.value); });
    append_parts(parts, shape.optional, [&](const property& one) {
        if (one.preset && with_defaults) {
            return one.key + ": " + words(*one.value) + " = " + printed(*one.preset);
        }
        return one.key + "?: " + words(*one.value);
    });
    if (parts.empty()) {
        return shape.elements ? elements_text(*shape.elements) : "{}";
    }
    if (shape.undeclared != undeclared_keys::ignore) {
        parts.push_back(shape.undeclared == undeclared_keys::reject ? "+ (undeclared): reject"
                                                                    : "+ (undeclared): delete");
    }
    std::string text = "{ " + joined(parts, ", ") + " }";
    return shape.elements ? text + " & " + elements_text(*shape.elements) : text;
}

std::string basis_text(const type_node& node) {
    return node.proto.empty() ? node.domain : node.proto;
}

bool hides_basis_expression(const type_node& node) {
    return !node.patterns.empty();
}

std::string intersection_expression(const type_node& node) {
    if (node.shape) {
        return shape_text(*node.shape, &expression_of, true);
    }
    std::vector<std::string> refinements;
    append_parts(refinements, node.patterns,
                 [](const auto& one) { return "/" + one.rule + "/" + one.flags; });
    for_each_limit(node, [&](limit_kind kind, const limit& bound) {
        refinements.push_back(expression_of(kind, bound));
    });
    const std::string basis = hides_basis_expression(node) ? "" : basis_text(node);
    const std::string text = basis + (basis.empty() ? "" : " ") + joined(refinements, " & ");
    if (text == "Array == 0") {
        return "[]";
    }
    return text.empty() ? "unknown" : text;
}

std::string intersection_description(const type_node& node) {
    if (node.is_unknown()) {
        return "unknown";
    }
    if (node.shape) {
        return shape_text(*node.shape, &description_of, false);
    }
    std::vector<std::string> parts;
    const bool hides_basis = !node.patterns.empty() || node.divisor || node.max || node.min;
    if (node.has_basis() && !hides_basis) {
        type_node basis;
        basis.domain = node.domain;
        basis.proto = node.proto;
        parts.push_back(node.basis_described.empty() ? short_description_of(*finished(basis))
                                                     : node.basis_described);
    }
    append_parts(parts, node.patterns, [](const auto& one) { return description_of(one); });
    std::vector<std::pair<limit_kind, std::string>> limits;
    for_each_limit(node, [&](limit_kind kind, const limit& bound) {
        limits.emplace_back(kind, description_of(kind, bound));
    });
    // The minimum reads before the maximum.
    for (std::size_t i = 1; i < limits.size(); ++i) {
        if (limits[i - 1].first == limit_kind::max && limits[i].first == limit_kind::min) {
            std::swap(limits[i - 1], limits[i]);
        }
    }
    append_parts(parts, limits, [](const auto& one) { return one.second; });
    append_parts(parts, node.predicates, [](const auto& one) { return description_of(one); });
    return joined(parts, " and ");
}

bool is_boolean(const type_node& node) {
    return node.branches.size() == 2 && node.branches[0]->kind == node_kind::unit &&
           node.branches[1]->kind == node_kind::unit &&
           node.branches[0]->unit.kind == unit_kind::boolean &&
           node.branches[1]->unit.kind == unit_kind::boolean;
}

std::vector<std::string> texts_of(const std::vector<node_ptr>& nodes,
                                  std::string (*words)(const type_node&)) {
    std::vector<std::string> out;
    append_parts(out, nodes, [&](const auto& one) { return words(*one); });
    return out;
}

}  // namespace

std::string joined_branches(const std::vector<std::string>& texts, std::string_view delimiter,
                            std::string_view last) {
    if (texts.empty()) {
        return "never";
    }
    if (texts.size() == 2 && ((texts[0] == "false" && texts[1] == "true") ||
                              (texts[0] == "true" && texts[1] == "false"))) {
        return "boolean";
    }
    std::vector<std::string> unique;
    for (const auto& text : texts) {
        if (std::find(unique.begin(), unique.end(), text) == unique.end()) {
            unique.push_back(text);
        }
    }
    const std::string end = unique.back();
    unique.pop_back();
    std::string out = joined(unique, delimiter);
    return unique.empty() ? end : out.append(last).append(end);
}

std::string_view domain_description(std::string_view domain) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> words{{
        {"bigint", "a bigint"},
        {"boolean", "boolean"},
        {"null", "null"},
        {"number", "a number"},
        {"object", "an object"},
        {"string", "a string"},
        {"symbol", "a symbol"},
        {"undefined", "undefined"},
    }};
    const auto* found = std::find_if(words.begin(), words.end(),
                                     [&](const auto& one) { return one.first == domain; });
    return found == words.end() ? std::string_view() : found->second;
}

std::string proto_description(std::string_view proto) {
    constexpr std::array<std::string_view, 7> instances{
        "ArrayBuffer", "Blob", "File", "FormData", "Headers", "Request", "Response"};
    constexpr std::array<std::string_view, 5> an{"Array", "Error", "Int8Array", "Int16Array",
                                                 "Int32Array"};
    const auto is_in = [&](const auto& names) {
        return std::find(names.begin(), names.end(), proto) != names.end();
    };
    if (proto == "Array") {
        return "an array";
    }
    if (proto == "Function") {
        return "a function";
    }
    const std::string text(proto);
    if (is_in(instances) || proto == "URL") {
        return (proto == "ArrayBuffer" ? "an " : "a ") + text + " instance";
    }
    return (is_in(an) ? "an " : "a ") + text;
}

std::string described_date(double milliseconds) {
    constexpr std::array<std::string_view, 12> months{
        "January", "February", "March",     "April",   "May",      "June",
        "July",    "August",   "September", "October", "November", "December"};
    using namespace std::chrono;
    const sys_time<std::chrono::milliseconds> at{
        std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds))};
    const auto day = floor<days>(at);
    const year_month_day date(day);
    const hh_mm_ss time(at - day);
    const bool midnight = at == day;
    if (midnight && unsigned(date.month()) == 1 && unsigned(date.day()) == 1) {
        return std::to_string(int(date.year()));
    }
    const std::string day_text = std::string(months[unsigned(date.month()) - 1]) + " " +
                                 std::to_string(unsigned(date.day())) + ", " +
                                 std::to_string(int(date.year()));
    if (midnight) {
        return day_text;
    }
    const auto hours = time.hours().count();
    char buffer[48];
    std::snprintf(buffer, sizeof buffer, "%d:%02d",
                  static_cast<int>(hours % 12 == 0 ? 12 : hours % 12),
                  static_cast<int>(time.minutes().count()));
    std::string text = buffer;
    if (time.seconds().count() != 0 || time.subseconds().count() != 0) {
        std::snprintf(buffer, sizeof buffer, ":%02d", static_cast<int>(time.seconds().count()));
        text += buffer;
    }
    if (time.subseconds().count() != 0) {
        std::snprintf(buffer, sizeof buffer, ".%03d", static_cast<int>(time.subseconds().count()));
        text += buffer;
    }
    return text + (hours < 12 ? " AM, " : " PM, ") + day_text;
}

std::string printed(const unit_value& value) {
    switch (value.kind) {
        case unit_kind::undefined:
            return "undefined";
        case unit_kind::null:
            return "null";
        case unit_kind::boolean:
            return value.truth ? "true" : "false";
        case unit_kind::number:
            return number_text(value.number);
        case unit_kind::bigint:
            return value.text + "n";
        case unit_kind::text:
            return quoted(value.text);
        case unit_kind::date:
            return described_date(value.number);
    }
    return {};
}

std::string_view domain_of(const unit_value& value) {
    constexpr std::array<std::string_view, 7> domains{"undefined", "null",   "boolean", "number",
                                                      "bigint",    "string", "object"};
    return domains[static_cast<std::size_t>(value.kind)];
}

std::string description_of(const text_pattern& pattern) {
    return pattern.described.empty() ? "matched by " + pattern.rule : pattern.described;
}

std::string description_of(const predicate& one) {
    if (!one.described.empty()) {
        return one.described;
    }
    return one.what == text_predicate::epoch ? "valid according to an anonymous predicate"
                                             : "valid according to predicate";
}

std::string description_of(limit_kind kind, const limit& bound) {
    if (!bound.described.empty()) {
        return bound.described;
    }
    const std::string value = number_text(bound.value);
    switch (kind) {
        case limit_kind::divisor:
            return bound.value == 1   ? "an integer"
                   : bound.value == 2 ? "even"
                                      : "a multiple of " + value;
        case limit_kind::exact_length:
            return "exactly length " + value;
        case limit_kind::max:
            if (bound.value == 0) {
                return bound.exclusive ? "negative" : "non-positive";
            }
            return (bound.exclusive ? "less than " : "at most ") + value;
        case limit_kind::min:
            if (bound.value == 0) {
                return bound.exclusive ? "positive" : "non-negative";
            }
            return (bound.exclusive ? "more than " : "at least ") + value;
        case limit_kind::max_length:
            return "at most length " + value;
        case limit_kind::min_length:
            return bound.value == 1 ? "non-empty" : "at least length " + value;
        case limit_kind::before:
            return described_date(bound.value) + " or earlier";
        case limit_kind::after:
            return described_date(bound.value) + " or later";
    }
    return {};
}

std::string expression_of(limit_kind kind, const limit& bound) {
    const bool date = kind == limit_kind::before || kind == limit_kind::after;
    const std::string value = date ? described_date(bound.value) : number_text(bound.value);
    const bool lower =
        kind == limit_kind::min || kind == limit_kind::min_length || kind == limit_kind::after;
    switch (kind) {
        case limit_kind::divisor:
            return "% " + value;
        case limit_kind::exact_length:
            return "== " + value;
        default:
            return std::string(lower ? ">" : "<") + (bound.exclusive ? " " : "= ") + value;
    }
}

std::string expression_of(const type_node& node) {
    switch (node.kind) {
        case node_kind::united:
            return is_boolean(node)
                       ? "boolean"
                       : joined_branches(texts_of(node.branches, &nestable_expression_of), " | ",
                                         " | ");
        case node_kind::morph: {
            const node_ptr self = std::make_shared<type_node>(node);
            return "(In: " + expression_of(*input_of(self)) + ") => " +
                   (node.morphs.back().to ? "To<" : "Out<") + expression_of(*output_of(self)) + ">";
        }
        case node_kind::unit:
            return printed(node.unit);
        case node_kind::intersection:
            return intersection_expression(node);
        default:
            return basis_text(node);
    }
}

std::string nestable_expression_of(const type_node& node) {
    const bool nested = node.kind == node_kind::united && !is_boolean(node);
    return nested ? "(" + expression_of(node) + ")" : expression_of(node);
}

std::string description_of(const type_node& node) {
    if (!node.described.empty()) {
        return node.described;
    }
    switch (node.kind) {
        case node_kind::united:
            return joined_branches(texts_of(node.branches, &description_of));
        case node_kind::morph: {
            const node_ptr self = std::make_shared<type_node>(node);
            return "a morph from " + description_of(*input_of(self)) + " to " +
                   description_of(*output_of(self));
        }
        case node_kind::unit:
            return printed(node.unit);
        case node_kind::intersection:
            return intersection_description(node);
        case node_kind::proto:
            return proto_description(node.proto);
        case node_kind::domain:
            return std::string(domain_description(node.domain));
    }
    return {};
}

std::string short_description_of(const type_node& node) {
    switch (node.kind) {
        case node_kind::united:
            return joined_branches(texts_of(node.branches, &short_description_of));
        case node_kind::morph: {
            const node_ptr in = input_of(std::make_shared<type_node>(node));
            return in->described.empty() ? short_description_of(*in) : in->described;
        }
        case node_kind::unit:
            return node.unit.kind == unit_kind::date ? "an object" : description_of(node);
        case node_kind::proto:
            return description_of(node);
        case node_kind::domain:
            return std::string(domain_description(node.domain));
        case node_kind::intersection:
            if (!node.has_basis()) {
                return "present";
            }
            // The basis counts, and what it was renamed to.
            if (!node.proto.empty() && !node.basis_described.empty()) {
                return node.basis_described;
            }
            return node.proto.empty() ? std::string(domain_description(node.domain))
                                      : proto_description(node.proto);
    }
    return {};
}

}  // namespace dormouse::detail
