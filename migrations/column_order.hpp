// SQLite takes a generated column only where the columns stand already that it uses, and lets none
// of those go before it.
#pragma once

#include <dormouse/table_description.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// Reordered no more than is needed, each behind those it uses.
[[nodiscard]] std::vector<const column_description*> order_to_add(
    std::vector<const column_description*> columns);

/// Reordered no more than is needed, each before those it uses.
[[nodiscard]] std::vector<const column_description*> order_to_drop(
    std::vector<const column_description*> columns);

/// The columns of `table` whose names stand in `expression`.
[[nodiscard]] std::vector<std::string> columns_used(const table_description& table,
                                                    std::string_view expression);
/// Those that an index of the table sorts by or asks.
[[nodiscard]] std::vector<std::string> columns_used(const table_description& table,
                                                    const index_description& index);

/// `names`, and the columns that generated ones among them are computed from.
[[nodiscard]] std::vector<std::string> with_columns_used(const table_description& table,
                                                         std::vector<std::string> names);

}  // namespace dormouse
