// A commit changes a few bytes of a page, so the log keeps byte ranges. They hold absolute values:
// a range applied twice, or to a page that is partly newer, still ends in the last value logged.
//
//     (offset u16, length u16, bytes)*        little-endian
#pragma once

#include "storage/page.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace dormouse {

/// Appends the ranges in which `after` differs from `before` to `out`. Nothing is appended, and
/// false returned, when the ranges would take as much room as the page.
[[nodiscard]] bool append_delta(page_view before, page_view after, std::vector<std::byte>& out);

/// False when `ranges` is malformed; `target` may then be partly changed.
[[nodiscard]] bool apply_delta(std::span<const std::byte> ranges, page& target);

}  // namespace dormouse
