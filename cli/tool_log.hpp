// What the commands tell step by step, for whoever asks: with `--verbose` all of it, with DEBUG the
// loggers it names.
#pragma once

#include <dormouse/log.hpp>

#include <memory>
#include <ostream>
#include <string_view>

namespace dormouse::cli {

/// Writes a line `<component> <text>` for what is at least `log_level::info`, and for what is below
/// when `selection` selects the component.
/// **Thread safety:** one thread. **Lifetime:** shorter than that of `to`.
[[nodiscard]] std::shared_ptr<log_sink> make_tool_log(std::ostream& to, std::string_view selection);

}  // namespace dormouse::cli
