// Whether a value is what a type expression asks for, and if not, why, in ArkType's words.
#pragma once

#include <dormouse/detail/argument_values.hpp>

#include <string>
#include <string_view>

namespace dormouse::detail {

/// Appends one line per problem to `text`, each beginning with the path; lines are joined with
/// "\n".
void append_problems(std::string& text, std::string_view path, const type_expression& expression,
                     const argument_value& value);

/// There are no problems.
[[nodiscard]] bool fits(const type_expression& expression, const argument_value& value);

}  // namespace dormouse::detail
