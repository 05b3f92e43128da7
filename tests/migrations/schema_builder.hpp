// Schemas for tests, in few words.
#pragma once

#include "migrations/snapshot.hpp"

#include <string>
#include <utility>
#include <vector>

namespace dormouse::test {

/// A nullable text column unless changed.
inline column_description text_column(std::string name) {
    column_description column;
    column.name = std::move(name);
    column.type = "text";
    return column;
}

inline column_description wanted(column_description column) {
    column.not_null = true;
    return column;
}

inline column_description with_default(column_description column, std::string sql) {
    column.default_sql = std::move(sql);
    return column;
}

/// A table with the column `id INTEGER PRIMARY KEY` and others.
inline table_description table_of(std::string name, std::vector<column_description> columns) {
    table_description table;
    table.name = std::move(name);
    column_description id;
    id.name = "id";
    id.type = "integer";
    id.primary_key = true;
    id.not_null = true;
    table.columns.push_back(std::move(id));
    for (auto& column : columns) {
        table.columns.push_back(std::move(column));
    }
    table.primary_key = {"id"};
    return table;
}

inline foreign_key_description cascading_key(std::string column, std::string parent) {
    return {{std::move(column)},
            std::move(parent),
            {"id"},
            foreign_key_action::cascade,
            foreign_key_action::none};
}

inline schema_snapshot schema_of(std::vector<table_description> tables) {
    schema_snapshot snapshot;
    snapshot.tables = std::move(tables);
    return snapshot;
}

}  // namespace dormouse::test
