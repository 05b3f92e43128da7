// Marks that a person finds at a glance.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dormouse::cli {

enum class paint : std::uint8_t { good, bad, warning, faint };

/// `text` in that colour of a terminal, or as it is.
[[nodiscard]] inline std::string painted(std::string_view text, paint colour, bool coloured) {
    constexpr std::string_view codes[] = {"32", "31", "33", "2"};
    if (!coloured) {
        return std::string(text);
    }
    return std::string("\x1b[")
        .append(codes[static_cast<std::size_t>(colour)])
        .append("m")
        .append(text)
        .append("\x1b[0m");
}

}  // namespace dormouse::cli
