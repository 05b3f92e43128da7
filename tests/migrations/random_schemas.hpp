// Schemas with tables, columns and constraints of every kind, and rows for them, drawn at random.
#pragma once

#include "migrations/snapshot.hpp"

#include <dormouse/migration_hints.hpp>

#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace dormouse::test {

/// Every table has a column `id`, which no change takes away.
class random_schemas {
public:
    explicit random_schemas(std::uint32_t seed) : random_(seed) {}

    [[nodiscard]] schema_snapshot draw();
    /// One that has much of `from`.
    [[nodiscard]] schema_snapshot draw_change(const schema_snapshot& from);
    /// Statements that put rows in and take some out. Some do not fit.
    [[nodiscard]] std::vector<std::string> draw_rows(const schema_snapshot& schema);
    /// For columns that need them and others.
    [[nodiscard]] std::vector<fill_hint> draw_fills(const schema_snapshot& schema);
    /// Hints that give other names, swapped ones and such as move on.
    [[nodiscard]] std::vector<std::string> draw_renames(const schema_snapshot& schema);

private:
    [[nodiscard]] bool chance(unsigned percent) { return random_() % 100 < percent; }
    template <class All>
    [[nodiscard]] const auto& one_of(const All& all) {
        return all[random_() % std::size(all)];
    }

    [[nodiscard]] table_description draw_table(const std::string& name);
    [[nodiscard]] column_description draw_column(const std::string& name);
    [[nodiscard]] std::string draw_plain_column(const table_description& table);
    void add_key(table_description& table);
    void add_columns(table_description& table);
    void add_index(table_description& table);
    void add_check(table_description& table);
    void add_references(schema_snapshot& schema);
    void add_reference(table_description& child, const table_description& parent);
    void keep_references(const schema_snapshot& from, schema_snapshot& to);
    void change_table(table_description& table);
    void change_column(table_description& table, const column_description& other);
    [[nodiscard]] std::string draw_row(const table_description& table);
    void rename_some(const std::string& prefix, std::vector<std::string> names,
                     std::vector<std::string>& hints);

    std::mt19937 random_;
};

}  // namespace dormouse::test
