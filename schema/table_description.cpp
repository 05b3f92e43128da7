#include <dormouse/table_description.hpp>

#include <span>

namespace dormouse {
namespace {

void append_names(std::string& sql, std::span<const std::string> names) {
    std::string_view separator = "(";
    for (const auto& name : names) {
        sql.append(separator).append(quoted_identifier(name));
        separator = ", ";
    }
    sql += ')';
}

void append_column(std::string& sql, const table_description& table,
                   const column_description& column) {
    sql.append(quoted_identifier(column.name)).append(" ").append(column.type);
    if (column.primary_key && table.primary_key.size() == 1) {
        sql += column.autoincrement ? " PRIMARY KEY AUTOINCREMENT" : " PRIMARY KEY";
    }
    if (column.not_null) {
        sql += " NOT NULL";
    }
    if (column.default_sql) {
        sql.append(" DEFAULT ").append(*column.default_sql);
    }
    if (column.generated) {
        const bool stored = column.generated->kind == generated_kind::stored;
        sql.append(" GENERATED ALWAYS AS (").append(column.generated->expression);
        sql += stored ? ") STORED" : ") VIRTUAL";
    }
}

void append_reference(std::string& sql, const foreign_key_description& key) {
    sql.append(" REFERENCES ").append(quoted_identifier(key.parent_table)).append(" ");
    append_names(sql, key.parent_columns);
    if (key.on_update != foreign_key_action::none) {
        sql.append(" ON UPDATE ").append(to_string(key.on_update));
    }
    if (key.on_delete != foreign_key_action::none) {
        sql.append(" ON DELETE ").append(to_string(key.on_delete));
    }
    sql += key.deferred ? " DEFERRABLE INITIALLY DEFERRED" : "";
}

void append_foreign_key(std::string& sql, const foreign_key_description& key) {
    sql += "FOREIGN KEY ";
    append_names(sql, key.columns);
    append_reference(sql, key);
}

}  // namespace

std::string_view to_string(foreign_key_action action) noexcept {
    switch (action) {
        case foreign_key_action::none:
            return "no action";
        case foreign_key_action::cascade:
            return "cascade";
        case foreign_key_action::set_null:
            return "set null";
        case foreign_key_action::set_default:
            return "set default";
        case foreign_key_action::restricted:
            return "restrict";
    }
    return "";
}

std::string quoted_identifier(std::string_view name) {
    std::string out = "\"";
    for (char c : name) {
        out += c;
        if (c == '"') {
            out += c;
        }
    }
    return out += '"';
}

std::string create_table_statement(const table_description& table) {
    std::string sql = "CREATE TABLE " + quoted_identifier(table.name);
    std::string_view separator = " (\n    ";
    auto next = [&]() -> std::string& {
        sql += separator;
        separator = ",\n    ";
        return sql;
    };
    for (const auto& column : table.columns) {
        append_column(next(), table, column);
    }
    if (table.primary_key.size() > 1) {
        append_names(next() += "PRIMARY KEY ", table.primary_key);
    }
    for (const auto& key : table.foreign_keys) {
        append_foreign_key(next(), key);
    }
    for (const auto& check : table.checks) {
        next().append("CONSTRAINT ").append(quoted_identifier(check.name));
        sql.append(" CHECK (").append(check.expression).append(")");
    }
    return sql += "\n)";
}

std::string add_column_statement(const table_description& table, const column_description& column) {
    std::string sql = "ALTER TABLE " + quoted_identifier(table.name) + " ADD COLUMN ";
    append_column(sql, table, column);
    for (const auto& key : table.foreign_keys) {
        if (key.columns.size() == 1 && key.columns.front() == column.name) {
            append_reference(sql, key);
        }
    }
    return sql;
}

std::string create_index_statement(std::string_view table, const index_description& index) {
    std::string sql = index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
    sql.append(quoted_identifier(index.name)).append(" ON ").append(quoted_identifier(table));
    std::string_view separator = " (";
    for (const auto& key : index.keys) {
        sql.append(separator).append(key.expression ? key.text : quoted_identifier(key.text));
        separator = ", ";
    }
    sql += ')';
    if (!index.where.empty()) {
        sql.append(" WHERE ").append(index.where);
    }
    return sql;
}

std::vector<std::string> create_statements(const table_description& table) {
    std::vector<std::string> statements{create_table_statement(table)};
    for (const auto& index : table.indexes) {
        statements.push_back(create_index_statement(table.name, index));
    }
    return statements;
}

}  // namespace dormouse
