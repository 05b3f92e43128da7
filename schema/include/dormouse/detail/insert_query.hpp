// INSERT. The columns are those the value's struct has fields for, by name. Part of
// <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/query_run.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace dormouse::detail {

/// Where the value of a column comes from.
enum class column_source : std::uint8_t { omitted, value, generator };

template <auto const& Table>
constexpr std::size_t key_columns() {
    std::size_t count = 0;
    for (const auto& column : Table.columns) {
        count += column.key_position != 0 ? 1 : 0;
    }
    return count;
}

/// SQLite fills it in: an integer that is the whole primary key.
template <auto const& Table>
constexpr bool is_rowid(const column_definition& column) {
    return column.key_position == 1 && column.type == column_type::integer &&
           key_columns<Table>() == 1;
}

template <auto const& Table, class Value, std::size_t Column>
constexpr column_source source_of() {
    constexpr const column_definition& column = Table.columns[Column];
    if (column.is_generated()) {
        return column_source::omitted;
    }
    if (find_field<Value>(column.field) != not_found) {
        return column_source::value;
    }
    return column.has_default_fn ? column_source::generator : column_source::omitted;
}

template <auto const& Table, class Value, std::size_t Field>
constexpr bool field_is_storable() {
    constexpr std::size_t column = find_field<row_of<Table>>(field_name<Value, Field>);
    if constexpr (column == not_found) {
        return false;
    } else {
        using field = field_type<Value, Field>;
        constexpr bool may_be_empty = is_optional<unwrapped_type<field>>;
        constexpr const column_definition& target = Table.columns[column];
        return storable_types<field_type<row_of<Table>, column>, field> &&
               (!may_be_empty || target.may_be_omitted() || is_rowid<Table>(target));
    }
}

/// Every field of Value is a column of the table by name, and its type can be stored there.
template <class Value, auto const& Table>
concept has_only_storable_columns = []<std::size_t... Field>(std::index_sequence<Field...>) {
    return (field_is_storable<Table, Value, Field>() && ...);
}
(field_indexes<Value>{});

/// Value has a field for every column that has no default and may not be NULL.
template <class Value, auto const& Table>
concept has_required_columns = []<std::size_t... Column>(std::index_sequence<Column...>) {
    return ((source_of<Table, Value, Column>() != column_source::omitted ||
             Table.columns[Column].may_be_omitted() || is_rowid<Table>(Table.columns[Column])) &&
            ...);
}
(field_indexes<row_of<Table>>{});

template <class Value, auto const& Table>
concept insertable = aggregate<Value> && has_only_storable_columns<Value, Table> &&
    has_required_columns<Value, Table>;

/// Runs a column's generator and binds what it made.
template <auto const& Table, std::size_t Column>
void bind_generated(binder& to, generator_context& generators, generator_function generator) {
    using value = field_type<row_of<Table>, Column>;
    value made{};
    generator(&made, generators);
    bind_stored<value>(to, made, value_life::ends_now);
}

struct on_conflict_fail {
    template <auto const& Table>
    static void append_sql(std::string& /*sql*/) {}
    template <auto const& Table>
    static void bind(binder& /*to*/, generator_context& /*generators*/) {}
};

struct on_conflict_ignore : on_conflict_fail {
    template <auto const& Table>
    static void append_sql(std::string& sql) {
        sql += " ON CONFLICT DO NOTHING";
    }
};

/// The columns of the conflict that is resolved.
template <auto... Members>
struct conflict_key {};

template <class Key, auto... Updated>
struct on_conflict_update;
template <auto... Key, auto... Updated>
struct on_conflict_update<conflict_key<Key...>, Updated...> {
    template <auto const& Table>
    static void append_sql(std::string& sql) {
        sql += " ON CONFLICT (";
        std::string_view separator;
        ((sql += std::exchange(separator, ", "), append_name<Table>(sql, member_of<Key>::index)),
         ...);
        sql += ") DO UPDATE SET ";
        separator = "";
        ((sql += std::exchange(separator, ", "),
          append_excluded<Table>(sql, member_of<Updated>::index)),
         ...);
        for (std::size_t i = 0; i < Table.columns.size(); ++i) {
            if (is_refreshed<Table>(i)) {
                sql += ", ";
                append_name<Table>(sql, i);
                sql += " = ?";
            }
        }
    }

    template <auto const& Table>
    static void bind(binder& to, generator_context& generators) {
        for_each_index<row_of<Table>>([&]<std::size_t Column>(index_constant<Column>) {
            if constexpr (is_refreshed<Table>(Column)) {
                bind_generated<Table, Column>(to, generators, Table.columns[Column].on_update);
            }
        });
    }

private:
    /// An update refreshes the columns with `on_update` that it does not set itself.
    template <auto const& Table>
    static constexpr bool is_refreshed(std::size_t column) {
        return Table.columns[column].has_on_update &&
               ((member_of<Updated>::index != column) && ...);
    }
    template <auto const& Table>
    static void append_name(std::string& sql, std::size_t column) {
        append_identifier(sql, Table.columns[column].name);
    }
    template <auto const& Table>
    static void append_excluded(std::string& sql, std::size_t column) {
        append_name<Table>(sql, column);
        sql += " = excluded.";
        append_name<Table>(sql, column);
    }
};

/// `Kept` is a reference to the value given as an lvalue, or the value itself.
template <auto const& Table, class Kept, class Conflict>
class insert_values {
    using value = std::remove_cvref_t<Kept>;

public:
    static constexpr bool writes = true;

    insert_values(db& database, Kept&& kept)
        : database_(&database), value_(std::forward<Kept>(kept)) {}

    static std::string sql_text() {
        std::string sql = "INSERT INTO ";
        append_identifier(sql, Table.name);
        std::string names;
        std::string values;
        for_each_index<row_of<Table>>([&]<std::size_t Column>(index_constant<Column>) {
            if constexpr (source_of<Table, value, Column>() != column_source::omitted) {
                append_identifier(names += names.empty() ? "" : ", ", Table.columns[Column].name);
                values.append(values.empty() ? "" : ", ").append(placeholder<Column>());
            }
        });
        if (names.empty()) {
            sql += " DEFAULT VALUES";
        } else {
            sql.append(" (").append(names).append(") VALUES (").append(values).append(")");
        }
        Conflict::template append_sql<Table>(sql);
        return sql;
    }

    void bind_all(binder& to, generator_context& generators) const {
        for_each_index<row_of<Table>>([&]<std::size_t Column>(index_constant<Column>) {
            bind_column<Column>(to, generators);
        });
        Conflict::template bind<Table>(to, generators);
    }
    [[nodiscard]] db& database() const { return *database_; }

    /// Runs it; answers how many rows were written.
    std::int64_t execute() const { return run_to_end(*this); }

protected:
    db* database_;
    Kept value_;

private:
    template <std::size_t Column>
    static constexpr std::size_t field_index = find_field<value>(Table.columns[Column].field);

    /// An empty optional argument means the column's default, if NULL cannot be meant.
    template <std::size_t Column>
    static std::string placeholder() {
        constexpr const column_definition& column = Table.columns[Column];
        constexpr bool given = source_of<Table, value, Column>() == column_source::value;
        if (given && !column.nullable && column.has_default()) {
            return "coalesce(?, " + default_text(column.default_value) + ")";
        }
        return "?";
    }

    template <std::size_t Column>
    void bind_column(binder& to, generator_context& generators) const {
        constexpr column_source source = source_of<Table, value, Column>();
        constexpr const column_definition& column = Table.columns[Column];
        if constexpr (source == column_source::generator) {
            bind_generated<Table, Column>(to, generators, column.default_fn);
        } else if constexpr (source == column_source::value) {
            const auto& given = field<field_index<Column>>(value_);
            using column_value_type = field_type<row_of<Table>, Column>;
            if constexpr (is_optional<unwrapped_type<decltype(given)>> && !column.nullable &&
                          column.has_default_fn) {
                if (!member_value(given).has_value()) {
                    return bind_generated<Table, Column>(to, generators, column.default_fn);
                }
            }
            bind_stored<column_value_type>(to, given);
        }
    }
};

/// The statement with RETURNING: its rows are rows of the table.
template <auto const& Table, class Changes>
class returning_query : public row_query<returning_query<Table, Changes>, row_of<Table>> {
public:
    static constexpr bool writes = true;

    explicit returning_query(Changes changes) : changes_(std::move(changes)) {}

    static std::string sql_text() {
        std::string sql = Changes::sql_text() + " RETURNING ";
        append_all_columns(sql, Table, false);
        return sql;
    }
    void bind_all(binder& to, generator_context& generators) const {
        changes_.bind_all(to, generators);
    }
    [[nodiscard]] db& database() const { return changes_.database(); }

private:
    Changes changes_;
};

template <auto const& Table, class Kept, class Conflict>
class insert_query : public insert_values<Table, Kept, Conflict> {
    using values_type = insert_values<Table, Kept, Conflict>;

public:
    using insert_values<Table, Kept, Conflict>::insert_values;

    /// Answers the written rows, generated values included.
    [[nodiscard]] auto returning_all() const {
        return returning_query<Table, values_type>(static_cast<const values_type&>(*this));
    }
};

template <auto const& Table, class Conflict = on_conflict_fail>
class insert_start {
public:
    explicit insert_start(db& database) : database_(&database) {}

    /// The row to write: any struct whose fields are named like columns. Columns it leaves out get
    /// their default. An lvalue is referred to, not copied.
    template <class Value>
    requires insertable<std::remove_cvref_t<Value>, Table>
    [[nodiscard]] auto values(Value&& value) const {
        using kept =
            std::conditional_t<std::is_lvalue_reference_v<Value>, const std::remove_cvref_t<Value>&,
                               std::remove_cvref_t<Value>>;
        return insert_query<Table, kept, Conflict>(*database_, std::forward<Value>(value));
    }

    /// A row that would violate a constraint of uniqueness is not written.
    [[nodiscard]] auto or_ignore() const {
        return insert_start<Table, on_conflict_ignore>(*database_);
    }

    /// Where a row with the same `Key` exists, its `Updated` columns get the new values instead.
    template <auto Key, auto... Updated>
    requires(sizeof...(Updated) > 0) [[nodiscard]] auto upsert() const {
        return insert_start<Table, on_conflict_update<conflict_key<Key>, Updated...>>(*database_);
    }

private:
    db* database_;
};

}  // namespace dormouse::detail
