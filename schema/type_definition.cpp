#include "schema/type_definition.hpp"

#include "schema/type_algebra.hpp"
#include "schema/type_builder.hpp"
#include "schema/type_check.hpp"
#include "schema/type_failure.hpp"
#include "schema/type_keywords.hpp"
#include "schema/type_text.hpp"

#include <dormouse/detail/json_text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

namespace dormouse::detail {
namespace {

constexpr std::string_view shallow_optional =
    "Optional definitions like 'string?' are only valid as properties in an object or tuple";
constexpr std::string_view shallow_default =
    "Defaultable definitions like 'number = 0' are only valid as properties in an object or tuple";

unit_value unit_of(const argument_value& value) {
    switch (value.kind) {
        case argument_kind::null:
            return {.kind = unit_kind::null};
        case argument_kind::boolean:
            return {.kind = unit_kind::boolean, .truth = value.truth};
        case argument_kind::number:
            return {.kind = unit_kind::number, .number = value.number};
        case argument_kind::string:
            return {.kind = unit_kind::text, .text = std::string(value.text)};
        case argument_kind::date:
            return {.kind = unit_kind::date, .number = value.number};
        default:
            return {};
    }
}

/// `place` is the key; empty for a tuple's element.
unit_value checked_preset(const defined_property& defined, const std::string& place) {
    if (defined.preset_is_object) {
        std::string key;
        if (!place.empty()) {
            append_json_string(key, place);
        }
        refuse_definition("Non-primitive default " + (key.empty() ? "" : "for " + key + " ") +
                          "must be specified as a function like () => ({my: 'object'})");
    }
    memory_block memory;
    argument_value value = value_of(defined.preset, memory);
    std::string problems = check(*input_of(defined.node), value, memory);
    if (!problems.empty()) {
        std::string path;
        if (!place.empty()) {
            append_access(path, place);
            path = (path[0] == '[' ? "value at " : "") + path + " ";
        }
        refuse_definition("Default " + (path.empty() ? "" : "for " + path) + problems);
    }
    return defined.preset;
}

std::string_view kind_words(const argument_value& value) {
    switch (value.kind) {
        case argument_kind::missing:
            return "undefined";
        case argument_kind::null:
            return "null";
        case argument_kind::boolean:
            return "boolean";
        case argument_kind::number:
            return "number";
        default:
            return "object";
    }
}

node_ptr define_tuple(const argument_value& definition);
node_ptr define_object(const argument_value& definition);

enum class key_meaning { required, optional, index, spread, undeclared };
struct object_key {
    key_meaning meaning;
    std::string name;
};

object_key read_key(std::string_view key) {
    const bool escaped_end = key.size() >= 2 && key[key.size() - 2] == '\\';
    if (key.ends_with('?')) {
        if (escaped_end) {
            return {key_meaning::required, std::string(key.substr(0, key.size() - 2)) + "?"};
        }
        return {key_meaning::optional, std::string(key.substr(0, key.size() - 1))};
    }
    if (key.starts_with('[') && key.ends_with(']')) {
        return {key_meaning::index, std::string(key.substr(1, key.size() - 2))};
    }
    if (key.starts_with("\\[") && key.ends_with(']')) {
        return {key_meaning::required, std::string(key.substr(1))};
    }
    if (key == "...") {
        return {key_meaning::spread, ""};
    }
    if (key == "+") {
        return {key_meaning::undeclared, ""};
    }
    const bool escaped = key == "\\..." || key == "\\+";
    return {key_meaning::required, std::string(key.substr(escaped ? 1 : 0))};
}

undeclared_keys undeclared_of(const argument_value& value) {
    if (value.kind == argument_kind::string) {
        if (value.text == "reject") {
            return undeclared_keys::reject;
        }
        if (value.text == "delete") {
            return undeclared_keys::remove;
        }
        if (value.text == "ignore") {
            return undeclared_keys::ignore;
        }
    }
    refuse_definition("Value of '+' key must be 'reject', 'delete', or 'ignore' (was " +
                      printed(value) + ")");
}

void add_named(object_shape& shape, const object_key& key, const argument_value& value) {
    const defined_property defined = define_property(value);
    if (key.meaning == key_meaning::optional && defined.suffix != property_suffix::none) {
        refuse_definition(
            defined.suffix == property_suffix::optional
                ? "Only required keys may make their values optional, e.g. { [mySymbol]: "
                  "['number', '?'] }"
                : "Only required keys may specify default values, e.g. { value: 'number = 0' }");
    }
    property made{key.name, defined.node, true, std::nullopt, ""};
    if (defined.suffix == property_suffix::defaulted) {
        made.preset = checked_preset(defined, key.name);
    }
    made.required = key.meaning == key_meaning::required && defined.suffix == property_suffix::none;
    (made.required ? shape.required : shape.optional).push_back(std::move(made));
}

void add_index(object_shape& shape, const object_key& key, const argument_value& value) {
    const defined_property defined = define_property(value);
    if (defined.suffix != property_suffix::none) {
        refuse_definition(
            defined.suffix == property_suffix::optional
                ? "Only required keys may make their values optional, e.g. { [mySymbol]: "
                  "['number', '?'] }"
                : "Only required keys may specify default values, e.g. { value: 'number = 0' }");
    }
    const defined_property signature = define_text(key.name);
    if (signature.suffix != property_suffix::none) {
        refuse_definition(std::string(
            signature.suffix == property_suffix::optional ? shallow_optional : shallow_default));
    }
    std::vector<node_ptr> open;
    for (const auto& branch : branches_of(signature.node)) {
        if (branch->kind != node_kind::unit) {
            open.push_back(branch);
        } else if (branch->unit.kind == unit_kind::text) {
            shape.required.push_back({branch->unit.text, defined.node, true, std::nullopt, ""});
        } else {
            shape.required.push_back({printed(branch->unit), defined.node, true, std::nullopt, ""});
        }
    }
    if (open.empty()) {
        return;
    }
    const node_ptr names = unite(std::move(open));
    if (!extends(names, named_type("Key"))) {
        refuse_definition("Indexed key definition '" + expression_of(*names) +
                          "' must be a string or symbol");
    }
    shape.index.push_back({names, defined.node, ""});
}

/// What is spread, under what the object says itself.
void add_spread(object_shape& shape, const object_shape& spread) {
    const auto overridden = [&](const property& one) {
        const auto same = [&](const property& own) { return own.key == one.key; };
        return std::any_of(shape.required.begin(), shape.required.end(), same) ||
               std::any_of(shape.optional.begin(), shape.optional.end(), same);
    };
    for (const auto& one : spread.required) {
        if (!overridden(one)) {
            shape.required.push_back(one);
        }
    }
    for (const auto& one : spread.optional) {
        if (!overridden(one)) {
            shape.optional.push_back(one);
        }
    }
    shape.index.insert(shape.index.begin(), spread.index.begin(), spread.index.end());
}

std::optional<object_shape> spread_of(const argument_value& value) {
    const node_ptr operand = define(value);
    if (operand->kind == node_kind::domain && operand->domain == "object") {
        return std::nullopt;
    }
    if (operand->kind != node_kind::intersection || operand->domain != "object") {
        refuse_definition("Spread operand must resolve to an object literal type (was " +
                          expression_of(*operand) + ")");
    }
    return operand->shape;
}

node_ptr define_object(const argument_value& definition) {
    object_shape shape;
    std::optional<object_shape> spread;
    bool first = true;
    for (const auto& [text, value] : definition.members) {
        const object_key key = read_key(text);
        switch (key.meaning) {
            case key_meaning::spread:
                if (!first) {
                    refuse_definition(
                        "Spread operator may only be used as the first key in an object");
                }
                spread = spread_of(value);
                continue;  // further keys are still the first of their own
            case key_meaning::undeclared:
                shape.undeclared = undeclared_of(value);
                break;
            case key_meaning::index:
                add_index(shape, key, value);
                break;
            default:
                add_named(shape, key, value);
                break;
        }
        first = false;
    }
    if (spread) {
        add_spread(shape, *spread);
    }
    return object_node(std::move(shape));
}

bool is_text(const argument_value& value, std::string_view text) {
    return value.kind == argument_kind::string && value.text == text;
}

node_ptr define_branches(const argument_value& definition, std::string_view op) {
    const bool missing = definition.elements.size() < 3;
    if (missing) {
        refuse_definition("Token '" + std::string(op) + "' requires a right operand");
    }
    const node_ptr left = define(definition.elements[0]);
    const node_ptr right = define(definition.elements[2]);
    if (op == "|") {
        return unite({left, right});
    }
    return op == "&" ? required_intersection(left, right) : type_builder().piped(left, right);
}

/// `["a", "|", "b"]` and its like; nothing for a tuple of types.
node_ptr define_tuple_expression(const argument_value& definition) {
    const auto& parts = definition.elements;
    if (parts.empty()) {
        return nullptr;
    }
    if (is_text(parts[0], "keyof")) {
        return keys_of(define(parts.size() > 1 ? parts[1] : argument_value{}));
    }
    if (is_text(parts[0], "===")) {
        std::vector<node_ptr> units;
        for (const auto& one : parts.subspan(1)) {
            if (one.kind == argument_kind::object || one.kind == argument_kind::array) {
                refuse_definition("A definition from JSON can name no object by reference");
            }
            units.push_back(unit_node(unit_of(one)));
        }
        return unite(std::move(units));
    }
    if (is_text(parts[0], "instanceof")) {
        refuse_definition("Expected a constructor following 'instanceof' operator (was " +
                          std::string(parts.size() > 1 ? kind_words(parts[1]) : "undefined") + ")");
    }
    if (parts.size() < 2 || parts[1].kind != argument_kind::string) {
        return nullptr;
    }
    const std::string_view op = parts[1].text;
    if (op == "|" || op == "&" || op == "|>") {
        return define_branches(definition, op);
    }
    if (op == "[]") {
        return array_node(define(parts[0]));
    }
    if (op == "?" || op == "=") {
        refuse_definition(std::string(op == "?" ? shallow_optional : shallow_default));
    }
    if (op == ":" || op == "=>") {
        refuse_definition(
            std::string(op == ":" ? "Narrow" : "Morph") +
            " expression requires a function following '" + std::string(op) + "' (was " +
            std::string(parts.size() > 2 && parts[2].kind == argument_kind::string ? "string"
                        : parts.size() > 2 ? kind_words(parts[2])
                                           : "undefined") +
            ")");
    }
    if (op == "@") {
        type_node made = *define(parts[0]);
        made.described = parts.size() > 2 ? std::string(parts[2].text) : "";
        return finished(std::move(made));
    }
    return nullptr;
}

void append_spread(element_list& list, const element_list& spread) {
    const auto refuse_second = [] {
        refuse_definition("A tuple may have at most one variadic element");
    };
    const auto required = [&](const node_ptr& one) {
        (list.variadic ? list.postfix : list.prefix).push_back(one);
    };
    for (const auto& one : spread.prefix) {
        required(one);
    }
    list.optionals.insert(list.optionals.end(), spread.optionals.begin(), spread.optionals.end());
    if (spread.variadic) {
        if (!list.postfix.empty() || (list.variadic && !equal(list.variadic, spread.variadic))) {
            refuse_second();
        }
        list.variadic = spread.variadic;
        list.variadic_min += spread.variadic_min;
    }
    for (const auto& one : spread.postfix) {
        required(one);
    }
}

std::vector<element_list> spread_over(const std::vector<element_list>& bases,
                                      const node_ptr& operand) {
    if (!extends(operand, named_type("Array"))) {
        refuse_definition("Spread element must be an array (was " + expression_of(*operand) + ")");
    }
    std::vector<element_list> out;
    for (const auto& base : bases) {
        for (const auto& branch : branches_of(operand)) {
            element_list list = base;
            element_list any;
            any.variadic = finished({});
            append_spread(
                list, branch->shape && branch->shape->elements ? *branch->shape->elements : any);
            out.push_back(std::move(list));
        }
    }
    return out;
}

void append_element(element_list& list, const defined_property& element) {
    if (element.suffix != property_suffix::none && list.variadic) {
        refuse_definition("An optional element may not follow a variadic element");
    }
    switch (element.suffix) {
        case property_suffix::optional:
            list.optionals.push_back(element.node);
            return;
        case property_suffix::defaulted:
            if (!list.optionals.empty()) {
                refuse_definition(
                    "A defaultable element may not follow an optional element without a default");
            }
            list.defaultables.push_back({element.node, checked_preset(element, "")});
            return;
        case property_suffix::none:
            break;
    }
    if (!list.optionals.empty() || !list.defaultables.empty()) {
        refuse_definition(
            list.variadic
                ? "A postfix required element cannot follow an optional or defaultable element"
                : "A required element may not follow an optional element");
    }
    (list.variadic ? list.postfix : list.prefix).push_back(element.node);
}

node_ptr define_tuple(const argument_value& definition) {
    if (node_ptr expression = define_tuple_expression(definition)) {
        return expression;
    }
    std::vector<element_list> lists(1);
    const auto& parts = definition.elements;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (is_text(parts[i], "...") && i + 1 < parts.size()) {
            ++i;
            lists = spread_over(lists, define_property(parts[i]).node);
            continue;
        }
        const defined_property element = define_property(parts[i]);
        for (auto& list : lists) {
            append_element(list, element);
        }
    }
    std::vector<node_ptr> nodes;
    for (auto& list : lists) {
        nodes.push_back(elements_node(std::move(list)));
    }
    return unite(std::move(nodes));
}

}  // namespace

defined_property define_text(std::string_view text) {
    constexpr std::size_t text_max = 64 * 1024;
    if (text.size() > text_max) {
        refuse_definition("The expression is longer than " + std::to_string(text_max) + " bytes");
    }
    type_builder builder;
    const auto parsed = type_parser<type_builder>(text, builder).parse();
    defined_property out{parsed.node, parsed.suffix, {}};
    if (parsed.default_value) {
        out.preset = (*parsed.default_value)->unit;
    }
    return out;
}

defined_property define_property(const argument_value& definition) {
    if (definition.kind == argument_kind::array && definition.elements.size() >= 2) {
        const auto& op = definition.elements[1];
        if (is_text(op, "=")) {
            const argument_value preset =
                definition.elements.size() > 2 ? definition.elements[2] : argument_value{};
            return {define(definition.elements[0]), property_suffix::defaulted, unit_of(preset),
                    preset.kind == argument_kind::object || preset.kind == argument_kind::array};
        }
        if (is_text(op, "?")) {
            return {define(definition.elements[0]), property_suffix::optional, {}};
        }
    }
    switch (definition.kind) {
        case argument_kind::string:
            return define_text(definition.text);
        case argument_kind::object:
            return {define_object(definition), property_suffix::none, {}};
        case argument_kind::array:
            return {define_tuple(definition), property_suffix::none, {}};
        default:
            refuse_definition("Type definitions must be strings or objects (was " +
                              std::string(kind_words(definition)) + ")");
    }
}

node_ptr define(const argument_value& definition) {
    const bool shallow = definition.kind == argument_kind::array;
    const defined_property out =
        shallow ? defined_property{define_tuple(definition), property_suffix::none, {}}
                : define_property(definition);
    if (out.suffix != property_suffix::none) {
        refuse_definition(std::string(out.suffix == property_suffix::optional ? shallow_optional
                                                                              : shallow_default));
    }
    return out.node;
}

}  // namespace dormouse::detail
