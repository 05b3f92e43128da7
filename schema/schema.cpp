#include <dormouse/schema.hpp>

#include <algorithm>

namespace dormouse {
namespace {

std::string quoted(std::string_view name) {
    std::string out = "\"";
    for (char c : name) {
        out += c;
        if (c == '"') {
            out += c;
        }
    }
    return out += '"';
}

std::string_view type_name(column_type type) {
    switch (type) {
        case column_type::text:
            return "TEXT";
        case column_type::integer:
            return "INTEGER";
        case column_type::real:
            return "REAL";
        case column_type::blob:
            return "BLOB";
    }
    return "";
}

std::string_view action_name(foreign_key_action action) {
    switch (action) {
        case foreign_key_action::none:
            return "";
        case foreign_key_action::cascade:
            return "CASCADE";
        case foreign_key_action::set_null:
            return "SET NULL";
        case foreign_key_action::set_default:
            return "SET DEFAULT";
        case foreign_key_action::restricted:
            return "RESTRICT";
    }
    return "";
}

void append_action(std::string& sql, std::string_view event, foreign_key_action action) {
    if (action != foreign_key_action::none) {
        sql.append(" ON ").append(event).append(" ").append(action_name(action));
    }
}

void append_column(std::string& sql, const column_definition& column, bool only_key) {
    sql += quoted(column.name);
    sql.append(" ").append(type_name(column.type));
    if (column.primary_key && only_key) {
        sql += column.autoincrement ? " PRIMARY KEY AUTOINCREMENT" : " PRIMARY KEY";
    }
    if (!column.nullable) {
        sql += " NOT NULL";
    }
    if (column.unique) {
        sql += " UNIQUE";
    }
    if (!column.default_sql.empty()) {
        sql.append(" DEFAULT ").append(column.default_sql.view());
    }
    if (!column.check.empty()) {
        sql.append(" CHECK (").append(column.check).append(")");
    }
    if (!column.references_table.empty()) {
        sql += " REFERENCES " + quoted(column.references_table) + " (" +
               quoted(column.references_column) + ")";
        append_action(sql, "UPDATE", column.on_parent_update);
        append_action(sql, "DELETE", column.on_delete);
    }
}

void append_composite_key(std::string& sql, std::span<const column_definition> columns) {
    std::string_view separator = ",\n    PRIMARY KEY (";
    for (const auto& column : columns) {
        if (column.primary_key) {
            sql.append(separator).append(quoted(column.name));
            separator = ", ";
        }
    }
    sql += ")";
}

void append_index(std::string& sql, const table_view& table, const index_definition& index) {
    sql.append(index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ").append(quoted(index.name));
    sql.append(" ON ").append(quoted(table.name));
    std::string_view separator = " (";
    for (std::size_t i = 0; i < index.column_count; ++i) {
        sql.append(separator).append(quoted(table.columns[index.columns[i]].name));
        separator = ", ";
    }
    sql += ");\n";
}

}  // namespace

std::string create_table_sql(const table_view& table) {
    auto keys = std::count_if(table.columns.begin(), table.columns.end(),
                              [](const auto& column) { return column.primary_key; });
    std::string sql = "CREATE TABLE " + quoted(table.name);
    std::string_view separator = " (\n    ";
    for (const auto& column : table.columns) {
        sql += separator;
        append_column(sql, column, keys == 1);
        separator = ",\n    ";
    }
    if (keys > 1) {
        append_composite_key(sql, table.columns);
    }
    sql += "\n);\n";
    for (const auto& index : table.indexes) {
        append_index(sql, table, index);
    }
    return sql;
}

std::string to_snake_case(std::string_view name) {
    std::string out;
    detail::append_snake_case(name, out, std::string());
    return out;
}

}  // namespace dormouse
