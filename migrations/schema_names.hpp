// Finding parts of a schema by name, and comparing what is written in SQL, as SQLite does: the case
// of names and white space do not matter.
#pragma once

#include <dormouse/table_description.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// Null when there is none.
[[nodiscard]] const table_description* find_table(const std::vector<table_description>& tables,
                                                  std::string_view name);
[[nodiscard]] const column_description* find_column(const table_description& table,
                                                    std::string_view name);
[[nodiscard]] const index_description* find_index(const table_description& table,
                                                  std::string_view name);

/// The column is the number that SQLite gives to every row.
[[nodiscard]] bool is_rowid(const table_description& table, const column_description& column);

/// What there is to choose from, for a refusal.
template <class Named>
[[nodiscard]] std::string list_names(const std::vector<Named>& all) {
    std::string names;
    for (const auto& one : all) {
        names.append(names.empty() ? "" : ", ").append(one.name);
    }
    return names.empty() ? "none" : names;
}

[[nodiscard]] bool contains_name(const std::vector<std::string>& names, std::string_view name);
[[nodiscard]] bool same_names(const std::vector<std::string>& a, const std::vector<std::string>& b);

/// An expression of a table in one way of writing it, to be compared only: outer parentheses, white
/// space, the quotes of names and the table's name before a column removed.
[[nodiscard]] std::string comparable_expression(std::string_view sql);
/// Removes the parentheses around a whole expression.
[[nodiscard]] std::string_view without_parentheses(std::string_view expression);
/// `name` is used in `sql` as a name.
[[nodiscard]] bool mentions_name(std::string_view sql, std::string_view name);

/// Both say the same to SQLite. The order of foreign keys and checks does not matter.
[[nodiscard]] bool same_column(const column_description& a, const column_description& b);
[[nodiscard]] bool same_index(const index_description& a, const index_description& b);
[[nodiscard]] bool same_foreign_key(const foreign_key_description& a,
                                    const foreign_key_description& b);
[[nodiscard]] bool same_check(const check_description& a, const check_description& b);

}  // namespace dormouse
