// A migration that fails in a thousand objects fails for few reasons. Its messages differ all the
// same: each says how many rows and migrations the object had.
#pragma once

#include <string>
#include <string_view>

namespace dormouse {

/// `message` without its counts, "in # row(s)": the same for objects that failed for the same
/// reason.
[[nodiscard]] std::string cause_without_counts(std::string_view message);

}  // namespace dormouse
