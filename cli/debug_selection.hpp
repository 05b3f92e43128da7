// Which of the named loggers speak: the environment variable DEBUG, as programs for Node have it.
#pragma once

#include <string_view>

namespace dormouse::cli {

/// `selection` is a list, separated by commas or blanks, of names with `*` for any text; a name
/// after `-` is left out whatever else selects it. `database:*,-database:migrations`
[[nodiscard]] bool selects_logger(std::string_view selection, std::string_view name);

}  // namespace dormouse::cli
