// Text for a person's terminal: marks that are found at a glance, and nothing that others steer it
// by.
#pragma once

#include <algorithm>
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

/// What somebody chose, the key of an object for one, must not steer the reader's terminal.
[[nodiscard]] inline std::string printable(std::string text) {
    constexpr char first_visible = ' ';
    constexpr char erase = 0x7f;
    std::ranges::replace_if(
        text, [](char c) { return (c >= 0 && c < first_visible) || c == erase; }, '?');
    return text;
}

}  // namespace dormouse::cli
