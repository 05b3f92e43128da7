#include "schema/type_fit.hpp"

#include "schema/type_check.hpp"
#include "schema/type_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace dormouse::detail {

std::string_view domain_of(const argument_value& value) {
    switch (value.kind) {
        case argument_kind::missing:
            return "undefined";
        case argument_kind::null:
            return "null";
        case argument_kind::boolean:
            return "boolean";
        case argument_kind::number:
            return "number";
        case argument_kind::string:
            return "string";
        default:
            return "object";
    }
}

/// The kind of object, or the domain of what is none.
std::string_view object_kind_of(const argument_value& value) {
    switch (value.kind) {
        case argument_kind::array:
            return "Array";
        case argument_kind::date:
            return "Date";
        case argument_kind::url:
            return "URL";
        default:
            return domain_of(value);
    }
}

static bool is_proto(const argument_value& value, std::string_view proto) {
    if (proto == "Object") {
        return domain_of(value) == "object";
    }
    if (value.kind == argument_kind::date && std::isnan(value.number)) {
        return false;
    }
    return object_kind_of(value) == proto;
}

bool has_unit(const argument_value& value, const unit_value& unit) {
    switch (unit.kind) {
        case unit_kind::undefined:
            return value.kind == argument_kind::missing;
        case unit_kind::null:
            return value.kind == argument_kind::null;
        case unit_kind::boolean:
            return value.kind == argument_kind::boolean && value.truth == unit.truth;
        case unit_kind::number:
            return value.kind == argument_kind::number &&
                   (value.number == unit.number ||
                    (std::isnan(value.number) && std::isnan(unit.number)));
        case unit_kind::text:
            return value.kind == argument_kind::string && value.text == unit.text;
        case unit_kind::date:
            return value.kind == argument_kind::date && value.number == unit.number;
        case unit_kind::bigint:
            return false;
    }
    return false;
}

bool fits_basis(const type_node& node, const argument_value& value) {
    if (!node.proto.empty()) {
        return is_proto(value, node.proto);
    }
    if (node.domain == "number" && std::isnan(value.number)) {
        return false;
    }
    return node.domain.empty() || domain_of(value) == node.domain;
}

double measure_of(limit_kind kind, const argument_value& value) {
    const bool length = kind == limit_kind::exact_length || kind == limit_kind::max_length ||
                        kind == limit_kind::min_length;
    if (!length) {
        return value.number;
    }
    return static_cast<double>(value.kind == argument_kind::array ? value.elements.size()
                                                                  : utf16_length(value.text));
}

static bool matches(const text_pattern& pattern, std::string_view text) {
    return pattern.compiled->search(utf16(text)) == regex_outcome::match;
}

/// The index that a key of an array names.
std::optional<std::size_t> array_index(std::string_view key) {
    std::size_t index = 0;
    const auto parsed = std::from_chars(key.data(), key.data() + key.size(), index);
    const bool plain = !key.empty() && parsed.ec == std::errc{} &&
                       parsed.ptr == key.data() + key.size() && (key == "0" || key[0] != '0');
    return plain ? std::optional(index) : std::nullopt;
}

bool declares(const object_shape& shape, std::string_view key) {
    const auto has_key = [&](const property& one) { return one.key == key; };
    argument_value text{.kind = argument_kind::string};
    text.text = key;
    return std::any_of(shape.required.begin(), shape.required.end(), has_key) ||
           std::any_of(shape.optional.begin(), shape.optional.end(), has_key) ||
           std::any_of(shape.index.begin(), shape.index.end(),
                       [&](const auto& one) { return fits(*one.key, text); }) ||
           (shape.elements && array_index(key));
}

const type_node& element_type(const element_list& list, std::size_t index, std::size_t size) {
    if (index < list.prefix.size()) {
        return *list.prefix[index];
    }
    std::size_t at = index - list.prefix.size();
    if (at < list.defaultables.size()) {
        return *list.defaultables[at].node;
    }
    at -= list.defaultables.size();
    if (at < list.optionals.size()) {
        return *list.optionals[at];
    }
    const std::size_t postfix_begin = size - list.postfix.size();
    return index >= postfix_begin ? *list.postfix[index - postfix_begin] : *list.variadic;
}

static bool fits_shape(const object_shape& shape, const argument_value& value) {
    const auto fits_property = [&](const property& one) {
        const member_lookup found(value, one.key);
        return found.get() == nullptr ? !one.required : fits(*one.value, *found.get());
    };
    if (!std::all_of(shape.required.begin(), shape.required.end(), fits_property) ||
        !std::all_of(shape.optional.begin(), shape.optional.end(), fits_property)) {
        return false;
    }
    if (shape.elements) {
        for (std::size_t i = 0; i < value.elements.size(); ++i) {
            if (!fits(element_type(*shape.elements, i, value.elements.size()), value.elements[i])) {
                return false;
            }
        }
    }
    bool good = true;
    if (!shape.index.empty() || shape.undeclared == undeclared_keys::reject) {
        for_each_member(value, [&](std::string_view key, const argument_value& member) {
            argument_value text{.kind = argument_kind::string};
            text.text = key;
            for (const auto& one : shape.index) {
                good = good && (!fits(*one.key, text) || fits(*one.value, member));
            }
            good = good && (shape.undeclared != undeclared_keys::reject || declares(shape, key));
        });
    }
    return good;
}

static bool fits_intersection(const type_node& node, const argument_value& value) {
    if (!fits_basis(node, value)) {
        return false;
    }
    bool good = std::all_of(node.patterns.begin(), node.patterns.end(),
                            [&](const auto& one) { return matches(one, value.text); });
    for_each_limit(node, [&](limit_kind kind, const limit& bound) {
        good = good && within(kind, bound, measure_of(kind, value));
    });
    if (!good || (node.shape && !fits_shape(*node.shape, value))) {
        return false;
    }
    return std::all_of(node.predicates.begin(), node.predicates.end(),
                       [&](const auto& one) { return !complaint_about(one.what, value.text); });
}

bool fits(const type_node& node, const argument_value& value) {
    switch (node.kind) {
        case node_kind::united:
            return std::any_of(node.branches.begin(), node.branches.end(),
                               [&](const auto& one) { return fits(*one, value); });
        case node_kind::morph:
            return !node.in || fits(*node.in, value);
        case node_kind::unit:
            return has_unit(value, node.unit);
        default:
            return fits_intersection(node, value);
    }
}

}  // namespace dormouse::detail
