#include "migrations/database_schema.hpp"

#include "migrations/schema_names.hpp"
#include "migrations/schema_text.hpp"
#include "migrations/sql_tokens.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dormouse {
namespace {

constexpr int hidden_virtual = 2;
constexpr int hidden_stored = 3;

borrowed_statement query(lease& turn, std::string_view sql, std::string_view name) {
    auto rows = turn.prepare(sql);
    rows->bind(1, name);
    return rows;
}

std::string sql_of(lease& turn, std::string_view name) {
    auto rows = query(turn, "SELECT sql FROM sqlite_schema WHERE name = ?", name);
    return rows->step() ? std::string(rows->text(0)) : std::string();
}

std::optional<generated_description> read_generated(const table_text& text,
                                                    const std::string& column,
                                                    std::int64_t hidden) {
    const auto found = text.generated.find(column);
    if ((hidden != hidden_virtual && hidden != hidden_stored) || found == text.generated.end()) {
        return std::nullopt;
    }
    return generated_description{
        found->second, hidden == hidden_stored ? generated_kind::stored : generated_kind::on_read};
}

void read_columns(lease& turn, const table_text& text, table_description& table) {
    std::map<std::int64_t, std::string> key;
    auto rows = query(
        turn, "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?)",
        table.name);
    while (rows->step()) {
        column_description column;
        column.name = rows->text(0);
        column.type = rows->text(1);
        column.not_null = rows->integer(2) != 0;
        if (!rows->is_null(3)) {
            column.default_sql = rows->text(3);
        }
        column.primary_key = rows->integer(4) != 0;
        column.generated = read_generated(text, column.name, rows->integer(5));
        if (column.primary_key) {
            key[rows->integer(4)] = column.name;
        }
        table.columns.push_back(std::move(column));
    }
    for (auto& [position, name] : key) {
        table.primary_key.push_back(std::move(name));
    }
}

// An INTEGER PRIMARY KEY is the rowid, which is never NULL, whether it says so or not.
void complete_rowid(const table_text& text, table_description& table) {
    for (auto& column : table.columns) {
        if (is_rowid(table, column)) {
            column.not_null = true;
            column.autoincrement = text.autoincrement;
        }
    }
}

index_key read_key(const table_description& table, const std::string& term) {
    std::string_view rest = term;
    const auto name = rest.empty() ? std::string() : take_token(rest).as_name();
    const auto* column = rest.empty() ? find_column(table, name) : nullptr;
    return column == nullptr ? index_key{term, true} : index_key{column->name, false};
}

/// An index that has no text belongs to a UNIQUE constraint.
std::vector<index_key> read_constraint_keys(lease& turn, std::string_view index) {
    std::vector<index_key> keys;
    auto rows =
        query(turn, "SELECT name FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno", index);
    while (rows->step()) {
        keys.push_back({std::string(rows->text(0)), false});
    }
    return keys;
}

void read_indexes(lease& turn, table_description& table) {
    auto rows = query(turn,
                      "SELECT name, \"unique\" FROM pragma_index_list(?) WHERE origin <> "
                      "'pk' ORDER BY seq DESC",
                      table.name);
    while (rows->step()) {
        index_description index{std::string(rows->text(0)), rows->integer(1) != 0, {}, {}};
        const auto sql = sql_of(turn, index.name);
        auto text = read_index_text(sql);
        for (const auto& term : text.terms) {
            if (!sql.empty()) {
                index.keys.push_back(read_key(table, term));
            }
        }
        if (sql.empty()) {
            index.keys = read_constraint_keys(turn, index.name);
        }
        index.where = std::move(text.where);
        table.indexes.push_back(std::move(index));
    }
}

foreign_key_action read_action(std::string_view name) {
    using enum foreign_key_action;
    for (const auto action : {cascade, set_null, set_default, restricted}) {
        if (same_name(name, to_string(action))) {
            return action;
        }
    }
    return none;
}

void read_foreign_keys(lease& turn, table_description& table) {
    auto rows = query(turn,
                      "SELECT seq, \"table\", \"from\", \"to\", on_update, on_delete FROM "
                      "pragma_foreign_key_list(?) ORDER BY id DESC, seq",
                      table.name);
    while (rows->step()) {
        if (rows->integer(0) == 0) {
            table.foreign_keys.push_back({{},
                                          std::string(rows->text(1)),
                                          {},
                                          read_action(rows->text(5)),
                                          read_action(rows->text(4))});
        }
        auto& key = table.foreign_keys.back();
        key.columns.emplace_back(rows->text(2));
        if (!rows->is_null(3)) {
            key.parent_columns.emplace_back(rows->text(3));
        }
    }
}

// REFERENCES users means its primary key.
void complete_references(std::vector<table_description>& tables) {
    for (auto& table : tables) {
        for (auto& key : table.foreign_keys) {
            const auto* parent = find_table(tables, key.parent_table);
            if (key.parent_columns.empty() && parent != nullptr) {
                key.parent_columns = parent->primary_key;
            }
        }
    }
}

/// `query` asks for type, name, table and statement.
std::vector<attached_object> read_objects(lease& turn, std::string_view query) {
    std::vector<attached_object> objects;
    auto rows = turn.prepare(query);
    while (rows->step()) {
        objects.push_back({std::string(rows->text(0)), std::string(rows->text(1)),
                           std::string(rows->text(2)), std::string(rows->text(3))});
    }
    return objects;
}

}  // namespace

std::vector<table_description> read_database_schema(lease& turn) {
    std::vector<table_description> tables;
    auto rows = turn.prepare(
        "SELECT name, sql FROM sqlite_schema AS made WHERE type = 'table' AND name NOT LIKE "
        "'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_\\_%' ESCAPE '\\' AND (SELECT type FROM "
        "pragma_table_list(made.name) WHERE schema = 'main') = 'table' ORDER BY rowid");
    while (rows->step()) {
        table_description table;
        table.name = rows->text(0);
        auto text = read_table_text(rows->text(1));
        read_columns(turn, text, table);
        complete_rowid(text, table);
        read_indexes(turn, table);
        read_foreign_keys(turn, table);
        table.checks = std::move(text.checks);
        tables.push_back(std::move(table));
    }
    complete_references(tables);
    return tables;
}

std::vector<attached_object> read_attached_objects(lease& turn) {
    return read_objects(
        turn,
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT "
        "NULL AND name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY rowid");
}

std::vector<attached_object> read_virtual_tables(lease& turn) {
    return read_objects(
        turn,
        "SELECT 'virtual table', name, tbl_name, sql FROM sqlite_schema WHERE type = 'table' AND "
        "sql LIKE 'create virtual %' ORDER BY rowid");
}

}  // namespace dormouse
