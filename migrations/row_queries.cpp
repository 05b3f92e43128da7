#include "migrations/row_queries.hpp"

#include "migrations/row_check.hpp"
#include "migrations/sql_tokens.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace dormouse {
namespace {

std::string count_rows(std::string_view problem, std::string_view source) {
    return "SELECT count(*) AS " + quoted_identifier(row_check_name(problem)) + " FROM " +
           std::string(source);
}

std::string place(std::string_view table, std::string_view column) {
    return std::string(table).append(".").append(column);
}

std::string join_names(const std::vector<std::string>& names) {
    std::string joined;
    for (const auto& name : names) {
        joined.append(joined.empty() ? "" : ", ").append(name);
    }
    return joined;
}

enum class affinity : std::uint8_t { text, numeric, integer, real, blob };

/// SQLite's rules, in their order: https://www.sqlite.org/datatype3.html, section 3.1.
affinity affinity_of(std::string_view type) {
    std::string upper;
    for (const char c : type) {
        upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    using rule = std::pair<std::string_view, affinity>;
    static constexpr std::array<rule, 8> rules{{{"INT", affinity::integer},
                                                {"CHAR", affinity::text},
                                                {"CLOB", affinity::text},
                                                {"TEXT", affinity::text},
                                                {"BLOB", affinity::blob},
                                                {"REAL", affinity::real},
                                                {"FLOA", affinity::real},
                                                {"DOUB", affinity::real}}};
    for (const auto& [part, meaning] : rules) {
        if (upper.find(part) != std::string::npos) {
            return meaning;
        }
    }
    return upper.empty() ? affinity::blob : affinity::numeric;
}

/// The digits of an SQL text that reads as a number, without the zeros at both ends.
std::string digits_of(const std::string& text) {
    return "rtrim(ltrim(replace(substr(" + text + ", 1, instr(lower(" + text +
           ") || 'e', 'e') - 1), '.', ''), ' +-0'), ' 0')";
}

// Every number of up to 15 digits is another REAL, if it is not too large or too small for one.
// With more there may be one that is written with the same digits.
std::string text_changes(const std::string& name, std::string_view type) {
    const std::string number = "CAST(" + name + " AS " + std::string(type) + ")";
    return "typeof(" + name + ") = 'text' AND " + name + " = CAST(" + name +
           " AS NUMERIC) AND EXISTS (SELECT 1 FROM (SELECT " + number + " AS number, " +
           digits_of(name) +
           " AS digits) WHERE abs(number) = 9e999 OR number = 0 AND digits <> '' OR "
           "length(digits) > 15 AND digits NOT IN (" +
           digits_of("CAST(number AS TEXT)") + ", " + digits_of("printf('%!.16e', number)") + ", " +
           digits_of("printf('%!.15e', number)") + "))";
}

std::string integer_changes(const std::string& name) {
    return "typeof(" + name + ") = 'integer' AND CAST(" + name + " AS REAL) <> " + name;
}

std::string real_changes(const std::string& name) {
    return "typeof(" + name + ") = 'real' AND CAST(CAST(" + name + " AS TEXT) AS REAL) <> " + name;
}

/// A term of an index as an expression: which way it sorts says nothing of a value.
std::string_view without_order(std::string_view term) {
    std::string_view rest = term;
    while (!rest.empty()) {
        const auto token = take_token(rest);
        const bool is_last = trim_blanks(rest).empty();
        if (is_last && (token.is_word("asc") || token.is_word("desc"))) {
            const auto length = static_cast<std::size_t>(token.text.data() - term.data());
            return trim_blanks(term.substr(0, length));
        }
    }
    return term;
}

std::string value_of(const index_key& key) {
    return key.expression ? "(" + std::string(without_order(key.text)) + ")"
                          : quoted_identifier(key.text);
}

std::string values_of(const index_description& index) {
    std::string values;
    for (const auto& key : index.keys) {
        values.append(values.empty() ? "" : ", ").append(value_of(key));
    }
    return values;
}

/// "table" or "index", and the name, of a CREATE statement.
std::pair<std::string, std::string> created_thing(std::string_view creation) {
    std::string kind;
    while (!creation.empty()) {
        const auto token = take_token(creation);
        if (!kind.empty() && token.counts()) {
            return {kind, token.as_name()};
        }
        if (token.is_word("table") || token.is_word("index")) {
            kind = token.is_word("table") ? "table" : "index";
        }
    }
    return {kind, {}};
}

/// NULLs are never equal, and a partial index does not see every row.
std::string indexed_rows(const index_description& index) {
    std::string condition;
    for (const auto& key : index.keys) {
        condition.append(condition.empty() ? "" : " AND ").append(value_of(key));
        condition.append(" IS NOT NULL");
    }
    return index.where.empty() ? condition : condition + " AND (" + index.where + ")";
}

}  // namespace

std::string query_nulls(std::string_view table, std::string_view column) {
    return count_rows(
        place(table, column) + " is NULL",
        quoted_identifier(table) + " WHERE " + quoted_identifier(column) + " IS NULL");
}

std::string query_nulls(std::string_view table, std::string_view column,
                        std::string_view expression, std::string_view rows) {
    return count_rows(place(table, column) + " is NULL",
                      std::string(rows).append(" WHERE (").append(expression).append(") IS NULL"));
}

std::string query_missing_values(std::string_view table, std::string_view column) {
    return count_rows("the new column " + place(table, column) + " would have no value",
                      quoted_identifier(table));
}

std::string lossy_condition(const column_description& from, const column_description& to) {
    const auto before = affinity_of(from.type);
    const auto after = affinity_of(to.type);
    if (before == after || after == affinity::blob) {
        return {};
    }
    const auto name = quoted_identifier(from.name);
    const bool has_numbers = before != affinity::text;  // a number would have become text
    const bool has_digits = before == affinity::text || before == affinity::blob;
    if (after == affinity::text) {
        return real_changes(name);
    }
    if (after != affinity::real) {
        return has_digits ? text_changes(name, "NUMERIC") : std::string();
    }
    std::string condition = has_numbers ? integer_changes(name) : std::string();
    if (has_digits) {
        condition += (condition.empty() ? "" : " OR ") + text_changes(name, "REAL");
    }
    return condition;
}

bool keeps_values(const column_description& from, const column_description& to) {
    const auto after = affinity_of(to.type);
    return after == affinity::blob || after == affinity_of(from.type);
}

bool same_affinity(const column_description& one, const column_description& other) {
    return affinity_of(one.type) == affinity_of(other.type);
}

std::string compared_value(const std::string& value, const column_description& column) {
    switch (affinity_of(column.type)) {
        case affinity::blob:
            return "+" + value;
        case affinity::text:
            return "CAST(" + value + " AS TEXT)";
        case affinity::real:
            return "CAST(" + value + " AS REAL)";
        default:
            return "CAST(" + value + " AS NUMERIC)";
    }
}

std::string stored_value(const std::string& value, const column_description& column) {
    const auto after = affinity_of(column.type);
    if (after == affinity::blob) {
        return value;
    }
    const std::string type = "typeof(" + value + ")";
    const std::string is_real = type + " = 'real'";
    const std::string is_integer = type + " = 'integer'";
    if (after == affinity::text) {
        return "CASE WHEN " + is_integer + " OR " + is_real + " THEN CAST(" + value +
               " AS TEXT) ELSE " + value + " END";
    }
    const std::string number = "CAST(" + value + " AS NUMERIC)";
    const std::string reads_as_number = type + " = 'text' AND " + value + " = " + number;
    if (after == affinity::real) {
        return "CASE WHEN " + is_integer + " OR " + reads_as_number + " THEN CAST(" + value +
               " AS REAL) ELSE " + value + " END";
    }
    const std::string integer = "CAST(" + value + " AS INTEGER)";
    return "CASE WHEN " + reads_as_number + " THEN " + number + " WHEN " + is_real + " AND " +
           value + " = " + integer + " THEN " + integer + " ELSE " + value + " END";
}

std::optional<std::string> query_lossy_values(std::string_view table,
                                              const column_description& from,
                                              const column_description& to) {
    const auto condition = lossy_condition(from, to);
    if (condition.empty()) {
        return std::nullopt;
    }
    return count_rows(place(table, to.name) + " would not be the same as " + to.type,
                      quoted_identifier(table) + " WHERE " + condition);
}

// An integer compares with text that reads as a number as with that number.
std::string query_no_integers(std::string_view table, std::string_view column,
                              std::string_view rows) {
    const auto name = quoted_identifier(column);
    return count_rows(place(table, column) + " is no integer",
                      std::string(rows)
                          .append(" WHERE ")
                          .append(name)
                          .append(" <> CAST(CAST(")
                          .append(name)
                          .append(" AS NUMERIC) AS INTEGER)"));
}

std::string query_duplicates(std::string_view table, const index_description& index) {
    return query_duplicates(table, index, quoted_identifier(table));
}

std::string query_duplicates(std::string_view table, const index_description& index,
                             std::string_view rows) {
    std::vector<std::string> names;
    for (const auto& key : index.keys) {
        names.push_back(place(table, key.expression ? without_order(key.text) : key.text));
    }
    const auto problem = join_names(names) + " is not unique";
    return "SELECT coalesce(sum(n), 0) AS " + quoted_identifier(row_check_name(problem)) +
           " FROM (SELECT count(*) AS n FROM " + std::string(rows) + " WHERE " +
           indexed_rows(index) + " GROUP BY " + values_of(index) + " HAVING count(*) > 1)";
}

std::string query_violations(std::string_view table, const check_description& check,
                             std::string_view rows) {
    return count_rows(std::string(table) + " does not meet the check " + check.name,
                      std::string(rows) + " WHERE NOT (" + check.expression + ")");
}

std::string query_other_definition(std::string_view creation) {
    const auto [kind, name] = created_thing(creation);
    return count_rows("the " + kind + " " + name +
                          " was made otherwise by an earlier push (db reset begins afresh), as "
                          "it stands",
                      "sqlite_schema WHERE type = '" + kind + "' AND name = " + text_literal(name) +
                          " COLLATE NOCASE AND sql <> " + text_literal(creation));
}

std::string describe_orphans(std::string_view table, const std::vector<std::string>& columns,
                             std::string_view parent) {
    return place(table, join_names(columns)).append(" refers to no row of ").append(parent);
}

std::string query_orphans(std::string_view table, const foreign_key_description& key) {
    std::string condition;
    std::string match;
    for (std::size_t i = 0; i < key.columns.size() && i < key.parent_columns.size(); ++i) {
        const auto child = "child." + quoted_identifier(key.columns[i]);
        condition.append(child).append(" IS NOT NULL AND ");
        match.append(match.empty() ? "" : " AND ").append("parent.");
        match.append(quoted_identifier(key.parent_columns[i])).append(" = ").append(child);
    }
    return count_rows(describe_orphans(table, key.columns, key.parent_table),
                      quoted_identifier(table) + " AS child WHERE " + condition +
                          "NOT EXISTS (SELECT 1 FROM " + quoted_identifier(key.parent_table) +
                          " AS parent WHERE " + match + ")");
}

}  // namespace dormouse
