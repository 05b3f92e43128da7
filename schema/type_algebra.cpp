#include "schema/type_algebra.hpp"

#include "schema/type_check.hpp"
#include "schema/type_text.hpp"

#include <dormouse/detail/json_text.hpp>
#include <dormouse/error.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>

namespace dormouse::detail {
namespace {

disjoint apart(std::string left, std::string right) {
    return {{{std::move(left), std::move(right), {}}}};
}
disjoint apart(const type_node& left, const type_node& right) {
    return apart(expression_of(left), expression_of(right));
}

type_node basis_of(const type_node& node) {
    type_node basis;
    basis.domain = node.domain;
    basis.proto = node.proto;
    basis.basis_described = node.basis_described;
    basis.basis_allows_nan_said = node.basis_allows_nan_said;
    basis.kind = node.proto.empty() ? node_kind::domain : node_kind::proto;
    return basis;
}

/// The basis of both in `into`, or why there is none.
std::optional<disjoint> meet_basis(const type_node& left, const type_node& right, type_node& into) {
    const auto take = [&](const type_node& from) {
        into.domain = from.domain;
        into.proto = from.proto;
        into.basis_described = from.basis_described;
        into.basis_allows_nan_said = from.basis_allows_nan_said;
    };
    if (!left.has_basis() || !right.has_basis()) {
        take(left.has_basis() ? left : right);
        return std::nullopt;
    }
    if (left.proto.empty() && right.proto.empty()) {
        take(left);
        return left.domain == right.domain ? std::nullopt
                                           : std::optional(apart(basis_of(left), basis_of(right)));
    }
    const type_node& with_proto = left.proto.empty() ? right : left;
    const type_node& other = left.proto.empty() ? left : right;
    take(with_proto);
    if (other.proto == with_proto.proto || other.domain == "object" || other.proto == "Object") {
        return std::nullopt;
    }
    if (!other.proto.empty()) {
        return with_proto.proto == "Object" ? (take(other), std::nullopt)
                                            : std::optional(apart(basis_of(left), basis_of(right)));
    }
    const disjoint found = apart("object", other.domain);
    return left.proto.empty() ? found.swapped() : found;
}

void keep_lowest(std::optional<limit>& into, const std::optional<limit>& other) {
    if (other && (!into || other->value < into->value ||
                  (other->value == into->value && other->exclusive && !into->exclusive))) {
        into = other;
    }
}
void keep_highest(std::optional<limit>& into, const std::optional<limit>& other) {
    if (other && (!into || other->value > into->value ||
                  (other->value == into->value && other->exclusive && !into->exclusive))) {
        into = other;
    }
}

void meet_divisors(type_node& into, const std::optional<limit>& other) {
    if (!other || !into.divisor) {
        into.divisor = other ? other : into.divisor;
        return;
    }
    double left = into.divisor->value;
    double right = other->value;
    while (right != 0) {
        left = std::exchange(right, std::fmod(left, right));
    }
    const double multiple = std::abs(into.divisor->value * other->value / left);
    if (multiple != into.divisor->value) {
        into.divisor = limit{multiple, false, multiple == other->value ? other->described : ""};
    }
}

enum class range_state { open, one_value, empty };

range_state judge_range(const std::optional<limit>& low, const std::optional<limit>& high) {
    if (!low || !high || low->value < high->value) {
        return range_state::open;
    }
    const bool exclusive = low->exclusive || high->exclusive;
    return low->value == high->value && !exclusive ? range_state::one_value : range_state::empty;
}

disjoint empty_range(limit_kind low, const limit& lower, const limit& upper) {
    const auto high = static_cast<limit_kind>(static_cast<int>(low) - 1);
    return apart(expression_of(high, upper), expression_of(low, lower));
}
disjoint empty_dates(const limit& after, const limit& before) {
    return apart(expression_of(limit_kind::before, before),
                 expression_of(limit_kind::after, after));
}

template <class Part>
void append_new(std::vector<Part>& into, const std::vector<Part>& other) {
    for (const auto& one : other) {
        if (std::none_of(into.begin(), into.end(),
                         [&](const auto& known) { return known.json == one.json; })) {
            into.push_back(one);
        }
    }
}

/// A range that leaves one value becomes that value, if the rest takes it.
meeting with_single_value(type_node node) {
    std::optional<unit_value> only;
    if (judge_range(node.min, node.max) == range_state::one_value) {
        only = unit_value{.kind = unit_kind::number, .number = node.min->value};
        node.min.reset();
        node.max.reset();
    } else if (judge_range(node.after, node.before) == range_state::one_value) {
        only = unit_value{.kind = unit_kind::date, .number = node.after->value};
        node.after.reset();
        node.before.reset();
    }
    const node_ptr rest = finished(std::move(node));
    return only ? intersect(unit_node(*only), rest) : meeting(rest);
}

std::optional<disjoint> meet_limits(const type_node& left, const type_node& right,
                                    type_node& into) {
    into.divisor = left.divisor;
    meet_divisors(into, right.divisor);
    if (left.exact_length && right.exact_length &&
        left.exact_length->value != right.exact_length->value) {
        disjoint found =
            apart(number_text(left.exact_length->value), number_text(right.exact_length->value));
        found.entries[0].path = {"length"};
        return found;
    }
    into.exact_length = left.exact_length ? left.exact_length : right.exact_length;
    into.max = left.max;
    keep_lowest(into.max, right.max);
    into.min = left.min;
    keep_highest(into.min, right.min);
    into.max_length = left.max_length;
    keep_lowest(into.max_length, right.max_length);
    into.min_length = left.min_length;
    keep_highest(into.min_length, right.min_length);
    into.before = left.before;
    keep_lowest(into.before, right.before);
    into.after = left.after;
    keep_highest(into.after, right.after);
    if (judge_range(into.min, into.max) == range_state::empty) {
        const disjoint found = empty_range(limit_kind::min, *into.min, *into.max);
        // Upstream names the operand's own bound first.
        const bool left_is_min = left.min && !left.max;
        return left_is_min ? found.swapped() : found;
    }
    if (judge_range(into.after, into.before) == range_state::empty) {
        return empty_dates(*into.after, *into.before);
    }
    if (auto found = meet_lengths(into)) {
        const bool left_is_min = left.min_length && !left.max_length;
        return left_is_min ? found->swapped() : *found;
    }
    return std::nullopt;
}

meeting meet_intersections(const type_node& left, const type_node& right) {
    type_node into;
    if (auto found = meet_basis(left, right, into)) {
        return *found;
    }
    into.patterns = left.patterns;
    append_new(into.patterns, right.patterns);
    if (auto found = meet_limits(left, right, into)) {
        return *found;
    }
    into.predicates = left.predicates;
    append_new(into.predicates, right.predicates);
    if (!left.shape || !right.shape) {
        into.shape = left.shape ? left.shape : right.shape;
        return with_single_value(std::move(into));
    }
    meeting shapes = meet_shapes(*left.shape, *right.shape);
    if (std::holds_alternative<disjoint>(shapes)) {
        return shapes;
    }
    const node_ptr& met = std::get<node_ptr>(shapes);
    if (met->kind == node_kind::united) {  // of arrays
        return intersect(finished(std::move(into)), met);
    }
    into.shape = met->shape;
    // The elements bring their lengths along.
    into.min_length = met->min_length ? met->min_length : into.min_length;
    into.max_length = met->max_length ? met->max_length : into.max_length;
    into.exact_length = met->exact_length ? met->exact_length : into.exact_length;
    if (auto found = meet_lengths(into)) {
        return *found;
    }
    return with_single_value(std::move(into));
}

meeting meet_units(const node_ptr& unit, const node_ptr& other) {
    if (other->kind == node_kind::unit) {
        return equal(unit, other) ? meeting(unit) : meeting(apart(*unit, *other));
    }
    if (allows(*other, unit->unit)) {
        return unit;
    }
    const std::string_view domain = domain_of(unit->unit);
    const std::string other_domain = !other->proto.empty() ? "object" : other->domain;
    if (other->has_basis() && domain != other_domain) {
        return apart(std::string(domain), other_domain);
    }
    // The constraint that does not take the value.
    type_node only = basis_of(*other);
    std::string reason = expression_of(*other);
    for (const auto& one : other->patterns) {
        type_node probe = only;
        probe.patterns = {one};
        if (!allows(probe, unit->unit)) {
            return apart(expression_of(*unit), "/" + one.rule + "/" + one.flags);
        }
    }
    std::optional<std::string> limit_text;
    for_each_limit(*other, [&](limit_kind kind, const limit& bound) {
        if (!limit_text && !within(kind, bound, unit->unit)) {
            limit_text = expression_of(kind, bound);
        }
    });
    return apart(expression_of(*unit), limit_text.value_or(reason));
}

meeting meet_morphs(const node_ptr& left, const node_ptr& right) {
    if (right->kind != node_kind::morph) {
        meeting in = intersect(left->in, right);
        if (std::holds_alternative<disjoint>(in) || equal(std::get<node_ptr>(in), left->in)) {
            return std::holds_alternative<disjoint>(in) ? in : meeting(left);
        }
        std::vector<node_ptr> parts;
        for (const auto& branch : branches_of(std::get<node_ptr>(in))) {
            type_node made = *left;
            made.in = branch;
            parts.push_back(finished(std::move(made)));
        }
        return unite(std::move(parts));
    }
    const auto same_step = [](const morph_step& l, const morph_step& r) {
        return l.what == r.what && (!l.to || (r.to && equal(l.to, r.to)));
    };
    if (!std::equal(left->morphs.begin(), left->morphs.end(), right->morphs.begin(),
                    right->morphs.end(), same_step)) {
        refuse_definition(
            "The intersection of distinct morphs at a single path is indeterminate:\n"
            "Left: " +
            expression_of(*left) + "\nRight: " + expression_of(*right));
    }
    meeting in = intersect(input_of(left), input_of(right));
    if (std::holds_alternative<disjoint>(in)) {
        return in;
    }
    type_node made = *left;
    made.in = std::get<node_ptr>(in);
    return finished(std::move(made));
}

/// The branches that `left` and `right` have in common.
meeting meet_branches(const std::vector<node_ptr>& left, const std::vector<node_ptr>& right) {
    // For each right branch what meets it; nothing once it lies within a left branch.
    std::vector<std::optional<std::vector<node_ptr>>> met(right.size(), std::vector<node_ptr>{});
    for (const auto& l : left) {
        std::map<std::size_t, node_ptr> candidates;
        for (std::size_t i = 0; i < right.size(); ++i) {
            if (!met[i]) {
                continue;
            }
            if (equal(l, right[i])) {
                met[i].reset();
                candidates.clear();
                break;
            }
            const meeting both = intersect(l, right[i]);
            if (std::holds_alternative<disjoint>(both)) {
                continue;
            }
            const node_ptr& common = std::get<node_ptr>(both);
            if (equal(common, l)) {
                met[i]->push_back(l);
                candidates.clear();
                break;
            }
            if (equal(common, right[i])) {
                met[i].reset();
            } else {
                candidates[i] = common;
            }
        }
        for (const auto& [i, node] : candidates) {
            if (met[i]) {
                met[i]->push_back(node);
            }
        }
    }
    std::vector<node_ptr> out;
    for (std::size_t i = 0; i < right.size(); ++i) {
        const auto& parts = met[i] ? *met[i] : std::vector<node_ptr>{right[i]};
        for (const auto& part : parts) {
            const auto branches = branches_of(part);
            out.insert(out.end(), branches.begin(), branches.end());
        }
    }
    const auto texts = [](const std::vector<node_ptr>& nodes) {
        std::string text;
        for (const auto& node : nodes) {
            text.append(text.empty() ? "" : " | ").append(expression_of(*node));
        }
        return text.empty() ? "never" : text;
    };
    return out.empty() ? meeting(apart(texts(left), texts(right))) : meeting(unite(std::move(out)));
}

meeting meet_ordered(const node_ptr& left, const node_ptr& right) {
    switch (left->kind) {
        case node_kind::united:
            return meet_branches(left->branches, branches_of(right));
        case node_kind::morph:
            return meet_morphs(left, right);
        case node_kind::unit:
            return meet_units(left, right);
        default:
            if (left->is_unknown() || right->is_unknown()) {
                return left->is_unknown() ? right : left;
            }
            return meet_intersections(*left, *right);
    }
}

}  // namespace

std::optional<disjoint> meet_lengths(type_node& node) {
    if (node.exact_length) {
        const limit exact = *node.exact_length;
        if (node.min_length && exact.value < node.min_length->value) {
            return apart(expression_of(limit_kind::exact_length, exact),
                         expression_of(limit_kind::min_length, *node.min_length));
        }
        if (node.max_length && exact.value > node.max_length->value) {
            return apart(expression_of(limit_kind::exact_length, exact),
                         expression_of(limit_kind::max_length, *node.max_length));
        }
        node.min_length.reset();
        node.max_length.reset();
        return std::nullopt;
    }
    switch (judge_range(node.min_length, node.max_length)) {
        case range_state::empty:
            return empty_range(limit_kind::min_length, *node.min_length, *node.max_length);
        case range_state::one_value:
            node.exact_length = limit{node.max_length->value, false, ""};
            node.min_length.reset();
            node.max_length.reset();
            break;
        case range_state::open:
            break;
    }
    if (node.max_length && node.max_length->value == 0) {
        node.exact_length = node.max_length;
        node.max_length.reset();
    }
    return std::nullopt;
}

disjoint disjoint::swapped() const {
    disjoint out = *this;
    for (auto& one : out.entries) {
        std::swap(one.left, one.right);
    }
    return out;
}

disjoint disjoint::at(const std::string& key) const {
    disjoint out = *this;
    for (auto& one : out.entries) {
        one.path.insert(one.path.begin(), key);
    }
    return out;
}

std::string disjoint::text() const {
    if (entries.size() == 1) {
        const std::string place = path_text(entries[0].path);
        return "Intersection" + (place.empty() ? "" : " at " + place) + " of " + entries[0].left +
               " and " + entries[0].right + " results in an unsatisfiable type";
    }
    std::string text = "The following intersections result in unsatisfiable types:";
    for (const auto& one : entries) {
        std::string path;
        for (const auto& key : one.path) {
            path.append(path.empty() ? "" : ",").append(key);
        }
        text.append("\n\u2022 ").append(path).append(": ");
        text.append(one.left).append(" and ").append(one.right);
    }
    return text;
}

void refuse_definition(std::string text) {
    throw error(errc::invalid_arguments, std::move(text));
}

meeting intersect(const node_ptr& left, const node_ptr& right) {
    if (equal(left, right)) {
        return left;
    }
    const bool in_order = static_cast<int>(left->kind) <= static_cast<int>(right->kind);
    meeting met = in_order ? meet_ordered(left, right) : meet_ordered(right, left);
    if (auto* node = std::get_if<node_ptr>(&met)) {
        // An operand that is the result keeps its own words.
        return equal(left, *node) ? left : equal(right, *node) ? right : *node;
    }
    return in_order ? met : meeting(std::get<disjoint>(met).swapped());
}

node_ptr required_intersection(const node_ptr& left, const node_ptr& right) {
    meeting met = intersect(left, right);
    if (const auto* reason = std::get_if<disjoint>(&met)) {
        refuse_definition(reason->text());
    }
    return std::get<node_ptr>(met);
}

namespace {

void refuse_indeterminate(const node_ptr& left, const node_ptr& right) {
    if (!left->transforms && !right->transforms) {
        return;
    }
    const auto same_morphs = left->kind == right->kind &&
                             output_of(left)->inner_hash == output_of(right)->inner_hash &&
                             left->morphs.size() == right->morphs.size();
    if (!same_morphs) {
        refuse_definition(
            "An unordered union of a type including a morph and a type with overlapping input is "
            "indeterminate:\nLeft: " +
            expression_of(*left) + "\nRight: " + expression_of(*right));
    }
}

std::vector<node_ptr> reduced(const std::vector<node_ptr>& branches) {
    std::vector<bool> kept(branches.size(), true);
    for (std::size_t i = 0; i < branches.size(); ++i) {
        for (std::size_t j = i + 1; j < branches.size() && kept[i]; ++j) {
            if (!kept[j]) {
                break;
            }
            if (equal(branches[i], branches[j])) {
                kept[j] = false;
                continue;
            }
            const meeting met = intersect(input_of(branches[i]), input_of(branches[j]));
            if (std::holds_alternative<disjoint>(met)) {
                continue;
            }
            refuse_indeterminate(branches[i], branches[j]);
            const node_ptr& common = std::get<node_ptr>(met);
            if (equal(common, input_of(branches[i]))) {
                kept[i] = false;
            } else if (equal(common, input_of(branches[j]))) {
                kept[j] = false;
            }
        }
    }
    std::vector<node_ptr> out;
    for (std::size_t i = 0; i < branches.size(); ++i) {
        if (kept[i]) {
            out.push_back(branches[i]);
        }
    }
    return out;
}

}  // namespace

node_ptr unite(std::vector<node_ptr> parts) {
    std::vector<node_ptr> branches;
    for (const auto& part : parts) {
        const auto inner = branches_of(part);
        branches.insert(branches.end(), inner.begin(), inner.end());
    }
    if (branches.size() > union_branches_max) {
        refuse_definition("A union has at most " + std::to_string(union_branches_max) +
                          " alternatives");
    }
    std::stable_sort(branches.begin(), branches.end(),
                     [](const auto& left, const auto& right) { return left->hash < right->hash; });
    branches = reduced(branches);
    if (branches.size() == 1) {
        return branches[0];
    }
    type_node node;
    node.kind = node_kind::united;
    node.branches = std::move(branches);
    return finished(std::move(node));
}

bool allows(const type_node& node, const unit_value& value) {
    memory_block memory;
    return fits(node, value_of(value, memory));
}

bool extends(const node_ptr& left, const node_ptr& right) {
    if (left->is_never()) {
        return true;
    }
    const meeting met = intersect(left, right);
    return std::holds_alternative<node_ptr>(met) && equal(left, std::get<node_ptr>(met));
}

}  // namespace dormouse::detail
