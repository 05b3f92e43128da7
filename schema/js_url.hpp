// Addresses as `new URL(text)` reads them: what is one, and how it reads once in order.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dormouse::detail {

/// The address in the standard's form (`href`); nothing for what is no absolute address.
[[nodiscard]] std::optional<std::string> parse_js_url(std::string_view text);

}  // namespace dormouse::detail
