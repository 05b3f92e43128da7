#include "migrations/snapshot_json.hpp"

#include "migrations/json_writer.hpp"

#include <cstdint>
#include <cstdlib>

namespace dormouse {
namespace {

/// Drizzle keeps numbers and truth values as themselves, and everything else as SQL text.
void write_default(json_writer& json, std::string_view sql) {
    json.key("default");
    if (sql == "true" || sql == "false" || is_json_number(sql)) {
        json.raw(sql);
    } else {
        json.text(sql);
    }
}

void write_column(json_writer& json, const table_description& table,
                  const column_description& column) {
    json.begin_object(column.name);
    json.text("name", column.name);
    json.text("type", column.type);
    json.truth("primaryKey", column.primary_key && table.primary_key.size() == 1);
    json.truth("notNull", column.not_null);
    json.truth("autoincrement", column.autoincrement);
    if (column.default_sql) {
        write_default(json, *column.default_sql);
    }
    if (column.generated) {
        json.begin_object("generated");
        json.text("as", "(" + column.generated->expression + ")");
        json.text("type", column.generated->kind == generated_kind::stored ? "stored" : "virtual");
        json.end_object();
    }
    json.end_object();
}

void write_index(json_writer& json, const index_description& index) {
    json.begin_object(index.name);
    json.text("name", index.name);
    json.begin_array("columns");
    for (const auto& key : index.keys) {
        json.text(key.text);
    }
    json.end_array();
    json.truth("isUnique", index.unique);
    if (!index.where.empty()) {
        json.text("where", index.where);
    }
    json.end_object();
}

std::string join(std::string_view first, const std::vector<std::string>& rest) {
    std::string joined(first);
    for (const auto& one : rest) {
        joined.append("_").append(one);
    }
    return joined;
}

void write_foreign_key(json_writer& json, const table_description& table,
                       const foreign_key_description& key) {
    const auto name =
        join(table.name, key.columns) + "_" + join(key.parent_table, key.parent_columns) + "_fk";
    json.begin_object(name);
    json.text("name", name);
    json.text("tableFrom", table.name);
    json.text("tableTo", key.parent_table);
    json.texts("columnsFrom", key.columns);
    json.texts("columnsTo", key.parent_columns);
    json.text("onDelete", to_string(key.on_delete));
    json.text("onUpdate", to_string(key.on_update));
    json.end_object();
}

void write_composite_key(json_writer& json, const table_description& table) {
    json.begin_object("compositePrimaryKeys");
    if (table.primary_key.size() > 1) {
        const auto name = join(table.name, table.primary_key) + "_pk";
        json.begin_object(name);
        json.texts("columns", table.primary_key);
        json.text("name", name);
        json.end_object();
    }
    json.end_object();
}

void write_checks(json_writer& json, const table_description& table) {
    json.begin_object("checkConstraints");
    for (const auto& check : table.checks) {
        json.begin_object(check.name);
        json.text("name", check.name);
        json.text("value", check.expression);
        json.end_object();
    }
    json.end_object();
}

void write_table(json_writer& json, const table_description& table) {
    json.begin_object(table.name);
    json.text("name", table.name);
    json.begin_object("columns");
    for (const auto& column : table.columns) {
        write_column(json, table, column);
    }
    json.end_object();
    json.begin_object("indexes");
    for (const auto& index : table.indexes) {
        write_index(json, index);
    }
    json.end_object();
    json.begin_object("foreignKeys");
    for (const auto& key : table.foreign_keys) {
        write_foreign_key(json, table, key);
    }
    json.end_object();
    write_composite_key(json, table);
    json.begin_object("uniqueConstraints");  // unique columns have indexes
    json.end_object();
    write_checks(json, table);
    json.end_object();
}

void write_schema(json_writer& json, const schema_snapshot& snapshot) {
    json.begin_object("tables");
    for (const auto& table : snapshot.tables) {
        write_table(json, table);
    }
    json.end_object();
    json.begin_object("views");
    for (const auto& view : snapshot.views) {
        json.begin_object(view.name);
        json.text("name", view.name);
        json.begin_object("columns");
        json.end_object();
        json.text("definition", view.select);
        json.truth("isExisting", false);
        json.end_object();
    }
    json.end_object();
    json.begin_object("enums");
    json.end_object();
}

bool has_expression(const index_description& index) {
    for (const auto& key : index.keys) {
        if (key.expression) {
            return true;
        }
    }
    return false;
}

void write_expressions(json_writer& json, const index_description& index) {
    json.begin_object(index.name);
    json.begin_object("columns");
    for (const auto& key : index.keys) {
        if (key.expression) {
            json.begin_object(key.text);
            json.truth("isExpression", true);
            json.end_object();
        }
    }
    json.end_object();
    json.end_object();
}

/// What tells an index's expressions from its columns.
void write_internal(json_writer& json, const schema_snapshot& snapshot) {
    json.begin_object("internal");
    json.begin_object("indexes");
    for (const auto& table : snapshot.tables) {
        for (const auto& index : table.indexes) {
            if (has_expression(index)) {
                write_expressions(json, index);
            }
        }
    }
    json.end_object();
    json.end_object();
}

}  // namespace

std::string to_snapshot_json(const schema_snapshot& snapshot) {
    json_writer json(json_layout::indented);
    json.begin_object();
    json.text("version", "6");
    json.text("dialect", "sqlite");
    json.text("id", snapshot.id);
    json.text("prevId", snapshot.previous_id);
    write_schema(json, snapshot);
    json.begin_object("_meta");
    json.begin_object("tables");
    json.end_object();
    json.begin_object("columns");
    json.end_object();
    json.end_object();
    write_internal(json, snapshot);
    json.end_object();
    return json.take();
}

std::string hash_schema(const schema_snapshot& snapshot) {
    json_writer json(json_layout::compact);
    json.begin_object();
    write_schema(json, snapshot);
    json.end_object();
    std::uint32_t hash = 0;
    for (const char c : json.take()) {
        hash = hash * 31 + static_cast<unsigned char>(c);
    }
    const auto magnitude = std::abs(std::int64_t{static_cast<std::int32_t>(hash)});
    return to_base36(static_cast<std::uint64_t>(magnitude));
}

}  // namespace dormouse
