#include "schema/type_check.hpp"

#include "schema/type_failure.hpp"
#include "schema/type_fit.hpp"
#include "schema/type_text.hpp"

#include <dormouse/detail/json_text.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace dormouse::detail {
namespace {

/// What still has to be done to the value at a place.
struct queued_change {
    value_path path;
    const type_node* morphs = nullptr;    // a morph's steps, or
    const object_shape* shape = nullptr;  // a shape's defaults and undeclared keys
};

class traversal {
public:
    traversal(argument_value& root, memory_block& memory) : root_(root), memory_(memory) {}

    std::string run(const type_node& node) {
        traverse(node, root_);
        apply_changes();
        return failures_.text();
    }

private:
    struct branch {
        std::optional<failure> failed;
        std::vector<queued_change> queued;
    };

    [[nodiscard]] std::size_t failure_count() const {
        return branches_.empty() ? failures_.count() : branches_.back().failed ? 1 : 0;
    }
    [[nodiscard]] bool stops_at_once() const { return !branches_.empty(); }

    void fail(failure found, const argument_value& value) {
        found.data = value;
        if (branches_.empty()) {
            failures_.add(std::move(found), path_, value);
        } else {
            branches_.back().failed = std::move(found);
        }
    }
    void fail(std::string expected, std::string actual, const argument_value& value) {
        failure found;
        found.path = path_;
        found.expected = std::move(expected);
        found.actual = std::move(actual);
        fail(std::move(found), value);
    }
    void queue(queued_change change) {
        (branches_.empty() ? queued_ : branches_.back().queued).push_back(std::move(change));
    }

    void traverse(const type_node& node, const argument_value& value) {
        if (failures_.overflowed()) {
            return;
        }
        switch (node.kind) {
            case node_kind::united:
                traverse_union(node, value);
                break;
            case node_kind::morph:
                if (node.in) {
                    traverse(*node.in, value);
                }
                queue({path_, &node, nullptr});
                break;
            case node_kind::unit:
                if (!has_unit(value, node.unit)) {
                    fail(description_of(node), printed(value), value);
                }
                break;
            default:
                traverse_intersection(node, value);
                break;
        }
    }

    void traverse_union(const type_node& node, const argument_value& value) {
        failure all;
        all.kind = failure_kind::united;
        all.path = path_;
        for (const auto& one : node.branches) {
            branches_.emplace_back();
            traverse(*one, value);
            branch tried = std::move(branches_.back());
            branches_.pop_back();
            if (!tried.failed) {
                for (auto& change : tried.queued) {
                    queue(std::move(change));
                }
                return;
            }
            if (tried.failed->kind == failure_kind::united) {
                std::move(tried.failed->parts.begin(), tried.failed->parts.end(),
                          std::back_inserter(all.parts));
            } else {
                all.parts.push_back(std::move(*tried.failed));
            }
        }
        fail(std::move(all), value);
    }

    void fail_basis(const type_node& node, const argument_value& value) {
        if (!node.proto.empty()) {
            const bool invalid = value.kind == argument_kind::date && std::isnan(value.number);
            fail(
                node.basis_described.empty() ? proto_description(node.proto) : node.basis_described,
                invalid ? "an invalid Date" : std::string(object_kind_of(value)), value);
            return;
        }
        const bool own_words = node.kind == node_kind::domain && !node.described.empty();
        std::string expected = own_words ? node.described
                               : node.basis_described.empty()
                                   ? std::string(domain_description(node.domain))
                                   : node.basis_described;
        const bool nan = value.kind == argument_kind::number && std::isnan(value.number);
        fail(std::move(expected), nan ? "NaN" : std::string(domain_description(domain_of(value))),
             value);
    }

    void check_limit(limit_kind kind, const limit& bound, const argument_value& value) {
        const double measure = measure_of(kind, value);
        if (within(kind, bound, measure)) {
            return;
        }
        const bool length = kind == limit_kind::exact_length || kind == limit_kind::max_length ||
                            kind == limit_kind::min_length;
        std::string actual = length ? number_text(measure) : printed(value);
        if (kind == limit_kind::min_length && measure == 0) {
            actual.clear();
        }
        fail(description_of(kind, bound), std::move(actual), value);
    }

    /// False if one of the plain constraints failed.
    bool check_constraints(const type_node& node, const argument_value& value) {
        const std::size_t before = failure_count();
        const auto go_on = [&] { return !stops_at_once() || failure_count() == before; };
        for (const auto& one : node.patterns) {
            if (!go_on()) {
                return false;
            }
            const regex_outcome outcome = one.compiled->search(utf16(value.text));
            if (outcome != regex_outcome::match) {
                std::string expected = description_of(one);
                expected += outcome == regex_outcome::too_much_work ? " within bounded work" : "";
                fail(std::move(expected), printed(value), value);
            }
        }
        for_each_limit(node, [&](limit_kind kind, const limit& bound) {
            if (go_on()) {
                check_limit(kind, bound, value);
            }
        });
        return failure_count() == before;
    }

    void check_predicates(const type_node& node, const argument_value& value) {
        const std::size_t before = failure_count();
        for (const auto& one : node.predicates) {
            if (stops_at_once() && failure_count() != before) {
                return;
            }
            const auto complaint = complaint_about(one.what, value.text);
            if (!complaint) {
                continue;
            }
            failure found;
            found.path = path_;
            found.expected =
                complaint->expected.empty() ? description_of(one) : complaint->expected;
            found.actual = complaint->actual.empty() ? printed(value) : complaint->actual;
            found.problem = complaint->problem;
            fail(std::move(found), value);
        }
    }

    void traverse_intersection(const type_node& node, const argument_value& value) {
        if (!fits_basis(node, value)) {
            fail_basis(node, value);
            return;
        }
        if (!check_constraints(node, value)) {
            return;
        }
        const std::size_t before = failure_count();
        if (node.shape) {
            traverse_shape(*node.shape, value);
            if (failure_count() > before) {
                return;
            }
        }
        check_predicates(node, value);
    }

    void traverse_property(const property& one, const argument_value& value) {
        const member_lookup found(value, one.key);
        if (found.get() != nullptr) {
            traverse_at({one.key}, *one.value, *found.get());
        } else if (one.required) {
            failure missing;
            missing.path = path_;
            missing.path.push_back({one.key});
            missing.expected = short_description_of(*one.value);
            missing.actual = "missing";
            fail(std::move(missing), value);
        }
    }
    void traverse_at(path_step step, const type_node& node, const argument_value& value) {
        path_.push_back(step);
        traverse(node, value);
        path_.pop_back();
    }

    void traverse_shape(const object_shape& shape, const argument_value& value) {
        const std::size_t before = failure_count();
        const auto stopped = [&] { return stops_at_once() && failure_count() > before; };
        for (const auto* properties : {&shape.required, &shape.optional}) {
            for (const auto& one : *properties) {
                traverse_property(one, value);
                if (stopped()) {
                    return;
                }
            }
        }
        if (shape.elements) {
            const std::size_t size = value.elements.size();
            for (std::size_t i = 0; i < size && !failures_.overflowed(); ++i) {
                traverse_at({{}, i, true}, element_type(*shape.elements, i, size),
                            value.elements[i]);
            }
            if (stopped()) {
                return;
            }
        }
        if (!traverse_keys(shape, value)) {
            return;
        }
        const bool presets = std::any_of(shape.optional.begin(), shape.optional.end(),
                                         [](const auto& one) { return one.preset.has_value(); }) ||
                             (shape.elements && !shape.elements->defaultables.empty());
        if ((presets || shape.undeclared == undeclared_keys::remove) && failure_count() == 0) {
            queue({path_, nullptr, &shape});
        }
    }

    /// Index signatures and undeclared keys; false where a branch has failed.
    bool traverse_keys(const object_shape& shape, const argument_value& value) {
        if (shape.index.empty() && shape.undeclared != undeclared_keys::reject) {
            return true;
        }
        bool go_on = true;
        for_each_member(value, [&](std::string_view key, const argument_value& member) {
            go_on = go_on && !failures_.overflowed() && traverse_key(shape, key, member, value);
        });
        return go_on;
    }
    bool traverse_key(const object_shape& shape, std::string_view key, const argument_value& member,
                      const argument_value& value) {
        const std::size_t before = failure_count();
        const std::string_view kept = value.kind == argument_kind::array ? memory_.copy(key) : key;
        argument_value text{.kind = argument_kind::string};
        text.text = kept;
        for (const auto& one : shape.index) {
            if (fits(*one.key, text)) {
                traverse_at({kept}, *one.value, member);
            }
            if (stops_at_once() && failure_count() > before) {
                return false;
            }
        }
        if (shape.undeclared != undeclared_keys::reject || declares(shape, key)) {
            return true;
        }
        failure found;
        found.path = path_;
        found.path.push_back({kept});
        found.expected = "removed";
        fail(std::move(found), value);
        return !stops_at_once();
    }

    // Changes.

    void apply_changes() {
        while (!queued_.empty()) {
            const std::vector<queued_change> now = std::exchange(queued_, {});
            for (const auto& change : now) {
                if (failures_.overflowed()) {
                    return;
                }
                if (failures_.affects(change.path)) {
                    continue;
                }
                argument_value* at = find(change.path);
                if (at != nullptr) {
                    change.morphs != nullptr ? apply_morphs(change, *at) : apply_shape(change, *at);
                }
            }
        }
    }

    argument_value* find(const value_path& path) {
        argument_value* at = &root_;
        found_members_.resize(std::max(found_members_.size(), path.size()));
        for (std::size_t depth = 0; depth < path.size() && at != nullptr; ++depth) {
            const path_step& step = path[depth];
            at->raw = {};
            if (!step.is_element) {
                at = find_member(*at, step.key, found_members_[depth]);
            } else {
                at = step.element < at->elements.size() ? &at->elements[step.element] : nullptr;
            }
        }
        return at;
    }
    /// Changes are queued in the order of the members, so the search goes on at `last`, where it
    /// ended the time before: an object of many keys is not searched from its begin for each.
    static argument_value* find_member(argument_value& in, std::string_view key,
                                       std::size_t& last) {
        const std::size_t size = in.members.size();
        last = last < size ? last : 0;
        for (std::size_t tried = 0; tried < size; ++tried) {
            argument_member& one = in.members[last];
            if (one.key == key) {
                return &one.value;
            }
            last = last + 1 == size ? 0 : last + 1;
        }
        return nullptr;
    }

    void apply_morphs(const queued_change& change, argument_value& at) {
        for (const auto& step : change.morphs->morphs) {
            path_ = change.path;
            if (step.to) {
                const std::size_t before = failures_.count();
                traverse(*step.to, at);
                if (failures_.count() > before) {
                    return;
                }
                apply_changes();
                continue;
            }
            text_change done = changed(step.what, at, memory_);
            if (done.complaint) {
                failure found;
                found.path = path_;
                found.expected = done.complaint->expected;
                found.actual =
                    done.complaint->actual.empty() ? printed(at) : done.complaint->actual;
                found.problem = done.complaint->problem;
                fail(std::move(found), at);
                return;
            }
            at = done.value;
        }
    }

    argument_value preset_value(const type_node& node, const unit_value& preset) {
        argument_value value = value_of(preset, memory_);
        if (node.transforms) {
            (void)check(node, value, memory_);
        }
        return value;
    }

    void apply_shape(const queued_change& change, argument_value& at) {
        at.raw = {};
        std::vector<argument_member> members(at.members.begin(), at.members.end());
        for (const auto& one : change.shape->optional) {
            if (one.preset && member_lookup(at, one.key).get() == nullptr) {
                members.push_back({one.key, preset_value(*one.value, *one.preset)});
            }
        }
        if (change.shape->undeclared == undeclared_keys::remove) {
            std::erase_if(members, [&](const argument_member& one) {
                return !declares(*change.shape, one.key);
            });
        }
        const auto kept = memory_.allocate_array<argument_member>(members.size());
        std::copy(members.begin(), members.end(), kept.begin());
        for (auto& one : kept) {
            one.key = memory_.copy(one.key);
        }
        at.members = kept;
        if (change.shape->elements) {
            append_presets(*change.shape->elements, at);
        }
    }
    void append_presets(const element_list& list, argument_value& at) {
        std::vector<argument_value> elements(at.elements.begin(), at.elements.end());
        for (std::size_t i = elements.size(); i < list.prefix.size() + list.defaultables.size();
             ++i) {
            const auto& one = list.defaultables[i - list.prefix.size()];
            elements.push_back(preset_value(*one.node, one.preset));
        }
        const auto kept = memory_.allocate_array<argument_value>(elements.size());
        std::copy(elements.begin(), elements.end(), kept.begin());
        at.elements = kept;
    }

    argument_value& root_;
    memory_block& memory_;
    value_path path_;
    failure_list failures_;
    std::vector<branch> branches_;
    std::vector<queued_change> queued_;
    std::vector<std::size_t> found_members_;  // the last one found, for each depth
};

}  // namespace

std::string check(const type_node& node, argument_value& value, memory_block& memory) {
    if (!node.transforms && fits(node, value)) {
        return {};
    }
    return traversal(value, memory).run(node);
}

argument_value value_of(const unit_value& unit, memory_block& memory) {
    argument_value value;
    switch (unit.kind) {
        case unit_kind::undefined:
        case unit_kind::bigint:
            break;
        case unit_kind::null:
            value.kind = argument_kind::null;
            break;
        case unit_kind::boolean:
            value.kind = argument_kind::boolean;
            value.truth = unit.truth;
            break;
        case unit_kind::number:
            value.kind = argument_kind::number;
            value.number = unit.number;
            value.exact = std::trunc(unit.number) == unit.number && std::abs(unit.number) < 9e15;
            value.integer = value.exact ? static_cast<std::int64_t>(unit.number) : 0;
            break;
        case unit_kind::text:
            value.kind = argument_kind::string;
            value.text = memory.copy(unit.text);
            break;
        case unit_kind::date:
            value.kind = argument_kind::date;
            value.number = unit.number;
            value.exact = true;
            value.integer = static_cast<std::int64_t>(unit.number);
            break;
    }
    return value;
}

}  // namespace dormouse::detail
