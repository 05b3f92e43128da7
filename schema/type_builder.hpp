// Makes types of what the parser of expressions finds, in ArkType's words where it refuses.
#pragma once

#include "schema/js_date.hpp"
#include "schema/type_algebra.hpp"
#include "schema/type_keywords.hpp"

#include <dormouse/detail/json_text.hpp>
#include <dormouse/detail/type_parser.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dormouse::detail {

/// How a refusal reads.
[[nodiscard]] std::string refusal_text(refusal why, std::string_view token, std::string_view rest);
/// The number that a literal is.
[[nodiscard]] double exact_number(std::string_view token);
[[nodiscard]] std::string without_escapes(const enclosed_text& found);

/// The builder of `type_parser` at run time.
///
/// **Thread safety:** value. **Lifetime:** longer than the parser that uses it.
class type_builder {
public:
    using node = node_ptr;

    [[noreturn]] void refuse(refusal why, std::string_view token, std::string_view rest) const {
        refuse_definition(refusal_text(why, token, rest));
    }
    [[noreturn]] void refuse_default(const std::optional<node>& found) const {
        refuse(refusal::literal_default_expected, found ? expression_of(**found) : "", "");
    }

    [[nodiscard]] std::optional<node> named(std::string_view name) const {
        node_ptr found = name.empty() ? nullptr : named_type(name);
        return found ? std::optional(std::move(found)) : std::nullopt;
    }
    [[nodiscard]] bool is_generic(std::string_view name) const { return is_generic_name(name); }
    [[nodiscard]] node generic(std::string_view name, const std::optional<node>* arguments,
                               std::size_t count) const {
        std::vector<node_ptr> nodes;
        for (std::size_t i = 0; i < count; ++i) {
            nodes.push_back(*arguments[std::min<std::size_t>(i, 3)]);
        }
        return generic_type(name, nodes);
    }

    [[nodiscard]] node number(std::string_view token) const {
        return unit_node({.kind = unit_kind::number, .number = exact_number(token)});
    }
    [[nodiscard]] node bigint(std::string_view digits) const {
        return unit_node({.kind = unit_kind::bigint, .text = std::string(digits)});
    }
    [[nodiscard]] node text(const enclosed_text& found) const {
        return unit_node({.kind = unit_kind::text, .text = without_escapes(found)});
    }
    [[nodiscard]] node date(const enclosed_text& found) const {
        const std::string source = without_escapes(found);
        auto at = parse_js_date(source);
        if (!at && looks_like_number(source)) {
            at = exact_number(source);
        }
        if (!at) {
            refuse_definition("'" + source + "' could not be parsed by the Date constructor");
        }
        return unit_node({.kind = unit_kind::date, .number = *at, .text = source});
    }
    [[nodiscard]] node regex(const enclosed_text& found, bool executes) const {
        if (executes) {
            refuse_definition(
                "x/.../ would change the text into its groups, which has no counterpart here: use "
                "/.../");
        }
        type_node made;
        made.domain = "string";
        made.patterns.push_back(written_pattern(without_escapes(found)));
        return finished(std::move(made));
    }

    [[nodiscard]] node array(const node& element) const { return array_node(element); }
    [[nodiscard]] node united(const node& left, const node& right) const {
        return unite({left, right});
    }
    [[nodiscard]] node intersection(const node& left, const node& right) const {
        return required_intersection(left, right);
    }
    [[nodiscard]] node piped(const node& from, const node& to) const {
        type_node made = *from;
        if (from->kind != node_kind::morph) {
            made = {};
            made.kind = node_kind::morph;
            made.in = from;
        }
        made.declared_out = nullptr;
        made.morphs.push_back({text_morph::piped, to});
        return finished(std::move(made));
    }
    [[nodiscard]] node brand(const node& branded, std::string_view) const { return branded; }
    [[nodiscard]] node key_of(const node& object) const { return keys_of(object); }

    [[nodiscard]] bool is_literal(const node& one) const { return one->kind == node_kind::unit; }
    [[nodiscard]] std::optional<std::string_view> limit_of(const node& one) {
        if (one->kind != node_kind::unit ||
            (one->unit.kind != unit_kind::number && one->unit.kind != unit_kind::date)) {
            return std::nullopt;
        }
        limits_.push_back(std::make_unique<std::string>(one->unit.kind == unit_kind::number
                                                            ? number_text(one->unit.number)
                                                            : "d'" + one->unit.text + "'"));
        return *limits_.back();
    }

    [[nodiscard]] node bounded(const node& operand, comparator compared,
                               std::string_view written) const {
        const bool date_limit = written.starts_with('d');
        const double value = date_limit ? *parse_limit_date(written) : exact_number(written);
        if (date_limit && !extends(operand, named_type("Date"))) {
            refuse_definition("Comparator " + std::string(comparator_text(compared)) +
                              " must be followed by a corresponding literal (was " +
                              std::string(written) + ")");
        }
        type_node constraint;
        if (extends(operand, named_type("number"))) {
            bound_number(constraint, compared, value);
        } else if (extends(operand, unite({named_type("string"), named_type("Array")}))) {
            bound_length(constraint, compared, value);
        } else if (extends(operand, named_type("Date"))) {
            bound_date(constraint, compared, value);
        } else {
            refuse_definition("Bounded expression " + expression_of(*operand) +
                              " must be exactly one of number, string, Array, or Date");
        }
        return constrained(operand, std::move(constraint));
    }

    [[nodiscard]] node divisible(const node& operand, std::string_view token) const {
        if (operand->kind == node_kind::morph || !extends(operand, named_type("number"))) {
            refuse_definition("Divisor operand must be a number (was " + operand_words(operand) +
                              ")");
        }
        type_node constraint;
        constraint.divisor = limit{std::abs(exact_number(token)), false, ""};
        return constrained(operand, std::move(constraint));
    }

private:
    static std::optional<double> parse_limit_date(std::string_view written) {
        const std::string_view source = written.substr(2, written.size() - 3);
        const auto at = parse_js_date(source);
        return at ? at : exact_number(source);
    }
    static std::string operand_words(const node& operand) {
        if (operand->kind == node_kind::morph) {
            return "a morph";
        }
        if (operand->is_unknown()) {
            return "unknown";
        }
        std::vector<node_ptr> others;
        for (const auto& branch : branches_of(operand)) {
            if (!extends(branch, named_type("number"))) {
                others.push_back(branch);
            }
        }
        return short_description_of(*unite(std::move(others)));
    }

    static void bound_number(type_node& into, comparator compared, double value) {
        const limit bound{value, is_exclusive(compared), ""};
        if (compared == comparator::equal || is_lower(compared)) {
            into.min = bound;
        }
        if (compared == comparator::equal || !is_lower(compared)) {
            into.max = bound;
        }
    }
    static void bound_length(type_node& into, comparator compared, double value) {
        const bool lower = is_lower(compared);
        const double shift = is_exclusive(compared) ? (lower ? 1 : -1) : 0;
        const limit bound{value + shift, false, ""};
        if (std::trunc(bound.value) != bound.value || bound.value < 0) {
            refuse_definition(std::string(compared == comparator::equal ? "exactLength"
                                          : lower                       ? "minLength"
                                                                        : "maxLength") +
                              " bound must be a positive integer (was " + number_text(bound.value) +
                              ")");
        }
        if (compared == comparator::equal || (!lower && bound.value == 0)) {
            into.exact_length = bound;
        } else if (lower && bound.value > 0) {
            into.min_length = bound;
        } else if (!lower) {
            into.max_length = bound;
        }
    }
    static void bound_date(type_node& into, comparator compared, double value) {
        const bool lower = is_lower(compared);
        const double shift = is_exclusive(compared) ? (lower ? 1 : -1) : 0;
        const limit bound{value + shift, false, ""};
        if (compared == comparator::equal || lower) {
            into.after = bound;
        }
        if (compared == comparator::equal || !lower) {
            into.before = bound;
        }
    }

    /// One bound at a time: `== 5` on a number is met in two steps, as upstream does.
    static node constrained(const node& operand, type_node constraint) {
        if (operand->kind == node_kind::morph) {
            refuse_definition("Bounded expression " + expression_of(*operand) +
                              " must be exactly one of number, string, Array, or Date");
        }
        if (constraint.min && constraint.max) {
            type_node lower;
            lower.min = std::exchange(constraint.min, std::nullopt);
            return required_intersection(required_intersection(operand, finished(std::move(lower))),
                                         finished(std::move(constraint)));
        }
        return required_intersection(operand, finished(std::move(constraint)));
    }

    std::vector<std::unique_ptr<std::string>> limits_;
};

}  // namespace dormouse::detail
