// The names a definition may use: string.email, number.integer, Record<K, V>.
#pragma once

#include "schema/type_node.hpp"

#include <span>
#include <string_view>

namespace dormouse::detail {

/// The type of the name; nothing if there is none. Errors: refuses `number.integer.x`.
[[nodiscard]] node_ptr named_type(std::string_view name);

/// A pattern as a definition writes it. Errors: refuses what JavaScript does not take.
[[nodiscard]] text_pattern written_pattern(std::string_view rule);

[[nodiscard]] bool is_generic_name(std::string_view name);
/// The generic type with these arguments. Errors: refuses another number of them, or unfit ones.
[[nodiscard]] node_ptr generic_type(std::string_view name, std::span<const node_ptr> arguments);

}  // namespace dormouse::detail
