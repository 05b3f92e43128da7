// The formats of `arg<"string.email">` and its like.
#pragma once

#include <dormouse/detail/type_expression.hpp>

#include <cstddef>
#include <string_view>

namespace dormouse::detail {

[[nodiscard]] bool has_format(std::string_view text, string_format format);

/// What the text must be, for messages: "an email address".
[[nodiscard]] std::string_view format_name(string_format format);

/// The length of UTF-8 text in UTF-16 code units, JavaScript's measure.
[[nodiscard]] std::size_t utf16_length(std::string_view text);

}  // namespace dormouse::detail
