// Arrays and tuples: their elements met from the front, and put in order.
#include "schema/type_algebra.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dormouse::detail {
namespace {

struct tuple_part {
    enum class part_kind { prefix, defaulted, optional, variadic, postfix } kind;
    node_ptr node;
    std::optional<unit_value> preset;
};
using tuple_parts = std::vector<tuple_part>;

tuple_parts parts_of(const element_list& list) {
    using enum tuple_part::part_kind;
    tuple_parts parts;
    for (const auto& one : list.prefix) {
        parts.push_back({prefix, one, std::nullopt});
    }
    for (const auto& one : list.defaultables) {
        parts.push_back({defaulted, one.node, one.preset});
    }
    for (const auto& one : list.optionals) {
        parts.push_back({optional, one, std::nullopt});
    }
    if (list.variadic) {
        for (std::size_t i = 0; i < list.variadic_min; ++i) {
            parts.push_back({prefix, list.variadic, std::nullopt});
        }
        parts.push_back({variadic, list.variadic, std::nullopt});
    }
    for (const auto& one : list.postfix) {
        parts.push_back({postfix, one, std::nullopt});
    }
    return parts;
}

element_list list_of(const tuple_parts& parts) {
    using enum tuple_part::part_kind;
    element_list list;
    for (const auto& one : parts) {
        switch (one.kind) {
            case prefix:
                list.prefix.push_back(one.node);
                break;
            case defaulted:
                list.defaultables.push_back({one.node, one.preset.value_or(unit_value{})});
                break;
            case optional:
                list.optionals.push_back(one.node);
                break;
            case variadic:
                list.variadic = one.node;
                break;
            case postfix:
                list.postfix.push_back(one.node);
                break;
        }
    }
    return list;
}

/// Two sequences met element by element, from the front.
class sequence_meeting {
public:
    explicit sequence_meeting(bool with_variants) : with_variants_(with_variants) {}

    void run(tuple_parts left, tuple_parts right) {
        while (!left.empty() && !right.empty() && step(left, right)) {
        }
    }
    [[nodiscard]] const disjoint& reasons() const { return reasons_; }
    [[nodiscard]] const tuple_parts& result() const { return result_; }
    [[nodiscard]] const std::vector<tuple_parts>& variants() const { return variants_; }

private:
    using enum tuple_part::part_kind;
    static bool is_required(const tuple_part& part) {
        return part.kind == prefix || part.kind == postfix;
    }
    static tuple_parts as_prefix(tuple_parts parts) {
        for (auto& one : parts) {
            one.kind = prefix;
        }
        return parts;
    }

    static tuple_part::part_kind kind_of(const tuple_part& left, const tuple_part& right,
                                         bool postfixed) {
        const auto either = [&](tuple_part::part_kind kind) {
            return left.kind == kind || right.kind == kind;
        };
        if (either(prefix)) {
            return prefix;
        }
        if (either(postfix)) {
            return postfix;
        }
        if (left.kind == variadic && right.kind == variadic) {
            return variadic;
        }
        return postfixed ? prefix : either(defaulted) ? defaulted : optional;
    }

    void add_variant(tuple_parts left, tuple_parts right) {
        if (!with_variants_) {
            return;
        }
        sequence_meeting fixed(false);
        fixed.result_ = result_;
        fixed.run(std::move(left), std::move(right));
        if (fixed.reasons_.entries.empty()) {
            variants_.push_back(fixed.result_);
        }
    }

    bool step(tuple_parts& left, tuple_parts& right) {
        const tuple_part l = left.front();
        const tuple_part r = right.front();
        const tuple_parts left_tail(left.begin() + 1, left.end());
        const tuple_parts right_tail(right.begin() + 1, right.end());
        const auto postfixed = [](const tuple_parts& tail) {
            return !tail.empty() && tail.back().kind == postfix;
        };
        const auto kind = kind_of(l, r, postfixed(left_tail) || postfixed(right_tail));
        if (l.kind == prefix && r.kind == variadic && postfixed(right_tail)) {
            add_variant(left, as_prefix(right_tail));
        } else if (r.kind == prefix && l.kind == variadic && postfixed(left_tail)) {
            add_variant(as_prefix(left_tail), right);
        }
        const meeting met = intersect(l.node, r.node);
        if (const auto* reason = std::get_if<disjoint>(&met)) {
            if (kind == optional || kind == defaulted) {
                return false;  // the tuple may end before
            }
            if (kind == variadic) {
                left = as_prefix(left_tail);
                right = as_prefix(right_tail);
                return true;
            }
            const disjoint placed = reason->at(std::to_string(result_.size()));
            reasons_.entries.insert(reasons_.entries.end(), placed.entries.begin(),
                                    placed.entries.end());
            result_.push_back({kind, never_node(), std::nullopt});
        } else {
            result_.push_back({kind, std::get<node_ptr>(met), l.preset ? l.preset : r.preset});
        }
        const std::size_t left_size = left.size() - 1;
        const std::size_t right_size = right.size() - 1;
        const bool shift_left = l.kind != variadic || (left_size >= right_size &&
                                                       (r.kind == variadic || right_size == 1));
        const bool shift_right = r.kind != variadic || (right_size >= left_size &&
                                                        (l.kind == variadic || left_size == 1));
        left = shift_left ? left_tail : left;
        right = shift_right ? right_tail : right;
        return true;
    }

    bool with_variants_;
    disjoint reasons_;
    tuple_parts result_;
    std::vector<tuple_parts> variants_;
};

}  // namespace

meeting meet_elements(const element_list& left, const element_list& right) {
    sequence_meeting met(true);
    met.run(parts_of(left), parts_of(right));
    std::vector<node_ptr> viable;
    if (met.reasons().entries.empty()) {
        viable.push_back(elements_node(list_of(met.result())));
    }
    for (const auto& one : met.variants()) {
        viable.push_back(elements_node(list_of(one)));
    }
    return viable.empty() ? meeting(met.reasons()) : meeting(unite(std::move(viable)));
}

namespace {

void normalize_elements(element_list& list) {
    if (!list.variadic) {
        if (list.optionals.empty() && list.defaultables.empty()) {
            list.prefix.insert(list.prefix.end(), list.postfix.begin(), list.postfix.end());
            list.postfix.clear();
        }
        return;
    }
    while (!list.optionals.empty() && equal(list.optionals.back(), list.variadic)) {
        list.optionals.pop_back();
    }
    if (list.optionals.empty() && list.defaultables.empty()) {
        while (!list.prefix.empty() && equal(list.prefix.back(), list.variadic)) {
            list.prefix.pop_back();
            ++list.variadic_min;
        }
    }
    while (!list.postfix.empty() && equal(list.postfix.front(), list.variadic)) {
        list.postfix.erase(list.postfix.begin());
        ++list.variadic_min;
    }
}

}  // namespace

node_ptr elements_node(element_list list) {
    type_node node;
    node.proto = "Array";
    if (list.fixed_size() + list.postfix.size() == 0 && !list.variadic) {
        node.exact_length = limit{0, false, ""};
        return finished(std::move(node));
    }
    normalize_elements(list);
    if (list.size_min() > 0) {
        node.min_length = limit{static_cast<double>(list.size_min()), false, ""};
    }
    if (!list.variadic) {
        node.max_length = limit{static_cast<double>(list.fixed_size()), false, ""};
    }
    // `...unknown[]` alone is any array.
    const bool any = list.variadic && list.variadic->is_unknown() &&
                     list.fixed_size() + list.postfix.size() == 0;
    if (!any) {
        node.shape.emplace().elements = std::move(list);
    }
    (void)meet_lengths(node);
    return finished(std::move(node));
}

}  // namespace dormouse::detail
