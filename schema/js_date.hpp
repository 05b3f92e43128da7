// Dates as `new Date(text)` reads them, in UTC: the ISO 8601 forms, and what engines read beside
// them ("Jan 5 2024 10:00 GMT+2"). ArkType's "a parsable date" means exactly that.
#pragma once

#include <optional>
#include <string_view>

namespace dormouse::detail {

/// Milliseconds since 1970; nothing for what is no date.
[[nodiscard]] std::optional<double> parse_js_date(std::string_view text);

}  // namespace dormouse::detail
