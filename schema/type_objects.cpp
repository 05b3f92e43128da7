// Objects: their members met, checked and named.
#include "schema/type_algebra.hpp"
#include "schema/type_text.hpp"

#include <dormouse/detail/json_text.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dormouse::detail {
namespace {

node_ptr key_set(const object_shape& shape) {
    std::vector<node_ptr> keys;
    const auto add = [&](const property& one) {
        keys.push_back(unit_node({.kind = unit_kind::text, .text = one.key}));
    };
    std::for_each(shape.required.begin(), shape.required.end(), add);
    std::for_each(shape.optional.begin(), shape.optional.end(), add);
    for (const auto& one : shape.index) {
        const auto branches = branches_of(one.key);
        keys.insert(keys.end(), branches.begin(), branches.end());
    }
    return unite(std::move(keys));
}

bool allows_key(const node_ptr& keys, const std::string& key) {
    return allows(*keys, {.kind = unit_kind::text, .text = key});
}

/// Drops from `other` what a closed shape does not know; a required key of it is a contradiction.
void close_over(const object_shape& closed, object_shape& other, disjoint& found) {
    const node_ptr keys = key_set(closed);
    for (const auto& one : other.required) {
        if (!allows_key(keys, one.key)) {
            found.entries.push_back({"never", expression_of(*one.value), {one.key}});
        }
    }
    std::erase_if(other.optional, [&](const auto& one) { return !allows_key(keys, one.key); });
    std::vector<index_signature> kept;
    for (auto& one : other.index) {
        if (extends(one.key, keys)) {
            kept.push_back(one);
            continue;
        }
        const meeting overlap = intersect(keys, one.key);
        if (std::holds_alternative<disjoint>(overlap)) {
            continue;
        }
        for (const auto& key : branches_of(std::get<node_ptr>(overlap))) {
            if (key->kind == node_kind::unit) {
                other.required.push_back({key->unit.text, one.value, true, std::nullopt, ""});
            } else {
                kept.push_back({key, one.value, ""});
            }
        }
    }
    other.index = std::move(kept);
}

void meet_presets(const property& left, const property& right, property& into) {
    if (left.preset && right.preset && printed(*left.preset) != printed(*right.preset)) {
        refuse_definition("Invalid intersection of default values " + printed(*left.preset) +
                          " & " + printed(*right.preset));
    }
    into.preset = left.preset ? left.preset : right.preset;
}

/// The member both shapes declare.
void meet_properties(const property& left, const property& right, object_shape& into,
                     disjoint& found) {
    property met{left.key, nullptr, left.required || right.required, std::nullopt, ""};
    const meeting value = intersect(left.value, right.value);
    if (const auto* reason = std::get_if<disjoint>(&value)) {
        if (met.required) {
            const disjoint placed = reason->at(left.key);
            found.entries.insert(found.entries.end(), placed.entries.begin(), placed.entries.end());
            return;
        }
        met.value = never_node();
    } else {
        met.value = std::get<node_ptr>(value);
    }
    if (!met.required) {
        meet_presets(left, right, met);
    }
    (met.required ? into.required : into.optional).push_back(std::move(met));
}

std::vector<property> all_properties(const object_shape& shape) {
    std::vector<property> all = shape.required;
    all.insert(all.end(), shape.optional.begin(), shape.optional.end());
    return all;
}

void meet_indexes(const object_shape& left, const object_shape& right, object_shape& into) {
    into.index = left.index;
    for (const auto& one : right.index) {
        const auto same =
            std::find_if(into.index.begin(), into.index.end(),
                         [&](const auto& known) { return equal(known.key, one.key); });
        if (same == into.index.end()) {
            into.index.push_back(one);
            continue;
        }
        const meeting value = intersect(same->value, one.value);
        same->value =
            std::holds_alternative<disjoint>(value) ? never_node() : std::get<node_ptr>(value);
    }
}

void take_undeclared(const object_shape& left, const object_shape& right, object_shape& into) {
    const auto either = [&](undeclared_keys how) {
        return left.undeclared == how || right.undeclared == how;
    };
    into.undeclared = either(undeclared_keys::reject)   ? undeclared_keys::reject
                      : either(undeclared_keys::remove) ? undeclared_keys::remove
                                                        : undeclared_keys::ignore;
}

}  // namespace

meeting meet_shapes(const object_shape& left, const object_shape& right) {
    object_shape l = left;
    object_shape r = right;
    disjoint found;
    if (left.undeclared != undeclared_keys::ignore) {
        close_over(left, r, found);
    }
    if (right.undeclared != undeclared_keys::ignore) {
        disjoint other;
        close_over(right, l, other);
        const disjoint inverted = other.swapped();
        found.entries.insert(found.entries.end(), inverted.entries.begin(), inverted.entries.end());
    }
    object_shape into;
    take_undeclared(left, right, into);
    std::vector<property> rest = all_properties(r);
    for (const auto& one : all_properties(l)) {
        const auto same = std::find_if(rest.begin(), rest.end(),
                                       [&](const auto& other) { return other.key == one.key; });
        if (same == rest.end()) {
            (one.required ? into.required : into.optional).push_back(one);
            continue;
        }
        meet_properties(one, *same, into, found);
        rest.erase(same);
    }
    for (const auto& one : rest) {
        (one.required ? into.required : into.optional).push_back(one);
    }
    meet_indexes(l, r, into);
    if (!found.entries.empty()) {
        return found;
    }
    if (l.elements && r.elements) {
        meeting elements = meet_elements(*l.elements, *r.elements);
        if (std::holds_alternative<disjoint>(elements)) {
            return elements;
        }
        const node_ptr& node = std::get<node_ptr>(elements);
        if (node->kind == node_kind::united) {
            return node;
        }
        type_node with = *node;
        into.elements = node->shape ? node->shape->elements : std::nullopt;
        with.shape = into;
        return finished(std::move(with));
    }
    into.elements = l.elements ? l.elements : r.elements;
    return object_node(std::move(into));
}

namespace {

void refuse_duplicate_keys(const object_shape& shape) {
    std::set<std::string> seen;
    for (const auto& one : all_properties(shape)) {
        if (!seen.insert(one.key).second) {
            std::string text = "Duplicate key ";
            append_json_string(text, one.key);
            refuse_definition(text);
        }
    }
}

/// A member whose key an index signature covers must fit its type.
void meet_indexed(object_shape& shape) {
    for (const auto& index : shape.index) {
        const auto fit = [&](property& one) {
            if (!allows(*index.key, {.kind = unit_kind::text, .text = one.key})) {
                return;
            }
            const meeting met = intersect(one.value, index.value);
            if (const auto* reason = std::get_if<disjoint>(&met)) {
                if (one.required) {
                    refuse_definition(reason->at(one.key).text());
                }
                one.value = never_node();
            }
        };
        std::for_each(shape.required.begin(), shape.required.end(), fit);
        std::for_each(shape.optional.begin(), shape.optional.end(), fit);
    }
}

}  // namespace

node_ptr object_node(object_shape shape) {
    refuse_duplicate_keys(shape);
    meet_indexed(shape);
    type_node node;
    node.domain = "object";
    const bool empty = shape.required.empty() && shape.optional.empty() && shape.index.empty() &&
                       !shape.elements && shape.undeclared == undeclared_keys::ignore;
    if (!empty) {
        node.shape = std::move(shape);
    }
    return finished(std::move(node));
}

node_ptr keys_of(const node_ptr& node) {
    node_ptr keys = finished({});
    for (const auto& branch : branches_of(node)) {
        if (branch->kind == node_kind::domain && branch->domain == "object") {
            const meeting met = intersect(keys, finished({}));
            keys = std::get<node_ptr>(met);
            continue;
        }
        if (!branch->shape || branch->transforms) {
            refuse_definition("keyof operand must be an object (was " + expression_of(*branch) +
                              ")");
        }
        const meeting met = intersect(keys, key_set(*branch->shape));
        keys = std::holds_alternative<disjoint>(met) ? never_node() : std::get<node_ptr>(met);
    }
    if (keys->is_never()) {
        refuse_definition("keyof " + expression_of(*node) + " results in an unsatisfiable type");
    }
    return keys;
}

}  // namespace dormouse::detail
