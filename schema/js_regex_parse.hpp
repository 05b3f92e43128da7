// A pattern taken apart: the syntax of JavaScript's regular expressions without flags, its legacy
// corners included.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dormouse::detail {

enum class regex_part : std::uint8_t {
    empty,
    unit,
    set,
    sequence,
    choice,
    repeat,
    group,  ///< Captures.
    text_begin,
    text_end,
    word_boundary,
    not_word_boundary,
    back_reference,
    look_ahead,
    look_behind,
};

struct regex_syntax {
    regex_part part = regex_part::empty;
    char16_t unit = 0;
    bool negated = false;  ///< Of sets and looks.
    bool lazy = false;
    std::uint32_t low = 0;
    std::uint32_t high =
        0;  ///< Of a repeat; `unbounded`: no end. Of groups and references: number.
    std::vector<std::pair<char16_t, char16_t>> ranges;
    std::vector<regex_syntax> children;

    static constexpr std::uint32_t unbounded = 0xFFFFFFFF;
};

struct parsed_regex {
    regex_syntax syntax;
    std::uint32_t groups = 0;
    bool has_back_references = false;
};

/// Errors: `error` with the text of JavaScript's SyntaxError.
[[nodiscard]] parsed_regex parse_regex(std::string_view pattern);

}  // namespace dormouse::detail
