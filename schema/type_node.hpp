// A type as ArkType sees it, after reduction: what a value is checked against, and what messages
// are made of. Made once for each definition, then only read.
#pragma once

#include "schema/js_regex.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dormouse::detail {

struct type_node;
using node_ptr = std::shared_ptr<const type_node>;

/// Ordered by precedence: of two nodes that meet, the earlier decides how.
enum class node_kind : std::uint8_t { united, morph, unit, intersection, proto, domain };

enum class unit_kind : std::uint8_t { undefined, null, boolean, number, bigint, text, date };

/// A value that a definition can name.
struct unit_value {
    unit_kind kind = unit_kind::undefined;
    bool truth = false;
    double number = 0;  ///< Of a date: milliseconds.
    std::string text;   ///< Also the digits of a bigint, and a date as it was written.
};

struct limit {
    double value = 0;
    bool exclusive = false;
    std::string described;  ///< Instead of the usual words.
};

struct text_pattern {
    std::string rule;
    std::string flags;
    bool has_flags = false;  ///< Upstream writes flags down where a keyword brings the pattern.
    std::string described;
    std::shared_ptr<const js_regex> compiled;
    std::string json;
};

enum class text_predicate : std::uint8_t {
    parsable_date,
    parsable_url,
    json,
    regex,
    luhn,
    epoch,
    nfc,
    nfd,
    nfkc,
    nfkd,
};
struct predicate {
    text_predicate what{};
    std::string described;
    std::string json;
};

enum class text_morph : std::uint8_t {
    trim,
    lower,
    upper,
    capitalize,
    nfc,
    nfd,
    nfkc,
    nfkd,
    number,
    integer,
    date,
    epoch,
    iso_date,
    json,
    url,
    stringify,
    piped,  ///< Checks the result against `to`.
};
struct morph_step {
    text_morph what{};
    node_ptr to;
};

struct property {
    std::string key;
    node_ptr value;
    bool required = true;
    std::optional<unit_value> preset;  ///< The default.
    std::string json;
};

struct index_signature {
    node_ptr key;
    node_ptr value;
    std::string json;
};

struct defaultable {
    node_ptr node;
    unit_value preset;
};
struct element_list {
    std::vector<node_ptr> prefix;
    std::vector<defaultable> defaultables;
    std::vector<node_ptr> optionals;
    node_ptr variadic;
    std::size_t variadic_min = 0;
    std::vector<node_ptr> postfix;

    [[nodiscard]] std::size_t size_min() const {
        return prefix.size() + variadic_min + postfix.size();
    }
    [[nodiscard]] std::size_t fixed_size() const {
        return prefix.size() + defaultables.size() + optionals.size();
    }
};

enum class undeclared_keys : std::uint8_t { ignore, reject, remove };

struct object_shape {
    std::vector<property> required;
    std::vector<property> optional;
    std::vector<index_signature> index;
    std::optional<element_list> elements;
    undeclared_keys undeclared = undeclared_keys::ignore;
};

struct type_node {
    node_kind kind = node_kind::intersection;

    unit_value unit;

    // domain, proto, and intersections of one with what follows; empty: anything
    std::string domain;
    std::string proto;
    std::string basis_described;
    bool basis_allows_nan_said = false;  // number.safe says so in its hash
    std::vector<text_pattern> patterns;
    std::optional<limit> divisor;
    std::optional<limit> exact_length;
    std::optional<limit> max;
    std::optional<limit> min;
    std::optional<limit> max_length;
    std::optional<limit> min_length;
    std::optional<limit> before;
    std::optional<limit> after;
    std::optional<object_shape> shape;
    std::vector<predicate> predicates;

    std::vector<node_ptr> branches;  // of a union

    node_ptr in;
    node_ptr declared_in;
    node_ptr declared_out;
    std::vector<morph_step> morphs;

    std::string described;  // instead of the usual words
    std::string format;

    // Worked out by `finished`.
    bool transforms = false;  ///< A morph or a default is inside.
    std::string json;         ///< As a part of another node.
    std::string inner_hash;   ///< Equal for equal types.
    std::string hash;         ///< The order of a union's branches.

    [[nodiscard]] bool is_unknown() const {
        return kind == node_kind::intersection && domain.empty() && proto.empty() &&
               patterns.empty() && !divisor && !exact_length && !max && !min && !max_length &&
               !min_length && !before && !after && !shape && predicates.empty();
    }
    [[nodiscard]] bool is_never() const { return kind == node_kind::united && branches.empty(); }
    [[nodiscard]] bool has_basis() const { return !domain.empty() || !proto.empty(); }
    [[nodiscard]] bool has_refinements() const;
};

[[nodiscard]] inline bool equal(const node_ptr& left, const node_ptr& right) {
    return left->inner_hash == right->inner_hash;
}

/// Gives the node its kind and its texts.
[[nodiscard]] node_ptr finished(type_node node);

[[nodiscard]] node_ptr domain_node(std::string_view domain);
[[nodiscard]] node_ptr proto_node(std::string_view proto);
[[nodiscard]] node_ptr unit_node(unit_value value);
[[nodiscard]] node_ptr array_node(const node_ptr& element);
[[nodiscard]] node_ptr never_node();

/// The parts that a union's checks go through; of another node, itself.
[[nodiscard]] std::vector<node_ptr> branches_of(const node_ptr& node);

/// The type as a definition, for messages about definitions.
[[nodiscard]] std::string expression_of(const type_node& node);
[[nodiscard]] std::string nestable_expression_of(const type_node& node);
/// What a value must be: "a number", "more than 5".
[[nodiscard]] std::string description_of(const type_node& node);
/// What a missing value must be.
[[nodiscard]] std::string short_description_of(const type_node& node);
[[nodiscard]] std::string description_of(const text_pattern& pattern);
[[nodiscard]] std::string description_of(const predicate& predicate);
enum class limit_kind : std::uint8_t {
    divisor,
    exact_length,
    max,
    min,
    max_length,
    min_length,
    before,
    after,
};
[[nodiscard]] std::string description_of(limit_kind kind, const limit& bound);
[[nodiscard]] std::string expression_of(limit_kind kind, const limit& bound);
/// "a, b or c"
[[nodiscard]] std::string joined_branches(const std::vector<std::string>& texts,
                                          std::string_view delimiter = ", ",
                                          std::string_view last = " or ");
/// "a string" for string, "an array" for Array.
[[nodiscard]] std::string_view domain_description(std::string_view domain);
[[nodiscard]] std::string proto_description(std::string_view proto);
[[nodiscard]] std::string printed(const unit_value& value);
[[nodiscard]] std::string_view domain_of(const unit_value& value);
[[nodiscard]] std::string described_date(double milliseconds);

/// What a value is before any morph changes it, and after.
[[nodiscard]] node_ptr input_of(const node_ptr& node);
[[nodiscard]] node_ptr output_of(const node_ptr& node);

/// For each limit that the node has.
template <class Function>
void for_each_limit(const type_node& node, Function function) {
    const auto visit = [&](limit_kind kind, const std::optional<limit>& one) {
        if (one) {
            function(kind, *one);
        }
    };
    visit(limit_kind::divisor, node.divisor);
    visit(limit_kind::exact_length, node.exact_length);
    visit(limit_kind::max, node.max);
    visit(limit_kind::min, node.min);
    visit(limit_kind::max_length, node.max_length);
    visit(limit_kind::min_length, node.min_length);
    visit(limit_kind::before, node.before);
    visit(limit_kind::after, node.after);
}

}  // namespace dormouse::detail
