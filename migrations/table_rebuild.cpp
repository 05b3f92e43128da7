#include "migrations/table_rebuild.hpp"

#include "migrations/column_order.hpp"
#include "migrations/row_queries.hpp"
#include "migrations/schema_names.hpp"
#include "migrations/sql_tokens.hpp"

#include <algorithm>
#include <string_view>

namespace dormouse {
namespace {

/// Removes the table's own name where it stands before a column: the new table is still called
/// otherwise when it is created.
std::string without_qualifier(std::string_view sql, std::string_view table) {
    std::string out;
    while (!sql.empty()) {
        const auto token = take_token(sql);
        if (same_name(token.as_name(), table) && sql.starts_with('.')) {
            sql.remove_prefix(1);
        } else {
            out += token.text;
        }
    }
    return out;
}

table_description under_new_name(table_description table) {
    for (auto& check : table.checks) {
        check.expression = without_qualifier(check.expression, table.name);
    }
    for (auto& column : table.columns) {
        if (column.generated) {
            column.generated->expression =
                without_qualifier(column.generated->expression, table.name);
        }
    }
    table.name = "__new_" + table.name;
    return table;
}

/// A description has no place for it, but SQL takes it behind the type.
table_description with_collations(table_description table, const table_description& from,
                                  const table_features& kept) {
    for (const auto& [name, collation] : kept.collations) {
        for (auto& column : table.columns) {
            if (same_name(column.name, name) && find_column(from, name) != nullptr) {
                column.type += " COLLATE " + quoted_identifier(collation);
            }
        }
    }
    return table;
}

table_description with_deferred_keys(table_description table, const table_features& kept) {
    for (auto& key : table.foreign_keys) {
        key.deferred = std::ranges::any_of(kept.deferred_keys, [&](const auto& columns) {
            return same_names(columns, key.columns);
        });
    }
    return table;
}

std::string options_of(const table_features& kept) {
    std::string options = kept.strict ? " STRICT" : "";
    if (kept.without_rowid) {
        options += kept.strict ? ", WITHOUT ROWID" : " WITHOUT ROWID";
    }
    return options;
}

/// What fills the new table's columns. A column that is left out gets its default.
struct row_copy {
    std::string columns;
    std::string values;

    void add(std::string_view column, std::string_view value) {
        columns.append(columns.empty() ? "" : ", ").append(quoted_identifier(column));
        values.append(values.empty() ? "" : ", ").append(value);
    }
};

bool may_lack_value(const column_description& old, const column_description& column) {
    return column.not_null && !old.not_null;
}

std::string value_of(const column_description& old, const column_description& column,
                     const fill_hint* fill) {
    auto value = quoted_identifier(old.name);
    if (fill == nullptr) {
        return value;
    }
    if (const auto lossy = lossy_condition(old, column); !lossy.empty()) {
        value = "CASE WHEN " + lossy + " THEN " + fill->expression + " ELSE " + value + " END";
    }
    return may_lack_value(old, column) ? "coalesce(" + value + ", " + fill->expression + ")"
                                       : value;
}

// Rows stay rows even when none of their columns does.
void add_any_column(row_copy& copy, const table_description& to) {
    const auto plain = std::ranges::find_if(
        to.columns, [](const auto& column) { return !column.generated.has_value(); });
    if (copy.columns.empty() && plain != to.columns.end()) {
        copy.add(plain->name, plain->default_sql.value_or("NULL"));
    }
}

/// Rows have a number that no column of their table is.
bool has_hidden_rowid(const table_description& table) {
    return find_column(table, "rowid") == nullptr &&
           std::ranges::none_of(table.columns,
                                [&](const auto& column) { return is_rowid(table, column); });
}

row_copy copy_of(const table_description& from, const table_description& to,
                 std::span<const fill_hint> fills, const table_features& kept) {
    row_copy copy;
    if (!kept.without_rowid && has_hidden_rowid(from) && has_hidden_rowid(to)) {
        copy.add("rowid", "rowid");
    }
    for (const auto& column : to.columns) {
        if (column.generated) {
            continue;
        }
        const auto* fill = find_fill(fills, to, column);
        if (const auto* old = find_column(from, column.name)) {
            copy.add(column.name, value_of(*old, column, fill));
        } else if (fill != nullptr) {
            copy.add(column.name, fill->expression);
        }
    }
    add_any_column(copy, to);
    return copy;
}

/// A new column's value is its fill, its default or NULL.
std::string value_after(const table_description& from, const column_description& column,
                        const fill_hint* fill) {
    if (const auto* old = find_column(from, column.name)) {
        const auto value = value_of(*old, column, fill);
        return fill == nullptr && keeps_values(*old, column) ? value : stored_value(value, column);
    }
    if (fill == nullptr && !column.default_sql) {
        return "NULL";
    }
    return stored_value(fill != nullptr ? fill->expression : *column.default_sql, column);
}

std::string plain_rows_after(const table_description& from, const table_description& to,
                             std::span<const fill_hint> fills) {
    std::string values;
    for (const auto& column : to.columns) {
        if (column.generated) {
            continue;
        }
        values.append(values.empty() ? "" : ", ");
        values.append(value_after(from, column, find_fill(fills, to, column)));
        values.append(" AS ").append(quoted_identifier(column.name));
    }
    return "(SELECT " + values + " FROM " + quoted_identifier(from.name) + ")";
}

/// `rows`, those of `plain_rows_after`, with the affinities that the columns of `to` have: a
/// computed value has none. Rows of which a value would be another one then are left out.
std::string with_affinities(const table_description& from, const table_description& to,
                            std::span<const fill_hint> fills, const std::string& rows) {
    std::string values;
    std::string condition;
    for (const auto& column : to.columns) {
        if (column.generated) {
            continue;
        }
        const auto name = quoted_identifier(column.name);
        const auto* old = find_column(from, column.name);
        const bool has_affinity = old != nullptr && find_fill(fills, to, column) == nullptr &&
                                  same_affinity(*old, column);
        const auto value = has_affinity ? name : compared_value(name, column);
        values.append(values.empty() ? "" : ", ").append(value).append(" AS ").append(name);
        if (!has_affinity) {
            condition.append(condition.empty() ? " WHERE " : " AND ");
            condition.append(value).append(" IS ").append(name);
        }
    }
    return "(SELECT " + values + " FROM " + rows + condition + ")";
}

/// The generated columns among `names`, and those that they use.
std::vector<const column_description*> computed_columns(const table_description& table,
                                                        const std::vector<std::string>& names) {
    std::vector<const column_description*> computed;
    for (const auto& name : with_columns_used(table, names)) {
        const auto* column = find_column(table, name);
        if (column != nullptr && column->generated) {
            computed.push_back(column);
        }
    }
    return order_to_add(std::move(computed));
}

std::string with_computed_columns(const table_description& to, const std::string& plain,
                                  const std::vector<std::string>& names) {
    const auto alias = " AS " + quoted_identifier(to.name);
    auto rows = plain + alias;
    for (const auto* column : computed_columns(to, names)) {
        std::string more = "(SELECT *, (";
        more.append(column->generated->expression).append(") AS ");
        more.append(quoted_identifier(column->name)).append(" FROM ").append(rows).append(")");
        rows = more + alias;
    }
    return rows;
}

bool has_counter(const table_description& table) {
    return std::ranges::any_of(table.columns,
                               [](const auto& column) { return column.autoincrement; });
}

// The counter is ahead of the rows when the last ones were deleted.
void keep_counter(std::vector<std::string>& statements, std::string_view old_name,
                  std::string_view new_name) {
    statements.push_back("DELETE FROM sqlite_sequence WHERE name = " + text_literal(new_name));
    statements.push_back(
        "INSERT INTO sqlite_sequence (name, seq) SELECT " + text_literal(new_name) +
        ", seq FROM sqlite_sequence WHERE name = " + text_literal(old_name) + " COLLATE NOCASE");
}

}  // namespace

const fill_hint* find_fill(std::span<const fill_hint> fills, const table_description& table,
                           const column_description& column) {
    const auto found = std::ranges::find_if(fills, [&](const fill_hint& fill) {
        return same_name(fill.table, table.name) && same_name(fill.column, column.name);
    });
    return found == fills.end() ? nullptr : &*found;
}

bool takes_fill(const column_description& old, const column_description& column) {
    return may_lack_value(old, column) || !lossy_condition(old, column).empty();
}

std::string rows_after_rebuild(const table_description& from, const table_description& to,
                               std::span<const fill_hint> fills,
                               const std::vector<std::string>& names) {
    return with_computed_columns(to, plain_rows_after(from, to, fills), names);
}

std::string rows_to_compare(const table_description& from, const table_description& to,
                            std::span<const fill_hint> fills,
                            const std::vector<std::string>& names) {
    return with_computed_columns(
        to, with_affinities(from, to, fills, plain_rows_after(from, to, fills)), names);
}

std::vector<std::string> rebuild_table(const table_description& from, const table_description& to,
                                       std::span<const fill_hint> fills,
                                       const table_features& kept) {
    const auto made = with_deferred_keys(with_collations(under_new_name(to), from, kept), kept);
    const auto copy = copy_of(from, to, fills, kept);
    const auto old_name = quoted_identifier(from.name);
    const auto new_name = quoted_identifier(made.name);
    std::vector<std::string> statements{create_table_statement(made) + options_of(kept)};
    statements.push_back("INSERT INTO " + new_name + " (" + copy.columns + ") SELECT " +
                         copy.values + " FROM " + old_name);
    if (has_counter(from) && has_counter(to)) {
        keep_counter(statements, from.name, made.name);
    }
    statements.push_back("DROP TABLE " + old_name);
    statements.push_back("ALTER TABLE " + new_name + " RENAME TO " + quoted_identifier(to.name));
    return statements;
}

}  // namespace dormouse
