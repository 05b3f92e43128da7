// SQLite cannot change a column or a constraint of a table. What it cannot, a rebuild can: a new
// table takes over the rows and then the old one's name.
#pragma once

#include "migrations/undescribed_parts.hpp"

#include <dormouse/migration_hints.hpp>
#include <dormouse/table_description.hpp>

#include <span>
#include <string>
#include <vector>

namespace dormouse {

/// The statements that turn table `from` into `to`, of the same name, and keep its rows, its
/// autoincrement counter, what refers to it and the features `kept`. Indexes and triggers of the
/// table are gone afterwards. Foreign keys must not be enforced meanwhile, or dropping the old
/// table would reach into others. Each without ";".
[[nodiscard]] std::vector<std::string> rebuild_table(const table_description& from,
                                                     const table_description& to,
                                                     std::span<const fill_hint> fills,
                                                     const table_features& kept = {});

/// What a query reads from to see the rows of `from` as `rebuild_table` will write them, with the
/// columns `names` of `to` at least. It goes by the table's name.
[[nodiscard]] std::string rows_after_rebuild(const table_description& from,
                                             const table_description& to,
                                             std::span<const fill_hint> fills,
                                             const std::vector<std::string>& names);

/// The same for comparisons with literals, whose meaning depends on the types of the columns. Left
/// out are rows with values of another type than their column's, a blob in a column of text.
[[nodiscard]] std::string rows_to_compare(const table_description& from,
                                          const table_description& to,
                                          std::span<const fill_hint> fills,
                                          const std::vector<std::string>& names);

/// The hint for one column; null when there is none.
[[nodiscard]] const fill_hint* find_fill(std::span<const fill_hint> fills,
                                         const table_description& table,
                                         const column_description& column);

/// Rows may hold what the column, as it shall be, cannot: NULL, or values that it would change. A
/// fill is for those rows.
[[nodiscard]] bool takes_fill(const column_description& old, const column_description& column);

}  // namespace dormouse
