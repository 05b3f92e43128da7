#include "migrations/sql_tokens.hpp"

#include <algorithm>

namespace dormouse {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

constexpr bool is_word_part(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::size_t blanks_length(std::string_view sql) {
    std::size_t length = 0;
    while (length < sql.size()) {
        if (is_blank(sql[length])) {
            ++length;
        } else if (sql.substr(length).starts_with(byte_order_mark)) {
            length += byte_order_mark.size();
        } else {
            break;
        }
    }
    return length;
}

/// Up to and with `end`, searched from `from`.
std::size_t length_through(std::string_view sql, std::string_view end, std::size_t from) {
    const auto found = sql.find(end, from);
    return found == std::string_view::npos ? sql.size() : found + end.size();
}

/// A doubled quote stands for itself.
std::size_t quoted_length(std::string_view sql) {
    const char quote = sql.front();
    for (std::size_t at = 1; at < sql.size(); ++at) {
        if (sql[at] != quote) {
            continue;
        }
        if (at + 1 == sql.size() || sql[at + 1] != quote) {
            return at + 1;
        }
        ++at;
    }
    return sql.size();
}

std::size_t word_length(std::string_view sql) {
    const auto end = std::ranges::find_if_not(sql, is_word_part);
    return std::max<std::size_t>(1, static_cast<std::size_t>(end - sql.begin()));
}

/// What follows is no white space.
sql_token_kind kind_of(std::string_view sql) {
    switch (sql.front()) {
        case '\'':
            return sql_token_kind::string;
        case '"':
        case '`':
        case '[':
            return sql_token_kind::name;
        case ';':
            return sql_token_kind::semicolon;
        default:
            break;
    }
    if (sql.starts_with("--") || sql.starts_with("/*")) {
        return sql_token_kind::comment;
    }
    return is_word_part(sql.front()) ? sql_token_kind::word : sql_token_kind::other;
}

std::size_t length_of(sql_token_kind kind, std::string_view sql) {
    switch (kind) {
        case sql_token_kind::comment:
            return sql.front() == '-' ? std::min(sql.find('\n'), sql.size())
                                      : length_through(sql, "*/", 2);
        case sql_token_kind::name:
            return sql.front() == '[' ? length_through(sql, "]", 1) : quoted_length(sql);
        case sql_token_kind::string:
            return quoted_length(sql);
        case sql_token_kind::word:
            return word_length(sql);
        default:
            return 1;
    }
}

}  // namespace

bool sql_token::is_word(std::string_view word) const {
    return kind == sql_token_kind::word && same_name(text, word);
}

std::string sql_token::as_name() const {
    if (kind == sql_token_kind::word) {
        return std::string(text);
    }
    if (kind != sql_token_kind::name || text.size() < 2) {
        return {};
    }
    const char quote = text.front();
    std::string name;
    for (std::size_t at = 1; at + 1 < text.size(); ++at) {
        name += text[at];
        if (quote != '[' && text[at] == quote) {
            ++at;  // the second of two
        }
    }
    return name;
}

sql_token take_token(std::string_view& sql) {
    sql_token token{sql_token_kind::blank, {}};
    auto length = blanks_length(sql);
    if (length == 0) {
        token.kind = kind_of(sql);
        length = length_of(token.kind, sql);
    }
    token.text = sql.substr(0, length);
    sql.remove_prefix(length);
    return token;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string text_literal(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        out.append(c == '\'' ? 2 : 1, c);
    }
    return out + "'";
}

std::string_view trim_blanks(std::string_view text) {
    text.remove_prefix(blanks_length(text));
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

}  // namespace dormouse
