#include "migrations/schema_names.hpp"

#include "migrations/sql_tokens.hpp"

#include <algorithm>
#include <optional>

namespace dormouse {
namespace {

template <class Named>
const Named* find_named(const std::vector<Named>& all, std::string_view name) {
    const auto found =
        std::ranges::find_if(all, [&](const Named& one) { return same_name(one.name, name); });
    return found == all.end() ? nullptr : &*found;
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

/// Not the digits before a decimal point.
bool is_name(std::string_view word) {
    return !word.empty() && (word.front() < '0' || word.front() > '9');
}

bool same_default(const std::optional<std::string>& a, const std::optional<std::string>& b) {
    return a.has_value() == b.has_value() &&
           (!a || comparable_expression(*a) == comparable_expression(*b));
}

bool same_generated(const std::optional<generated_description>& a,
                    const std::optional<generated_description>& b) {
    return a.has_value() == b.has_value() &&
           (!a || (a->kind == b->kind &&
                   comparable_expression(a->expression) == comparable_expression(b->expression)));
}

}  // namespace

const table_description* find_table(const std::vector<table_description>& tables,
                                    std::string_view name) {
    return find_named(tables, name);
}

const column_description* find_column(const table_description& table, std::string_view name) {
    return find_named(table.columns, name);
}

const index_description* find_index(const table_description& table, std::string_view name) {
    return find_named(table.indexes, name);
}

bool is_rowid(const table_description& table, const column_description& column) {
    return column.primary_key && table.primary_key.size() == 1 && same_name(column.type, "integer");
}

bool contains_name(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::any_of(names, [&](const auto& one) { return same_name(one, name); });
}

bool same_names(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return std::ranges::equal(a, b, same_name);
}

std::string_view without_parentheses(std::string_view expression) {
    expression = trim_blanks(expression);
    if (!expression.starts_with('(') || !expression.ends_with(')')) {
        return expression;
    }
    int depth = 0;
    std::string_view rest = expression;
    while (!rest.empty()) {
        const auto token = take_token(rest);
        depth += token.text == "(" ? 1 : 0;
        depth -= token.text == ")" ? 1 : 0;
        if (depth == 0 && !rest.empty()) {
            return expression;  // (a) + (b)
        }
    }
    return without_parentheses(expression.substr(1, expression.size() - 2));
}

std::string comparable_expression(std::string_view sql) {
    sql = without_parentheses(sql);
    std::string out;
    std::size_t name_begins = std::string::npos;  // of the last token, if it is a name
    while (!sql.empty()) {
        const auto token = take_token(sql);
        if (!token.counts()) {
            continue;
        }
        if (token.text == "." && name_begins != std::string::npos) {
            out.erase(name_begins);  // the table's name: no other can stand here
            continue;
        }
        const auto name = token.as_name();
        name_begins = is_name(name) ? out.size() : std::string::npos;
        out.append(name.empty() ? std::string(token.text) : lower_case(name)).append(" ");
    }
    return out;
}

bool mentions_name(std::string_view sql, std::string_view name) {
    while (!sql.empty()) {
        if (same_name(take_token(sql).as_name(), name)) {
            return true;
        }
    }
    return false;
}

bool same_column(const column_description& a, const column_description& b) {
    return same_name(a.type, b.type) && a.not_null == b.not_null &&
           a.primary_key == b.primary_key && a.autoincrement == b.autoincrement &&
           same_default(a.default_sql, b.default_sql) && same_generated(a.generated, b.generated);
}

bool same_index(const index_description& a, const index_description& b) {
    const auto same_key = [](const index_key& x, const index_key& y) {
        return comparable_expression(x.text) == comparable_expression(y.text);
    };
    return a.unique == b.unique && std::ranges::equal(a.keys, b.keys, same_key) &&
           comparable_expression(a.where) == comparable_expression(b.where);
}

bool same_foreign_key(const foreign_key_description& a, const foreign_key_description& b) {
    return same_names(a.columns, b.columns) && same_name(a.parent_table, b.parent_table) &&
           same_names(a.parent_columns, b.parent_columns) && a.on_delete == b.on_delete &&
           a.on_update == b.on_update;
}

bool same_check(const check_description& a, const check_description& b) {
    return same_name(a.name, b.name) &&
           comparable_expression(a.expression) == comparable_expression(b.expression);
}

}  // namespace dormouse
