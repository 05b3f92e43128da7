// A list in the program's own code, as do-orm has it, numbers its migrations: "m0000", "m0001", ...
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace dormouse {

/// The number, when `key` is "m" and exactly four digits.
[[nodiscard]] std::optional<std::size_t> number_of_key(std::string_view key);

}  // namespace dormouse
