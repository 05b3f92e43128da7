// A table's layout exists in three places: as a constant of the program, in a snapshot file of the
// last release, and in the database itself. To compare them, or to write the statements that lead
// from one to the other, all three must be had in one form. This is that form: plain values, with
// names and types as they stand in SQL.
//
// `describe(schema<users, posts>)` in <dormouse/schema.hpp> makes it of a program's tables.
//
// **Thread safety:** values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// What happens to a row when the row it refers to is deleted, or its key changed.
enum class foreign_key_action : std::uint8_t { none, cascade, set_null, set_default, restricted };

/// "no action", "cascade", "set null", "set default" or "restrict".
[[nodiscard]] std::string_view to_string(foreign_key_action action) noexcept;

/// When a generated column is computed.
enum class generated_kind : std::uint8_t {
    on_read,  ///< VIRTUAL: takes no space.
    stored,   ///< STORED: computed when the row is written.
};

struct generated_description {
    std::string expression;  ///< Without parentheses around it.
    generated_kind kind{};

    friend bool operator==(const generated_description&, const generated_description&) = default;
};

struct column_description {
    std::string name;
    std::string type;  ///< In lower case: "text", "integer", "real", "blob", "numeric".
    bool not_null = false;
    bool primary_key = false;  ///< Alone or as a part of `table_description::primary_key`.
    bool autoincrement = false;
    std::optional<std::string> default_sql;  ///< As it stands after DEFAULT.
    std::optional<generated_description> generated;

    friend bool operator==(const column_description&, const column_description&) = default;
};

struct index_key {
    std::string text;  ///< A column's name, or an SQL expression.
    bool expression = false;

    friend bool operator==(const index_key&, const index_key&) = default;
};

/// A column that is unique by itself has such an index, called `<table>_<column>_unique`.
struct index_description {
    std::string name;
    bool unique = false;
    std::vector<index_key> keys;
    std::string where;  ///< A partial index, unless empty.

    friend bool operator==(const index_description&, const index_description&) = default;
};

struct foreign_key_description {
    std::vector<std::string> columns;
    std::string parent_table;
    std::vector<std::string> parent_columns;
    foreign_key_action on_delete{};
    foreign_key_action on_update{};
    /// Checked at the end of the transaction. No struct and no snapshot says so.
    bool deferred = false;

    friend bool operator==(const foreign_key_description&,
                           const foreign_key_description&) = default;
};

struct check_description {
    std::string name;
    std::string expression;  ///< Without parentheses around it.

    friend bool operator==(const check_description&, const check_description&) = default;
};

struct table_description {
    std::string name;
    std::vector<column_description> columns;
    std::vector<std::string> primary_key;  ///< Columns in the order of the key; empty: the rowid.
    std::vector<index_description> indexes;
    std::vector<foreign_key_description> foreign_keys;
    std::vector<check_description> checks;

    friend bool operator==(const table_description&, const table_description&) = default;
};

/// `name` as an SQL identifier, in double quotes.
[[nodiscard]] std::string quoted_identifier(std::string_view name);

/// The statement that creates the table alone, without ";". A rebuild gives it another name.
[[nodiscard]] std::string create_table_statement(const table_description& table);

/// The statement that adds a column of `table` to the table as it was before, without ";". A
/// foreign key of this column alone comes with it. Which columns SQLite lets be added so is up to
/// the caller.
[[nodiscard]] std::string add_column_statement(const table_description& table,
                                               const column_description& column);

/// The statement that creates one index, without ";".
[[nodiscard]] std::string create_index_statement(std::string_view table,
                                                 const index_description& index);

/// Everything that creates the table with its indexes, in order, each without ";".
[[nodiscard]] std::vector<std::string> create_statements(const table_description& table);

}  // namespace dormouse
