#include <dormouse/detail/json_text.hpp>
#include <dormouse/schema.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace dormouse {
namespace {

std::string_view type_name(column_type type) {
    switch (type) {
        case column_type::text:
            return "text";
        case column_type::integer:
            return "integer";
        case column_type::real:
            return "real";
        case column_type::blob:
            return "blob";
        case column_type::numeric:
            return "numeric";
    }
    return "";
}

column_description describe_column(const column_definition& column) {
    column_description out;
    out.name = column.name;
    out.type = type_name(column.type);
    out.not_null = !column.nullable;
    out.primary_key = column.key_position != 0;
    out.autoincrement = column.autoincrement;
    if (column.has_default()) {
        out.default_sql = detail::default_text(column.default_value);
    }
    if (column.is_generated()) {
        out.generated = generated_description{std::string(column.generated_sql), column.generated};
    }
    return out;
}

std::vector<std::string> names_of(const column_definition* columns,
                                  const detail::column_positions& positions) {
    std::vector<std::string> names;
    for (auto position : positions.view()) {
        names.emplace_back(columns[position].name);
    }
    return names;
}

std::vector<std::string> primary_key_of(std::span<const column_definition> columns) {
    std::vector<std::pair<int, std::string_view>> parts;
    for (const auto& column : columns) {
        if (column.key_position != 0) {
            parts.emplace_back(column.key_position, column.name);
        }
    }
    std::ranges::sort(parts);
    std::vector<std::string> names;
    for (const auto& part : parts) {
        names.emplace_back(part.second);
    }
    return names;
}

index_description describe_index(const table_view& table, const index_definition& index) {
    index_description out{std::string(index.name), index.unique, {}, std::string(index.where)};
    for (auto& name : names_of(table.columns.data(), index.columns)) {
        out.keys.push_back({std::move(name)});
    }
    if (!index.expression.empty()) {
        out.keys.push_back({std::string(index.expression), true});
    }
    return out;
}

index_description unique_index_of(std::string_view table, std::string_view column) {
    std::string name(table);
    name.append("_").append(column).append("_unique");
    return {std::move(name), true, {{std::string(column)}}, {}};
}

foreign_key_description describe_foreign_key(const table_view& table,
                                             const foreign_key_definition& key) {
    const bool itself = key.parent == nullptr;
    return {names_of(table.columns.data(), key.columns),
            std::string(itself ? table.name : key.parent_table),
            names_of(itself ? table.columns.data() : key.parent, key.parent_columns), key.on_delete,
            key.on_update};
}

}  // namespace

std::string detail::default_text(const default_definition& value) {
    switch (value.kind) {
        case default_kind::sql:
            return std::string(value.text);
        case default_kind::integer:
            return std::to_string(value.integer);
        case default_kind::real:
            return number_text(value.real);
        case default_kind::text:
            break;
        case default_kind::none:
            return "NULL";
    }
    std::string out = "'";
    for (char c : value.text) {
        out += c;
        if (c == '\'') {
            out += c;
        }
    }
    return out += '\'';
}

table_description describe(const table_view& table) {
    table_description out;
    out.name = table.name;
    for (const auto& column : table.columns) {
        out.columns.push_back(describe_column(column));
        if (column.unique) {
            out.indexes.push_back(unique_index_of(table.name, column.name));
        }
    }
    out.primary_key = primary_key_of(table.columns);
    for (const auto& index : table.indexes) {
        out.indexes.push_back(describe_index(table, index));
    }
    for (const auto& key : table.foreign_keys) {
        out.foreign_keys.push_back(describe_foreign_key(table, key));
    }
    for (const auto& check : table.checks) {
        out.checks.push_back({std::string(check.name), std::string(check.condition)});
    }
    return out;
}

std::vector<table_description> describe(std::span<const table_view> tables) {
    std::vector<table_description> out;
    for (const auto& table : tables) {
        out.push_back(describe(table));
    }
    return out;
}

std::vector<std::string> describe_renames(std::span<const table_view> tables) {
    std::vector<std::string> renames;
    const auto add = [&](std::string place, std::string_view old_name, std::string_view name) {
        if (!old_name.empty()) {
            renames.push_back(place.append(old_name).append(":").append(name));
        }
    };
    for (const auto& table : tables) {
        add({}, table.old_name, table.name);
        for (const auto& column : table.columns) {
            add(std::string(table.name) + ".", column.old_name, column.name);
        }
    }
    return renames;
}

std::string create_table_sql(const table_view& table) {
    std::string sql;
    for (const auto& statement : create_statements(describe(table))) {
        sql.append(statement).append(";\n");
    }
    return sql;
}

std::string to_snake_case(std::string_view name) {
    std::string out;
    detail::append_snake_case(name, out, std::string());
    return out;
}

}  // namespace dormouse
