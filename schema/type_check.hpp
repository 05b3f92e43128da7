// Whether a value is what a type asks for, and if not, why, in ArkType's words; and the value with
// the type's morphs and defaults applied.
#pragma once

#include "schema/type_node.hpp"

#include <dormouse/detail/argument_values.hpp>

#include <string>

namespace dormouse::detail {

/// The value fits, so far as can be told without changing it.
[[nodiscard]] bool fits(const type_node& node, const argument_value& value);

/// Checks the value and, if it fits, changes it as the type's morphs and defaults say. Answers the
/// problems, one a line, each beginning with its path; empty if there are none. What the value
/// views afterwards lies in `memory` or where it lay before.
[[nodiscard]] std::string check(const type_node& node, argument_value& value, memory_block& memory);

/// A unit as a value.
[[nodiscard]] argument_value value_of(const unit_value& unit, memory_block& memory);

}  // namespace dormouse::detail
