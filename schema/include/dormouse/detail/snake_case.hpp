// The one conversion from a C++ or JavaScript name to an SQL name. Two conversions that differ in a
// corner would make a migration and a query disagree about a column, so nothing else may convert
// names.
#pragma once

#include <dormouse/detail/fixed_string.hpp>

#include <string_view>

namespace dormouse::detail {

constexpr bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr std::size_t lower_run_end(std::string_view name, std::size_t at) {
    while (at < name.size() && (is_lower(name[at]) || is_digit(name[at]))) {
        ++at;
    }
    return at;
}

/// The end of the word that begins at `at`, or `at` when no word begins there. These are the words
/// of
/// /[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/, tried in this order.
constexpr std::size_t word_end(std::string_view name, std::size_t at) {
    if (!is_upper(name[at])) {
        return lower_run_end(name, at);
    }
    std::size_t end = at;
    while (end < name.size() && is_upper(name[end])) {
        ++end;
    }
    if (end == name.size() || !is_lower(name[end])) {
        return end;
    }
    // The last capital belongs to the lower-case letters after it: "HTTPServer" is HTTP, Server.
    return end - at > 1 ? end - 1 : lower_run_end(name, end);
}

/// Bytes of an apostrophe (' or U+2019) at `at`: it vanishes without splitting a word.
constexpr std::size_t apostrophe_size(std::string_view name, std::size_t at) {
    if (name[at] == '\'') {
        return 1;
    }
    return name.substr(at, 3) == "\xE2\x80\x99" ? 3 : 0;
}

/// Appends the snake_case form of `name` to `out`, a text with push_back. Whatever is no ASCII
/// letter or digit only separates words.
template <class Text, class Words>
constexpr void append_words(std::string_view name, Text& out, Words& words) {
    for (std::size_t at = 0; at < name.size();) {
        std::size_t end = word_end(name, at);
        if (end == at) {
            ++at;
            continue;
        }
        if (words++ != 0) {
            out.push_back('_');
        }
        for (; at < end; ++at) {
            out.push_back(is_upper(name[at]) ? static_cast<char>(name[at] - 'A' + 'a') : name[at]);
        }
    }
}

template <class Text, class Plain>
constexpr void append_snake_case(std::string_view name, Text& out, Plain without_apostrophes) {
    for (std::size_t at = 0; at < name.size();) {
        if (std::size_t skipped = apostrophe_size(name, at)) {
            at += skipped;
        } else {
            without_apostrophes.push_back(name[at++]);
        }
    }
    int words = 0;
    append_words(std::string_view(without_apostrophes), out, words);
}

/// Longest column and table name.
inline constexpr std::size_t name_length_max = 64;

constexpr short_text<name_length_max> snake_case(std::string_view name) {
    short_text<name_length_max> out;
    append_snake_case(name, out, short_text<name_length_max>{});
    return out;
}

}  // namespace dormouse::detail
