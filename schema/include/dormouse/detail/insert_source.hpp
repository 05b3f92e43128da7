// Where the values of an INSERT come from, and whether they fit. Part of <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/expression.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace dormouse::detail {

/// Where the value of a column comes from.
enum class column_source : std::uint8_t { omitted, value, generator };

/// What stands for a column in the VALUES of an INSERT. An empty optional means the column's
/// default, unless NULL can be meant.
enum class insert_form : std::uint8_t { omitted, value, value_or_default };

/// Up to the values; there is a form for each column.
void append_insert(std::string& sql, const table_view& table, const insert_form* forms);

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

/// The field's name is a column's, and values of its type can be stored there.
template <auto const& Table, class Value, std::size_t Field>
constexpr bool field_is_column() {
    constexpr std::size_t column = find_field<row_of<Table>>(field_name<Value, Field>);
    if constexpr (column == not_found) {
        return false;
    } else {
        return storable_types<field_type<row_of<Table>, column>, field_type<Value, Field>>;
    }
}

/// An INSERT may be given an empty value only where the column takes NULL or has a default.
template <auto const& Table, class Value, std::size_t Field>
constexpr bool field_is_insertable() {
    if constexpr (field_is_column<Table, Value, Field>()) {
        constexpr bool may_be_empty = is_optional<unwrapped_type<field_type<Value, Field>>>;
        constexpr const column_definition& target =
            Table.columns[find_field<row_of<Table>>(field_name<Value, Field>)];
        return !may_be_empty || target.may_be_omitted() || is_rowid<Table>(target);
    } else {
        return false;
    }
}

/// Every field of Value is a column of the table by name, and can be inserted there.
template <class Value, auto const& Table>
concept has_only_storable_columns = []<std::size_t... Field>(std::index_sequence<Field...>) {
    return (field_is_insertable<Table, Value, Field>() && ...);
}
(field_indexes<Value>{});

/// Value has a field for the column, or the column has a default or takes NULL.
template <auto const& Table, class Value, std::size_t Column>
constexpr bool column_is_provided() {
    return source_of<Table, Value, Column>() != column_source::omitted ||
           Table.columns[Column].may_be_omitted() || is_rowid<Table>(Table.columns[Column]);
}

/// Value has a field for every column that has no default and may not be NULL.
template <class Value, auto const& Table>
concept has_required_columns = []<std::size_t... Column>(std::index_sequence<Column...>) {
    return (column_is_provided<Table, Value, Column>() && ...);
}
(field_indexes<row_of<Table>>{});

template <class Value, auto const& Table>
concept insertable = aggregate<Value> && has_only_storable_columns<Value, Table> &&
    has_required_columns<Value, Table>;

/// An argument that need not be given: `arg<"string?">`.
template <class Field>
inline constexpr bool may_be_left_out = false;
template <fixed_string Expression>
inline constexpr bool may_be_left_out<arg<Expression>> =
    arg<Expression>::suffix == property_suffix::optional;

// What cannot be inserted: the compiler's message names the table and the field.

template <auto const& Table, class Value, auto Field, bool Column, bool Insertable>
consteval void require_insertable_field() {
    static_assert(Column,
                  "dormouse: this field of the inserted value is no column of the table, or has a "
                  "type that the column does not store");
    static_assert(!Column || Insertable,
                  "dormouse: this field of the inserted value may be empty, but its column neither "
                  "takes NULL nor has a default");
}
template <auto const& Table, auto Field, bool Present>
consteval void require_column() {
    static_assert(Present,
                  "dormouse: the inserted value has no field for this column, which neither takes "
                  "NULL nor has a default");
}

template <auto const& Table, class Value>
void explain_insert() {
    static_assert(aggregate<Value>, "dormouse: only plain structs can be inserted");
    if constexpr (aggregate<Value>) {
        for_each_index<Value>([]<std::size_t Field>(index_constant<Field>) {
            require_insertable_field<Table, Value, field_pointer<Value, Field>,
                                     field_is_column<Table, Value, Field>(),
                                     field_is_insertable<Table, Value, Field>()>();
        });
        using row = row_of<Table>;
        for_each_index<row>([]<std::size_t Column>(index_constant<Column>) {
            require_column<Table, field_pointer<row, Column>,
                           column_is_provided<Table, Value, Column>()>();
        });
    }
}

/// An UPDATE leaves a column as it is when its field is empty, unless that can only mean NULL.
template <auto const& Table, class Value, std::size_t Field>
constexpr bool field_is_settable() {
    if constexpr (field_is_column<Table, Value, Field>()) {
        using field = field_type<Value, Field>;
        constexpr const column_definition& target =
            Table.columns[find_field<row_of<Table>>(field_name<Value, Field>)];
        return !is_optional<unwrapped_type<field>> || is_optional<field> ||
               may_be_left_out<field> || target.nullable;
    } else {
        return false;
    }
}

/// Every field of Value is a column of the table by name, and an UPDATE can set it.
template <class Value, auto const& Table>
concept settable = aggregate<Value> &&[]<std::size_t... Field>(std::index_sequence<Field...>) {
    return (field_is_settable<Table, Value, Field>() && ...);
}
(field_indexes<Value>{});

/// It was not given, which is something else than a NULL that was.
template <class Field>
bool is_left_out([[maybe_unused]] const Field& field) {
    if constexpr (may_be_left_out<Field>) {
        return field.omitted();
    } else {
        return false;
    }
}

/// Runs a column's generator and binds what it made.
template <auto const& Table, std::size_t Column>
void bind_generated(binder& to, generator_context& generators, generator_function generator) {
    using value = field_type<row_of<Table>, Column>;
    value made{};
    generator(&made, generators);
    bind_stored<value>(to, made, value_life::ends_now);
}

}  // namespace dormouse::detail
