// Patterns in definitions are JavaScript's, and they meet texts from callers nobody controls. An
// engine that backtracks freely takes exponential time for some of them, `^(a+)+$` on a row of a's;
// this one enters no place of the pattern twice at one place of the text. Patterns with back
// references cannot have that. Both kinds give up after a fixed number of steps.
//
// Without flags but `i` for ASCII letters, as definitions have no way to give others. Text is
// matched in UTF-16 code units.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse::detail {

/// UTF-8 as UTF-16 code units.
[[nodiscard]] std::u16string utf16(std::string_view text);

enum class regex_outcome : std::uint8_t { no_match, match, too_much_work };

/// **Thread safety:** immutable once made. **Lifetime:** owns all it needs.
class js_regex {
public:
    /// Errors: `error` with the text of JavaScript's SyntaxError: "Invalid regular expression: /[/:
    /// Unterminated character class"; also for a pattern that unfolds to too large a program.
    explicit js_regex(std::string_view pattern, std::string_view flags = {});

    /// Whether the pattern matches somewhere in the text.
    [[nodiscard]] regex_outcome search(std::u16string_view text) const;

private:
    friend class regex_compiler;
    friend class regex_text;
    friend class regex_sweeps;
    friend class regex_backtracking;

    enum class op : std::uint8_t {
        unit,
        set,
        split,  ///< Tries `x`, then `y`.
        jump,
        save,
        forget,  ///< The slots `x` to `y`.
        text_begin,
        text_end,
        word_boundary,
        not_word_boundary,
        back_reference,
        look,        ///< `x`: the entry in `looks_`.
        loop_mark,   ///< Remembers where an iteration began.
        loop_check,  ///< An iteration that took nothing leads nowhere.
        accept,
    };
    struct instruction {
        op what;
        bool backwards = false;
        std::uint32_t x = 0;
        std::uint32_t y = 0;
    };
    struct unit_set {
        bool negated = false;
        std::vector<std::pair<char16_t, char16_t>> ranges;
        [[nodiscard]] bool contains(char16_t unit) const;
    };
    struct look {
        std::uint32_t begin = 0;
        bool negated = false;
        bool swept_backwards = false;
    };

    std::vector<instruction> program_;
    std::vector<unit_set> sets_;
    std::vector<look> looks_;
    std::uint32_t slots_ = 0;  ///< Of groups and loops.
    bool has_back_references_ = false;
    bool ignores_case_ = false;
};

}  // namespace dormouse::detail
