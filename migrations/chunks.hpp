// A long migration is cut into chunks that are applied, and remembered, one by one.
#pragma once

#include <string_view>
#include <vector>

namespace dormouse {

/// The non-empty chunks of `sql`: the text between lines that hold only `--> breakpoint`, in any
/// case.
[[nodiscard]] std::vector<std::string_view> split_chunks(std::string_view sql);

}  // namespace dormouse
