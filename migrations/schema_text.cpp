#include "migrations/schema_text.hpp"

#include "migrations/sql_tokens.hpp"

#include <utility>

namespace dormouse {
namespace {

/// Cuts text in parentheses off `sql`, which begins with what may stand before them; answers it
/// without the parentheses.
std::string_view take_parenthesized(std::string_view& sql) {
    const char* begin = nullptr;
    int depth = 0;
    while (!sql.empty()) {
        const auto token = take_token(sql);
        if (token.text == "(" && depth++ == 0) {
            begin = sql.data();
        }
        if (token.text == ")" && --depth == 0) {
            return {begin, static_cast<std::size_t>(token.text.data() - begin)};
        }
    }
    return {};
}

/// The parts between commas that stand in no parentheses.
std::vector<std::string_view> split_at_commas(std::string_view sql) {
    std::vector<std::string_view> parts;
    std::string_view rest = sql;
    int depth = 0;
    while (!rest.empty()) {
        const auto token = take_token(rest);
        depth += token.text == "(" ? 1 : 0;
        depth -= token.text == ")" ? 1 : 0;
        if (token.text == "," && depth == 0) {
            const auto length = static_cast<std::size_t>(token.text.data() - sql.data());
            parts.push_back(trim_blanks(sql.substr(0, length)));
            sql = rest;
        }
    }
    parts.push_back(trim_blanks(sql));
    return parts;
}

sql_token next_counting(std::string_view& sql) {
    while (!sql.empty()) {
        if (const auto token = take_token(sql); token.counts()) {
            return token;
        }
    }
    return {};
}

/// The names in the first parentheses.
std::vector<std::string> take_names(std::string_view& sql) {
    std::vector<std::string> names;
    for (auto name : split_at_commas(take_parenthesized(sql))) {
        names.push_back(next_counting(name).as_name());
    }
    return names;
}

/// Behind DEFERRABLE.
bool is_initially_deferred(std::string_view sql) {
    return next_counting(sql).is_word("initially") && next_counting(sql).is_word("deferred");
}

/// Reads one column, or one constraint of the table.
void read_part(std::string_view part, table_text& text) {
    const auto first = next_counting(part);
    std::string constraint;
    std::vector<std::string> key{first.as_name()};
    auto token = first;
    for (sql_token before; !token.text.empty();
         before = std::exchange(token, next_counting(part))) {
        if (token.is_word("constraint")) {
            constraint = next_counting(part).as_name();
        } else if (token.is_word("check")) {
            text.checks.push_back({std::exchange(constraint, {}),
                                   std::string(trim_blanks(take_parenthesized(part)))});
        } else if (token.is_word("as")) {
            text.generated[first.as_name()] = trim_blanks(take_parenthesized(part));
        } else if (token.is_word("collate")) {
            text.collations[first.as_name()] = next_counting(part).as_name();
        } else if (token.is_word("foreign")) {
            key = take_names(part);
        } else if (token.is_word("deferrable") && !before.is_word("not") &&
                   is_initially_deferred(part)) {
            text.deferred_keys.push_back(key);
        } else if (token.is_word("autoincrement")) {
            text.autoincrement = true;
        } else if (token.text == "(") {
            std::string_view again(token.text.data(), part.size() + 1);
            (void)take_parenthesized(again);  // of a type, a default or a list of columns
            part = again;
        }
    }
}

}  // namespace

table_text read_table_text(std::string_view sql) {
    table_text text;
    for (const auto part : split_at_commas(take_parenthesized(sql))) {
        read_part(part, text);
    }
    while (!sql.empty()) {
        const auto option = take_token(sql);
        text.strict = text.strict || option.is_word("strict");
        text.without_rowid = text.without_rowid || option.is_word("without");
    }
    return text;
}

index_text read_index_text(std::string_view sql) {
    index_text text;
    for (const auto term : split_at_commas(take_parenthesized(sql))) {
        text.terms.emplace_back(term);
    }
    if (next_counting(sql).is_word("where")) {
        text.where = trim_blanks(sql);
    }
    return text;
}

}  // namespace dormouse
