// The questions a migration asks of the rows it meets, before it changes them. Each is a query
// whose column is a row check: see migrations/row_check.hpp.
#pragma once

#include <dormouse/table_description.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// Rows of `table` that hold NULL in `column`.
[[nodiscard]] std::string query_nulls(std::string_view table, std::string_view column);

/// Rows of `table`, to be had from `rows`, for which the generated `column` would be NULL.
[[nodiscard]] std::string query_nulls(std::string_view table, std::string_view column,
                                      std::string_view expression, std::string_view rows);

/// All rows of `table`: none has a value for the new `column`.
[[nodiscard]] std::string query_missing_values(std::string_view table, std::string_view column);

/// A column of type `to` holds what one of type `from` held as it is.
[[nodiscard]] bool keeps_values(const column_description& from, const column_description& to);
/// Comparisons with both convert their other side alike.
[[nodiscard]] bool same_affinity(const column_description& one, const column_description& other);
/// `value` as comparisons see a value of the column, which it is: an SQL expression. A value of
/// another type than the column's, a blob in a column of text, is another one then.
[[nodiscard]] std::string compared_value(const std::string& value,
                                         const column_description& column);

/// What `column` makes of `value`: both are SQL expressions.
[[nodiscard]] std::string stored_value(const std::string& value, const column_description& column);

/// An SQL condition on rows whose value another type cannot hold without changing it; empty when
/// it holds all. SQLite's types are affinities: text that reads as a number becomes one, which
/// loses nothing but digits beyond a number's precision.
[[nodiscard]] std::string lossy_condition(const column_description& from,
                                          const column_description& to);

/// Rows of that condition; nothing when there is none.
[[nodiscard]] std::optional<std::string> query_lossy_values(std::string_view table,
                                                            const column_description& from,
                                                            const column_description& to);

/// Rows of `table`, to be had from `rows`, whose `column` cannot be the number of a row.
[[nodiscard]] std::string query_no_integers(std::string_view table, std::string_view column,
                                            std::string_view rows);

/// Rows whose values of `index`, which is unique, another row has too.
[[nodiscard]] std::string query_duplicates(std::string_view table, const index_description& index);
[[nodiscard]] std::string query_duplicates(std::string_view table, const index_description& index,
                                           std::string_view rows);

/// Rows of `table`, to be had from `rows`, that do not meet `check`.
[[nodiscard]] std::string query_violations(std::string_view table, const check_description& check,
                                           std::string_view rows);

/// The table or index of the name that `creation` gives to one, if a database has it by another
/// definition. `creation` is a CREATE TABLE or CREATE INDEX as SQLite keeps it, without IF NOT
/// EXISTS.
[[nodiscard]] std::string query_other_definition(std::string_view creation);

/// Says which rows those are that a foreign key leaves without what they refer to.
[[nodiscard]] std::string describe_orphans(std::string_view table,
                                           const std::vector<std::string>& columns,
                                           std::string_view parent);

/// Rows that refer to nothing.
[[nodiscard]] std::string query_orphans(std::string_view table, const foreign_key_description& key);

}  // namespace dormouse
