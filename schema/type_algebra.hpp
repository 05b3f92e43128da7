// Intersections and unions of types, reduced as ArkType reduces them.
#pragma once

#include "schema/type_node.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dormouse::detail {

/// Why two types have no value in common.
struct disjoint {
    struct entry {
        std::string left;
        std::string right;
        std::vector<std::string> path;
    };
    std::vector<entry> entries;

    [[nodiscard]] disjoint swapped() const;
    [[nodiscard]] disjoint at(const std::string& key) const;
    /// "Intersection of A and B results in an unsatisfiable type".
    [[nodiscard]] std::string text() const;
};

using meeting = std::variant<node_ptr, disjoint>;

/// Refuses a definition: `errc::invalid_arguments` with the text.
[[noreturn]] void refuse_definition(std::string text);

/// What both types take. Errors: refuses what upstream finds indeterminate.
[[nodiscard]] meeting intersect(const node_ptr& left, const node_ptr& right);
/// The same, refusing types without a common value.
[[nodiscard]] node_ptr required_intersection(const node_ptr& left, const node_ptr& right);

/// What one of the types takes.
[[nodiscard]] node_ptr unite(std::vector<node_ptr> parts);

/// Every value of `left` is one of `right`.
[[nodiscard]] bool extends(const node_ptr& left, const node_ptr& right);

/// The node takes this value.
[[nodiscard]] bool allows(const type_node& node, const unit_value& value);

/// Objects with this shape, after ArkType's checks of it. Errors: refuses a contradictory shape.
[[nodiscard]] node_ptr object_node(object_shape shape);
/// Arrays with these elements.
[[nodiscard]] node_ptr elements_node(element_list list);

/// What both shapes take: an object's type, or a union of arrays' types.
[[nodiscard]] meeting meet_shapes(const object_shape& left, const object_shape& right);
[[nodiscard]] meeting meet_elements(const element_list& left, const element_list& right);
/// Lengths that leave one, or none.
[[nodiscard]] std::optional<disjoint> meet_lengths(type_node& node);

/// The keys of an object's type.
[[nodiscard]] node_ptr keys_of(const node_ptr& node);

}  // namespace dormouse::detail
