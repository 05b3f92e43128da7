#include "migrations/column_order.hpp"

#include "migrations/schema_names.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace dormouse {
namespace {

bool uses(const column_description& a, const column_description& b) {
    return a.generated && mentions_name(a.generated->expression, b.name);
}

template <class Waits>
std::vector<const column_description*> in_turn(std::vector<const column_description*> rest,
                                               Waits waits) {
    std::vector<const column_description*> ordered;
    while (!rest.empty()) {
        const auto next = std::ranges::find_if(rest, [&](const auto* one) {
            return std::ranges::none_of(
                rest, [&](const auto* other) { return other != one && waits(*one, *other); });
        });
        const auto taken = next == rest.end() ? rest.begin() : next;
        ordered.push_back(*taken);
        rest.erase(taken);
    }
    return ordered;
}

}  // namespace

std::vector<const column_description*> order_to_add(
    std::vector<const column_description*> columns) {
    return in_turn(std::move(columns), uses);
}

std::vector<const column_description*> order_to_drop(
    std::vector<const column_description*> columns) {
    return in_turn(std::move(columns), [](const auto& a, const auto& b) { return uses(b, a); });
}

std::vector<std::string> columns_used(const table_description& table, std::string_view expression) {
    std::vector<std::string> used;
    for (const auto& column : table.columns) {
        if (mentions_name(expression, column.name)) {
            used.push_back(column.name);
        }
    }
    return used;
}

std::vector<std::string> columns_used(const table_description& table,
                                      const index_description& index) {
    std::string expressions = index.where;
    for (const auto& key : index.keys) {
        expressions.append(" ").append(key.expression ? key.text : quoted_identifier(key.text));
    }
    return columns_used(table, expressions);
}

std::vector<std::string> with_columns_used(const table_description& table,
                                           std::vector<std::string> names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto* column = find_column(table, names[i]);
        if (column == nullptr || !column->generated) {
            continue;
        }
        for (auto& used : columns_used(table, column->generated->expression)) {
            if (!contains_name(names, used)) {
                names.push_back(std::move(used));
            }
        }
    }
    return names;
}

}  // namespace dormouse
