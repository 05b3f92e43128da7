// Where a statement ends, and what a name in an expression means, is decided by SQLite's tokenizer.
// These are its rules, for looking at SQL without a database.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dormouse {

enum class sql_token_kind : std::uint8_t {
    blank,    ///< White space, and the byte order mark of UTF-8.
    comment,  ///< `-- to the end of the line` without the line's end, or `/* to here */`.
    word,     ///< A keyword, a bare name or a number.
    name,     ///< A name in double quotes, backticks or brackets.
    string,   ///< In single quotes.
    semicolon,
    other,  ///< One character.
};

struct sql_token {
    sql_token_kind kind{};
    std::string_view text;

    [[nodiscard]] bool is_word(std::string_view word) const;
    /// The name this token stands for when it is one, without quotes; otherwise empty.
    [[nodiscard]] std::string as_name() const;
    /// Neither white space nor a comment.
    [[nodiscard]] bool counts() const {
        return kind != sql_token_kind::blank && kind != sql_token_kind::comment;
    }
};

/// Cuts the next token off `sql`, which must not be empty. A string, name or comment that does not
/// end takes everything that is left.
[[nodiscard]] sql_token take_token(std::string_view& sql);

/// SQLite compares names so: A to Z equal a to z, nothing else is folded.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);

/// `text` as an SQL string, in single quotes.
[[nodiscard]] std::string text_literal(std::string_view text);

/// `text` without the white space around it.
[[nodiscard]] std::string_view trim_blanks(std::string_view text);

}  // namespace dormouse
