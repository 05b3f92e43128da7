#include "tests/conformance/neutral_schema.hpp"

#include "migrations/sql_tokens.hpp"

#include <dormouse/schema.hpp>

#include <algorithm>
#include <stdexcept>

namespace conformance {
namespace {

using namespace dormouse;
using simdjson::dom::element;

std::string text_or(element object, std::string_view key, std::string_view otherwise) {
    std::string_view text;
    return std::string(object[key].get(text) == simdjson::SUCCESS ? text : otherwise);
}

bool flag(element object, std::string_view key) {
    bool value = false;
    return object[key].get(value) == simdjson::SUCCESS && value;
}

simdjson::dom::array list(element object, std::string_view key) {
    static simdjson::dom::parser parser;
    static const element none = parser.parse(std::string_view("[]"));
    simdjson::dom::array all;
    return object[key].get(all) == simdjson::SUCCESS ? all : none.get_array().value();
}

/// One schema while it is read; other tables and columns are named by key and prop.
struct schema_reader {
    element schema;

    [[nodiscard]] element table(std::string_view key) const {
        for (const element one : list(schema, "tables")) {
            if (std::string_view(one["key"]) == key) {
                return one;
            }
        }
        throw std::runtime_error("no table " + std::string(key));
    }

    [[nodiscard]] static std::string column(element table, std::string_view prop) {
        for (const element one : list(table, "columns")) {
            if (std::string_view(one["prop"]) == prop) {
                return sql_name(one, "prop");
            }
        }
        throw std::runtime_error("no column " + std::string(prop));
    }

    [[nodiscard]] static std::vector<std::string> columns(element table,
                                                          simdjson::dom::array props) {
        std::vector<std::string> names;
        for (const element prop : props) {
            names.push_back(column(table, prop));
        }
        return names;
    }
};

std::string default_of(element value) {
    std::string_view sql;
    if (value["sql"].get(sql) == simdjson::SUCCESS) {
        return std::string(sql);
    }
    const element literal = value["value"];
    if (literal.is_string()) {
        return text_literal(std::string_view(literal));
    }
    const auto json = simdjson::to_string(literal);
    return literal.is_object() || literal.is_array() ? text_literal(json) : json;
}

foreign_key_action action_of(const std::string& name) {
    using enum foreign_key_action;
    for (const auto action : {none, cascade, set_null, set_default, restricted}) {
        if (name == to_string(action)) {
            return action;
        }
    }
    throw std::runtime_error("no action " + name);
}

column_description read_column(element column) {
    column_description out;
    out.name = sql_name(column, "prop");
    out.type = std::string_view(column["type"]);
    std::int64_t length = 0;
    if (column["length"].get(length) == simdjson::SUCCESS) {
        out.type += "(" + std::to_string(length) + ")";
    }
    out.primary_key = flag(column, "primaryKey");
    out.not_null = flag(column, "notNull") || out.primary_key;
    out.autoincrement = flag(column, "autoIncrement");
    element value;
    if (column["default"].get(value) == simdjson::SUCCESS) {
        out.default_sql = default_of(value);
    }
    if (column["generated"].get(value) == simdjson::SUCCESS) {
        const bool stored = text_or(value, "mode", "virtual") == "stored";
        out.generated =
            generated_description{std::string(std::string_view(value["sql"])),
                                  stored ? generated_kind::stored : generated_kind::on_read};
    }
    return out;
}

index_description unique_index(const std::string& table, const std::string& name,
                               const std::vector<std::string>& columns) {
    index_description out{name, true, {}, {}};
    std::string made = table;
    for (const auto& column : columns) {
        out.keys.push_back({column});
        made += "_" + column;
    }
    out.name = name.empty() ? made + "_unique" : name;
    return out;
}

index_description read_index(element table, element index) {
    index_description out{
        text_or(index, "name", ""), flag(index, "unique"), {}, text_or(index, "where", "")};
    for (const element key : list(index, "columns")) {
        std::string_view sql;
        if (key.is_object() && key["sql"].get(sql) == simdjson::SUCCESS) {
            out.keys.push_back({std::string(sql), true});
        } else {
            out.keys.push_back({schema_reader::column(table, key)});
        }
    }
    return out;
}

void add_unique(element column, table_description& table) {
    element unique;
    if (column["unique"].get(unique) == simdjson::SUCCESS && !unique.is_null()) {
        const std::string name = unique.is_string() ? std::string(std::string_view(unique)) : "";
        table.indexes.push_back(unique_index(table.name, name, {sql_name(column, "prop")}));
    }
}

void add_reference(const schema_reader& schema, element column, table_description& table) {
    element to;
    if (column["references"].get(to) != simdjson::SUCCESS) {
        return;
    }
    const auto parent = schema.table(to["table"]);
    table.foreign_keys.push_back({{sql_name(column, "prop")},
                                  sql_name(parent, "key"),
                                  {schema_reader::column(parent, to["column"])},
                                  action_of(text_or(to, "onDelete", "no action")),
                                  action_of(text_or(to, "onUpdate", "no action"))});
}

void add_foreign_key(const schema_reader& schema, element key, element in,
                     table_description& table) {
    const auto parent = schema.table(key["table"]);
    table.foreign_keys.push_back({schema_reader::columns(in, list(key, "columns")),
                                  sql_name(parent, "key"),
                                  schema_reader::columns(parent, list(key, "foreignColumns")),
                                  action_of(text_or(key, "onDelete", "no action")),
                                  action_of(text_or(key, "onUpdate", "no action"))});
}

void add_keys(const schema_reader& schema, element in, table_description& table) {
    for (auto& column : table.columns) {
        if (column.primary_key) {
            table.primary_key.push_back(column.name);
        }
    }
    element key;
    if (in["primaryKey"].get(key) == simdjson::SUCCESS) {
        table.primary_key = schema_reader::columns(in, list(key, "columns"));
    }
    for (auto& column : table.columns) {
        column.primary_key = std::ranges::count(table.primary_key, column.name) > 0;
    }
    for (const element one : list(in, "foreignKeys")) {
        add_foreign_key(schema, one, in, table);
    }
}

table_description read_table(const schema_reader& schema, element in) {
    table_description table;
    table.name = sql_name(in, "key");
    for (const element column : list(in, "columns")) {
        table.columns.push_back(read_column(column));
        add_unique(column, table);
        add_reference(schema, column, table);
    }
    add_keys(schema, in, table);
    for (const element index : list(in, "indexes")) {
        table.indexes.push_back(read_index(in, index));
    }
    for (const element unique : list(in, "uniques")) {
        table.indexes.push_back(unique_index(table.name, text_or(unique, "name", ""),
                                             schema_reader::columns(in, list(unique, "columns"))));
    }
    for (const element check : list(in, "checks")) {
        table.checks.push_back({text_or(check, "name", ""), text_or(check, "sql", "")});
    }
    return table;
}

}  // namespace

std::string sql_name(element named, std::string_view key) {
    std::string_view explicit_name;
    const bool given = named["name"].get(explicit_name) == simdjson::SUCCESS;
    if (key == "key") {  // table() converts what it is given, too
        return to_snake_case(given ? explicit_name : std::string_view(named["key"]));
    }
    return given ? std::string(explicit_name) : to_snake_case(std::string_view(named[key]));
}

std::vector<table_description> read_schema(element schema) {
    std::vector<table_description> tables;
    for (const element table : list(schema, "tables")) {
        tables.push_back(read_table({schema}, table));
    }
    return tables;
}

}  // namespace conformance
