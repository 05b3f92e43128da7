#include "schema/type_node.hpp"

#include <dormouse/detail/json_text.hpp>
#include <dormouse/timestamp.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace dormouse::detail {
namespace {

std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

std::string number_json(double value) {
    return std::isfinite(value) ? number_text(value) : quoted(number_text(value));
}

std::string unit_json(const unit_value& unit) {
    switch (unit.kind) {
        case unit_kind::undefined:
            return "\"undefined\"";
        case unit_kind::null:
            return "null";
        case unit_kind::boolean:
            return unit.truth ? "true" : "false";
        case unit_kind::number:
            return number_json(unit.number);
        case unit_kind::bigint:
            return quoted(unit.text + "n");
        case unit_kind::text:
            return quoted(unit.text);
        case unit_kind::date:
            return quoted(to_iso8601(
                timestamp(std::chrono::milliseconds(static_cast<std::int64_t>(unit.number)))));
    }
    return {};
}

/// Members of a JSON object, in the order they are added.
class members {
public:
    void add(std::string_view key, std::string_view json) {
        text_.append(text_.empty() ? "" : ",").append(quoted(key)).append(":").append(json);
        ++count_;
        only_ = json;
        only_key_ = key;
    }
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::string object() const { return "{" + text_ + "}"; }
    /// The one member's value, if it is `key` alone.
    [[nodiscard]] std::string collapsed(std::string_view key) const {
        return count_ == 1 && only_key_ == key ? only_ : object();
    }

private:
    std::string text_;
    std::size_t count_ = 0;
    std::string only_;
    std::string only_key_;
};

std::string meta_json(const type_node& node) {
    if (node.format.empty()) {
        return quoted(node.described);
    }
    members meta;
    if (!node.described.empty()) {
        meta.add("description", quoted(node.described));
    }
    meta.add("format", quoted(node.format));
    return meta.object();
}

std::string list_json(const std::vector<node_ptr>& nodes) {
    std::string out = "[";
    for (const auto& node : nodes) {
        out.append(out.size() > 1 ? "," : "").append(node->json);
    }
    return out + "]";
}

std::string limit_json(const limit& bound) {
    members out;
    if (bound.exclusive) {
        out.add("exclusive", "true");
    }
    out.add("rule", number_json(bound.value));
    if (!bound.described.empty()) {
        out.add("meta", quoted(bound.described));
    }
    return out.collapsed("rule");
}

std::string limit_json(limit_kind kind, const limit& bound) {
    if (kind == limit_kind::before || kind == limit_kind::after) {
        return unit_json({.kind = unit_kind::date, .number = bound.value});
    }
    return limit_json(bound);
}

std::string pattern_json(const text_pattern& pattern) {
    members out;
    if (pattern.has_flags) {
        out.add("flags", quoted(pattern.flags));
    }
    out.add("rule", quoted(pattern.rule));
    if (!pattern.described.empty()) {
        out.add("meta", quoted(pattern.described));
    }
    return out.collapsed("rule");
}

std::string predicate_json(const predicate& one) {
    constexpr std::array<std::string_view, 10> names{
        "$ark.isParsableDate", "$ark.isParsableUrl", "$ark.predicate",  "$ark.predicate5",
        "$ark.isLuhnValid",    "$ark.fn2",           "$ark.predicate1", "$ark.predicate2",
        "$ark.predicate3",     "$ark.predicate4"};
    members out;
    out.add("predicate", quoted(names[static_cast<std::size_t>(one.what)]));
    if (!one.described.empty()) {
        out.add("meta", quoted(one.described));
    }
    return out.collapsed("predicate");
}

std::string property_json(const property& one) {
    members out;
    if (one.preset) {
        out.add("default", unit_json(*one.preset));
    }
    out.add("key", quoted(one.key));
    out.add("value", one.value->json);
    return out.object();
}

std::string elements_json(const element_list& list) {
    members out;
    if (!list.defaultables.empty()) {
        std::string pairs;
        for (const auto& one : list.defaultables) {
            pairs.append(pairs.empty() ? "[[" : ",[").append(one.node->json).append(",");
            pairs.append(unit_json(one.preset)).append("]");
        }
        out.add("defaultables", pairs + "]");
    }
    if (!list.optionals.empty()) {
        out.add("optionals", list_json(list.optionals));
    }
    if (!list.postfix.empty()) {
        out.add("postfix", list_json(list.postfix));
    }
    if (!list.prefix.empty()) {
        out.add("prefix", list_json(list.prefix));
    }
    if (list.variadic) {
        out.add("variadic", list.variadic->json);
    }
    return out.collapsed("variadic");
}

template <class Part>
void add_list(members& out, std::string_view key, const std::vector<Part>& parts) {
    if (parts.empty()) {
        return;
    }
    std::string text = "[";
    for (const auto& part : parts) {
        text.append(text.size() > 1 ? "," : "").append(part.json);
    }
    out.add(key, text + "]");
}

void add_shape(members& out, object_shape& shape) {
    const auto by_json = [](const auto& left, const auto& right) { return left.json < right.json; };
    for (auto& one : shape.required) {
        one.json = property_json(one);
    }
    for (auto& one : shape.optional) {
        one.json = property_json(one);
    }
    for (auto& one : shape.index) {
        members index;
        index.add("signature", one.key->json);
        index.add("value", one.value->json);
        one.json = index.object();
    }
    std::stable_sort(shape.required.begin(), shape.required.end(), by_json);
    std::stable_sort(shape.optional.begin(), shape.optional.end(), by_json);
    std::stable_sort(shape.index.begin(), shape.index.end(), by_json);
    if (shape.undeclared != undeclared_keys::ignore) {
        out.add("undeclared",
                shape.undeclared == undeclared_keys::reject ? "\"reject\"" : "\"delete\"");
    }
    add_list(out, "required", shape.required);
    add_list(out, "optional", shape.optional);
    add_list(out, "index", shape.index);
    if (shape.elements) {
        out.add("sequence", elements_json(*shape.elements));
    }
}

std::string basis_json(const type_node& node) {
    members out;
    if (node.basis_allows_nan_said) {
        out.add("numberAllowsNaN", "false");
    }
    const std::string_view key = node.proto.empty() ? "domain" : "proto";
    out.add(key, quoted(node.proto.empty() ? node.domain : node.proto));
    if (!node.basis_described.empty()) {
        members meta;
        meta.add("description", quoted(node.basis_described));
        meta.add("format", quoted(node.format));
        out.add("meta", node.format.empty() ? quoted(node.basis_described) : meta.object());
    }
    return out.collapsed(key);
}

members intersection_members(type_node& node) {
    members out;
    if (node.shape) {
        add_shape(out, *node.shape);
    }
    if (node.has_basis()) {
        out.add(node.proto.empty() ? "domain" : "proto", basis_json(node));
    }
    for (auto& one : node.patterns) {
        one.json = pattern_json(one);
    }
    std::stable_sort(node.patterns.begin(), node.patterns.end(),
                     [](const auto& left, const auto& right) { return left.json < right.json; });
    add_list(out, "pattern", node.patterns);
    for_each_limit(node, [&](limit_kind kind, const limit& bound) {
        constexpr std::array<std::string_view, 8> names{
            "divisor", "exactLength", "max", "min", "maxLength", "minLength", "before", "after"};
        out.add(names[static_cast<std::size_t>(kind)], limit_json(kind, bound));
    });
    for (auto& one : node.predicates) {
        one.json = predicate_json(one);
    }
    add_list(out, "predicate", node.predicates);
    return out;
}

members morph_members(const type_node& node) {
    members out;
    if (node.declared_in) {
        out.add("declaredIn", node.declared_in->json);
    }
    if (node.declared_out) {
        out.add("declaredOut", node.declared_out->json);
    }
    if (node.in) {
        out.add("in", node.in->json);
    }
    // Upstream numbers its morphs in the order in which it registers them.
    constexpr std::array<std::string_view, 17> names{"$ark.morphs12",
                                                     "$ark.morphs6",
                                                     "$ark.morphs13",
                                                     "$ark.morphs2",
                                                     "$ark.morphs7",
                                                     "$ark.morphs8",
                                                     "$ark.morphs9",
                                                     "$ark.morphs10",
                                                     "$ark.morphs11",
                                                     "$ark.morphs1",
                                                     "$ark.morphs5",
                                                     "$ark.morphs3",
                                                     "$ark.morphs4",
                                                     "$ark.parseJson",
                                                     "$ark.morphs14",
                                                     "$ark.morphs15",
                                                     ""};
    std::string list = "[";
    for (const auto& step : node.morphs) {
        list.append(list.size() > 1 ? "," : "");
        list += step.to ? step.to->json : quoted(names[static_cast<std::size_t>(step.what)]);
    }
    out.add("morphs", list + "]");
    return out;
}

members own_members(type_node& node) {
    members out;
    switch (node.kind) {
        case node_kind::united:
            out.add("branches", list_json(node.branches));
            return out;
        case node_kind::morph:
            return morph_members(node);
        case node_kind::unit:
            out.add("unit", unit_json(node.unit));
            return out;
        default:
            return intersection_members(node);
    }
}

std::string_view kind_text(node_kind kind) {
    constexpr std::array<std::string_view, 6> names{"union",        "morph", "unit",
                                                    "intersection", "proto", "domain"};
    return names[static_cast<std::size_t>(kind)];
}

bool any_transforms(const std::vector<node_ptr>& nodes) {
    return std::any_of(nodes.begin(), nodes.end(), [](const auto& one) { return one->transforms; });
}

bool shape_transforms(const object_shape& shape) {
    const auto property_transforms = [](const property& one) {
        return one.preset || one.value->transforms;
    };
    return shape.undeclared == undeclared_keys::remove ||
           std::any_of(shape.required.begin(), shape.required.end(), property_transforms) ||
           std::any_of(shape.optional.begin(), shape.optional.end(), property_transforms) ||
           std::any_of(shape.index.begin(), shape.index.end(),
                       [](const auto& one) { return one.value->transforms; }) ||
           (shape.elements &&
            (!shape.elements->defaultables.empty() || any_transforms(shape.elements->prefix) ||
             any_transforms(shape.elements->optionals) || any_transforms(shape.elements->postfix) ||
             (shape.elements->variadic && shape.elements->variadic->transforms)));
}

}  // namespace

bool type_node::has_refinements() const {
    type_node rest = *this;
    rest.kind = node_kind::intersection;
    rest.domain.clear();
    rest.proto.clear();
    return !rest.is_unknown();
}

node_ptr finished(type_node node) {
    const bool plain = node.kind != node_kind::united && node.kind != node_kind::morph &&
                       node.kind != node_kind::unit;
    if (plain) {
        node.kind = !node.has_basis() || node.has_refinements() ? node_kind::intersection
                    : node.proto.empty()                        ? node_kind::domain
                                                                : node_kind::proto;
    }
    node.transforms = node.kind == node_kind::morph || any_transforms(node.branches) ||
                      (node.shape && shape_transforms(*node.shape));
    const members own = own_members(node);
    const std::string kind = quoted(kind_text(node.kind));
    const auto hashed = [&](const members& of) {
        std::string text = "{\"kind\":" + kind;
        return text.append(of.text().empty() ? "" : ",").append(of.text()).append("}");
    };
    node.inner_hash = hashed(own);
    members all = own;
    if (!node.described.empty() || !node.format.empty()) {
        all.add("meta", meta_json(node));
    }
    node.hash = hashed(all);
    const std::string_view collapsible = node.kind == node_kind::united   ? "branches"
                                         : node.kind == node_kind::domain ? "domain"
                                         : node.kind == node_kind::proto  ? "proto"
                                                                          : "";
    node.json = all.collapsed(collapsible);
    return std::make_shared<const type_node>(std::move(node));
}

node_ptr domain_node(std::string_view domain) {
    type_node node;
    node.domain = domain;
    return finished(std::move(node));
}
node_ptr proto_node(std::string_view proto) {
    type_node node;
    node.proto = proto;
    return finished(std::move(node));
}
node_ptr unit_node(unit_value value) {
    type_node node;
    node.kind = node_kind::unit;
    if (value.kind == unit_kind::date) {
        node.described = value.text;
    }
    node.unit = std::move(value);
    return finished(std::move(node));
}
node_ptr never_node() {
    type_node node;
    node.kind = node_kind::united;
    return finished(std::move(node));
}
node_ptr array_node(const node_ptr& element) {
    type_node node;
    node.proto = "Array";
    if (!element->is_unknown()) {
        node.shape.emplace().elements.emplace().variadic = element;
    }
    return finished(std::move(node));
}

std::vector<node_ptr> branches_of(const node_ptr& node) {
    return node->kind == node_kind::united ? node->branches : std::vector<node_ptr>{node};
}

namespace {

node_ptr mapped(const node_ptr& node, node_ptr (*change)(const node_ptr&));

std::vector<node_ptr> mapped(const std::vector<node_ptr>& nodes,
                             node_ptr (*change)(const node_ptr&)) {
    std::vector<node_ptr> out;
    std::transform(nodes.begin(), nodes.end(), std::back_inserter(out), change);
    return out;
}

/// The node with `change` done to every node inside, and without its defaults.
node_ptr mapped(const node_ptr& node, node_ptr (*change)(const node_ptr&)) {
    type_node out = *node;
    out.branches = mapped(node->branches, change);
    if (out.shape) {
        for (auto& one : out.shape->required) {
            one.value = change(one.value);
        }
        for (auto& one : out.shape->optional) {
            one.value = change(one.value);
            one.preset.reset();
        }
        for (auto& one : out.shape->index) {
            one.value = change(one.value);
        }
        if (out.shape->undeclared == undeclared_keys::remove) {
            out.shape->undeclared = undeclared_keys::ignore;
        }
    }
    if (out.shape && out.shape->elements) {
        element_list& list = *out.shape->elements;
        list.prefix = mapped(list.prefix, change);
        std::vector<node_ptr> optionals;
        for (const auto& one : list.defaultables) {
            optionals.push_back(change(one.node));
        }
        list.defaultables.clear();
        for (const auto& one : list.optionals) {
            optionals.push_back(change(one));
        }
        list.optionals = std::move(optionals);
        list.variadic = list.variadic ? change(list.variadic) : nullptr;
        list.postfix = mapped(list.postfix, change);
    }
    return finished(std::move(out));
}

}  // namespace

node_ptr input_of(const node_ptr& node) {
    if (!node->transforms) {
        return node;
    }
    if (node->kind == node_kind::morph) {
        return node->declared_in ? node->declared_in : input_of(node->in);
    }
    return mapped(node, &input_of);
}

node_ptr output_of(const node_ptr& node) {
    if (!node->transforms) {
        return node;
    }
    if (node->kind == node_kind::morph) {
        if (node->declared_out) {
            return node->declared_out;
        }
        return node->morphs.back().to ? output_of(node->morphs.back().to) : finished({});
    }
    return mapped(node, &output_of);
}

}  // namespace dormouse::detail
