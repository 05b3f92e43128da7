#include "tests/migrations/random_schemas.hpp"

#include "migrations/column_order.hpp"
#include "migrations/schema_names.hpp"

#include <algorithm>
#include <array>

namespace dormouse::test {
namespace {

constexpr std::array table_names{"users", "posts", "order", "it's a \"table\"", "Größe"};
constexpr std::array column_names{"name", "group", "a \"b\"", "it's", "x", "ß"};
constexpr std::array types{"text", "integer", "real", "blob", "numeric"};
constexpr std::array defaults{"'x'",     "'it''s; --'",
                              "''",      "0",
                              "-5",      "1.5",
                              "true",    "NULL",
                              "x'00ff'", "CURRENT_TIMESTAMP",
                              "(1 + 1)", "(lower(hex(randomblob(4))))",
                              "('(')"};
constexpr std::array values{"NULL", "0",    "1",       "2",     "-3",  "1.5", "'1'",
                            "'a'",  "'b;'", "x'00ff'", "'007'", "1e3", "''",  "9007199254740993"};

constexpr std::array fills{"'x'", "id", "1", "NULL", "id || 'y'", "0.5"};

template <class Named>
std::vector<std::string> names_of(const std::vector<Named>& all) {
    std::vector<std::string> names;
    for (const auto& one : all) {
        names.push_back(one.name);
    }
    return names;
}

/// Uses no column that is not there.
bool is_whole(const table_description& table, const std::string& expression) {
    return std::ranges::none_of(column_names,
                                [&](const std::string& name) {
                                    return mentions_name(expression, name) &&
                                           find_column(table, name) == nullptr;
                                }) &&
           (!mentions_name(expression, "second") || find_column(table, "second") != nullptr);
}

bool is_whole(const table_description& table, const index_description& index) {
    return is_whole(table, index.where) &&
           std::ranges::all_of(index.keys, [&](const index_key& key) {
               return is_whole(table, key.expression ? key.text : quoted_identifier(key.text));
           });
}

bool is_computed(const table_description& table, const std::string& name) {
    return find_column(table, name)->generated.has_value();
}

/// Not from one that is computed itself: they could be computed from each other.
bool is_computable(const table_description& table, const column_description& column) {
    const auto& expression = column.generated->expression;
    return is_whole(table, expression) &&
           std::ranges::none_of(columns_used(table, expression),
                                [&](const auto& used) { return is_computed(table, used); });
}

void drop_what_lacks_columns(table_description& table) {
    for (bool changed = true; changed;) {
        const auto before = table;
        changed = std::erase_if(table.columns, [&](const column_description& column) {
                      return column.generated && !is_computable(before, column);
                  }) > 0;
    }
    std::erase_if(table.primary_key, [&](const auto& name) {
        return find_column(table, name) == nullptr || is_computed(table, name);
    });
    std::erase_if(table.indexes, [&](const auto& index) { return !is_whole(table, index); });
    std::erase_if(table.checks,
                  [&](const auto& check) { return !is_whole(table, check.expression); });
}

void mark_key(table_description& table) {
    for (auto& column : table.columns) {
        column.primary_key = contains_name(table.primary_key, column.name);
        column.not_null = column.not_null || column.primary_key;
        column.autoincrement = column.autoincrement && is_rowid(table, column);
    }
}

/// The columns that `key` is made of, and what it refers to, are there.
bool fits(const foreign_key_description& key, const table_description& child,
          const schema_snapshot& schema) {
    const auto* parent = find_table(schema.tables, key.parent_table);
    return parent != nullptr && same_names(parent->primary_key, key.parent_columns) &&
           std::ranges::all_of(key.columns, [&](const auto& name) {
               return find_column(child, name) != nullptr && !is_computed(child, name);
           });
}

}  // namespace

schema_snapshot random_schemas::draw() {
    schema_snapshot schema;
    for (const auto* name : table_names) {
        if (chance(55)) {
            schema.tables.push_back(draw_table(name));
        }
    }
    add_references(schema);
    return schema;
}

schema_snapshot random_schemas::draw_change(const schema_snapshot& from) {
    schema_snapshot to;
    for (const auto& table : from.tables) {
        if (chance(85)) {
            to.tables.push_back(table);
            to.tables.back().foreign_keys.clear();
        }
    }
    for (auto& table : to.tables) {
        if (chance(70)) {
            change_table(table);
        }
    }
    for (const auto* name : table_names) {
        if (find_table(from.tables, name) == nullptr && chance(20)) {
            to.tables.push_back(draw_table(name));
        }
    }
    std::ranges::shuffle(to.tables, random_);
    keep_references(from, to);
    if (chance(40)) {
        add_references(to);
    }
    return to;
}

std::vector<std::string> random_schemas::draw_rows(const schema_snapshot& schema) {
    std::vector<std::string> statements;
    for (const auto& table : schema.tables) {
        for (auto count = random_() % 7; count > 0; --count) {
            statements.push_back(draw_row(table));
        }
        if (chance(20)) {
            statements.push_back("DELETE FROM " + quoted_identifier(table.name) +
                                 " WHERE rowid % 2");
        }
    }
    return statements;
}

std::vector<fill_hint> random_schemas::draw_fills(const schema_snapshot& schema) {
    std::vector<fill_hint> drawn;
    for (const auto& table : schema.tables) {
        for (const auto& column : table.columns) {
            if (!column.generated && chance(50)) {
                drawn.push_back({table.name, column.name, one_of(fills)});
            }
        }
    }
    return drawn;
}

std::vector<std::string> random_schemas::draw_renames(const schema_snapshot& schema) {
    std::vector<std::string> hints;
    rename_some("", names_of(schema.tables), hints);
    for (const auto& table : schema.tables) {
        auto names = names_of(table.columns);
        std::erase(names, "id");
        rename_some(table.name + ".", std::move(names), hints);
    }
    std::ranges::shuffle(hints, random_);
    return hints;
}

void random_schemas::rename_some(const std::string& prefix, std::vector<std::string> names,
                                 std::vector<std::string>& hints) {
    if (names.size() < 2 || chance(40)) {
        return;
    }
    std::ranges::shuffle(names, random_);
    if (chance(30)) {
        hints.push_back(prefix + names[0] + ":fresh");
        return;
    }
    hints.push_back(prefix + names[0] + ":" + names[1]);
    hints.push_back(prefix + names[1] + ":" + (chance(50) ? names[0] : "fresh"));
}

table_description random_schemas::draw_table(const std::string& name) {
    table_description table;
    table.name = name;
    add_key(table);
    add_columns(table);
    for (int i = 0; i < 2; ++i) {
        add_index(table);
    }
    add_check(table);
    std::ranges::shuffle(table.columns, random_);
    return table;
}

void random_schemas::add_key(table_description& table) {
    auto id = draw_column("id");
    id.type = chance(50) ? "integer" : "text";
    id.autoincrement = chance(40);
    id.default_sql.reset();
    table.columns.push_back(std::move(id));
    if (chance(80)) {
        table.primary_key.emplace_back("id");
    }
    if (chance(20)) {
        table.columns.push_back(draw_column("second"));
        table.primary_key.insert(chance(50) ? table.primary_key.begin() : table.primary_key.end(),
                                 "second");
    }
    mark_key(table);
}

column_description random_schemas::draw_column(const std::string& name) {
    column_description column;
    column.name = name;
    column.type = one_of(types);
    column.not_null = chance(30);
    if (chance(50)) {
        column.default_sql = one_of(defaults);
    }
    return column;
}

std::string random_schemas::draw_plain_column(const table_description& table) {
    std::vector<std::string> names;
    for (const auto& column : table.columns) {
        if (!column.generated) {
            names.push_back(quoted_identifier(column.name));
        }
    }
    return one_of(names);
}

void random_schemas::add_columns(table_description& table) {
    for (const auto* name : column_names) {
        if (!chance(50)) {
            continue;
        }
        auto column = draw_column(name);
        if (chance(15)) {
            column.default_sql.reset();
            column.generated = generated_description{
                draw_plain_column(table) + (chance(50) ? " || 'x'" : " + 1"),
                chance(50) ? generated_kind::stored : generated_kind::on_read};
        }
        table.columns.push_back(std::move(column));
    }
}

void random_schemas::add_index(table_description& table) {
    if (!chance(40)) {
        return;
    }
    index_description index{
        table.name + "_" + std::to_string(table.indexes.size()), chance(40), {}, {}};
    if (chance(30)) {
        index.keys.push_back({"lower(" + draw_plain_column(table) + ")", true});
    }
    if (index.keys.empty() || chance(30)) {
        index.keys.push_back({one_of(table.columns).name});
    }
    if (chance(30)) {
        index.where = draw_plain_column(table) + " IS NOT NULL";
    }
    table.indexes.push_back(std::move(index));
}

void random_schemas::add_check(table_description& table) {
    if (chance(40)) {
        const auto qualifier = chance(50) ? quoted_identifier(table.name) + "." : "";
        table.checks.push_back({"checked", qualifier + draw_plain_column(table) + " IS NOT 'b;'"});
    }
}

void random_schemas::add_references(schema_snapshot& schema) {
    for (auto& child : schema.tables) {
        if (chance(50)) {
            add_reference(child, one_of(schema.tables));
        }
    }
}

void random_schemas::add_reference(table_description& child, const table_description& parent) {
    using enum foreign_key_action;
    static constexpr std::array actions{none, cascade, set_null, set_default, restricted};
    std::vector<std::string> columns;
    for (const auto& column : child.columns) {
        if (!column.generated && columns.size() < parent.primary_key.size() && chance(70)) {
            columns.push_back(column.name);
        }
    }
    if (!columns.empty() && columns.size() == parent.primary_key.size()) {
        child.foreign_keys.push_back(
            {columns, parent.name, parent.primary_key, one_of(actions), one_of(actions)});
    }
}

void random_schemas::keep_references(const schema_snapshot& from, schema_snapshot& to) {
    for (auto& table : to.tables) {
        const auto* old = find_table(from.tables, table.name);
        const auto keys = old == nullptr ? decltype(table.foreign_keys)() : old->foreign_keys;
        for (const auto& key : keys) {
            if (fits(key, table, to) && chance(80)) {
                table.foreign_keys.push_back(key);
            }
        }
    }
}

void random_schemas::change_table(table_description& table) {
    auto other = draw_table(table.name);
    for (const auto& column : other.columns) {
        change_column(table, column);
    }
    table.primary_key = chance(20) ? other.primary_key : table.primary_key;
    table.indexes = chance(40) ? other.indexes : table.indexes;
    table.checks = chance(30) ? other.checks : table.checks;
    drop_what_lacks_columns(table);
    mark_key(table);
}

void random_schemas::change_column(table_description& table, const column_description& other) {
    const auto old = std::ranges::find(table.columns, other.name, &column_description::name);
    if (old == table.columns.end()) {
        if (chance(40)) {
            table.columns.push_back(other);
        }
    } else if (chance(30)) {
        *old = other;
    } else if (other.name != "id" && chance(15)) {
        table.columns.erase(old);
    }
}

std::string random_schemas::draw_row(const table_description& table) {
    std::string names;
    std::string row;
    for (const auto& column : table.columns) {
        if (column.generated) {
            continue;
        }
        const bool small = column.primary_key && chance(80);
        names += (names.empty() ? "" : ", ") + quoted_identifier(column.name);
        row += (row.empty() ? "" : ", ") + (small ? std::to_string(random_() % 8) : one_of(values));
    }
    return "INSERT OR IGNORE INTO " + quoted_identifier(table.name) + " (" + names + ") VALUES (" +
           row + ")";
}

}  // namespace dormouse::test
