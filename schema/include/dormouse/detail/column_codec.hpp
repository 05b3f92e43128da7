// Values to parameters, and columns of a row to values.
#pragma once

#include <dormouse/args.hpp>
#include <dormouse/detail/binder.hpp>
#include <dormouse/detail/column_traits.hpp>
#include <dormouse/detail/reflection.hpp>
#include <dormouse/json.hpp>
#include <dormouse/statement.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace dormouse::detail {

template <class T>
struct unwrapped_type_of {
    using type = T;
};
template <fixed_string Expression>
struct unwrapped_type_of<arg<Expression>> {
    using type = typename arg<Expression>::value_type;
};
/// What a value is, without `arg`.
template <class T>
using unwrapped_type = typename unwrapped_type_of<std::remove_cvref_t<T>>::type;
/// The same without std::optional.
template <class T>
using plain_type = without_optional<unwrapped_type<T>>;

template <class T>
concept text_like = std::is_convertible_v<const T&, std::string_view>;
template <class T>
concept blob_like = std::is_convertible_v<const T&, std::span<const std::byte>>;
template <class T>
concept number_like = std::is_arithmetic_v<T>;

/// Values of these types can be compared in SQL.
template <class Column, class Value>
concept comparable_types = std::same_as<plain_type<Column>, plain_type<Value>> ||
                           (number_like<plain_type<Column>>&& number_like<plain_type<Value>>) ||
                           (text_like<plain_type<Column>> && text_like<plain_type<Value>>) ||
                           (std::is_enum_v<plain_type<Column>> && is_choice<plain_type<Value>>) ||
                           (blob_like<plain_type<Column>> && blob_like<plain_type<Value>>);

/// A value of this type can be stored in a column of that type, whether or not it may be null.
template <class Column, class Value>
concept storable_types = comparable_types<Column, Value> ||
                         (moment<plain_type<Column>>&& moment<plain_type<Value>>) ||
                         (is_json_column<plain_type<Column>> &&
                          (raw_json<plain_type<Value>> ||
                           std::same_as<plain_type<Column>, json<plain_type<Value>>>));

template <class T>
void bind_json(binder& to, const T& value) {
    require_json_keeps(value);
    to.text(to_json(value), value_life::ends_now);
}

/// Binds a value as it is, for a comparison.
template <class T>
void bind_value(binder& to, const T& value, value_life life = value_life::outlives_statement) {
    if constexpr (wrapper<T>) {
        bind_value(to, value.unwrapped(), life);
    } else if constexpr (is_optional<T>) {
        value ? bind_value(to, *value, life) : to.null();
    } else if constexpr (is_json_column<T>) {
        bind_json(to, value.value);
    } else if constexpr (raw_json<T>) {
        to.text(value.text, life);
    } else if constexpr (text_like<T>) {
        to.text(std::string_view(value), life);
    } else if constexpr (moment<T>) {
        to.moment(value);
    } else if constexpr (std::is_enum_v<T>) {
        to.enumerator(enum_name(value));
    } else if constexpr (std::floating_point<T>) {
        to.real(static_cast<double>(value));
    } else if constexpr (std::unsigned_integral<T>) {
        to.unsigned_integer(value);
    } else if constexpr (std::integral<T>) {
        to.integer(value);
    } else if constexpr (blob_like<T>) {
        to.blob(value, life);
    } else {
        bind_json(to, value);
    }
}

/// Binds a value in the form in which a column of type `Column` keeps it.
template <class Column, class T>
void bind_stored(binder& to, const T& value, value_life life = value_life::outlives_statement) {
    using kept = without_optional<Column>;
    if constexpr (wrapper<T>) {
        bind_stored<Column>(to, value.unwrapped(), life);
    } else if constexpr (is_optional<T>) {
        value ? bind_stored<Column>(to, *value, life) : to.null();
    } else if constexpr (moment<T> && moment<kept>) {
        to.moment(std::chrono::floor<typename kept::duration>(value));
    } else if constexpr (std::floating_point<T> && std::integral<kept>) {
        to.whole_number(static_cast<double>(value));
    } else {
        bind_value(to, value, life);
    }
}

/// Binds the first or last form in which a column of `Column`s may keep the moment.
template <class Column, class T>
void bind_moment(binder& to, moment_form form, const T& value) {
    if constexpr (wrapper<T>) {
        bind_moment<Column>(to, form, value.unwrapped());
    } else if constexpr (is_optional<T>) {
        value ? bind_moment<Column>(to, form, *value) : to.null();
    } else {
        to.moment(Column(value), form);
    }
}

/// SQL for the value of `column` as text that sorts, whatever form of moment it is kept in.
/// `units_per_second` is how numbers count.
[[nodiscard]] std::string sortable_moment(std::string_view column,
                                          std::string_view units_per_second);

// Reading. A value that does not fit throws `errc::sql_failed`, naming the column.

[[noreturn]] void refuse_column(const statement& from, int column, std::string_view wanted);
[[nodiscard]] std::int64_t read_integer_column(const statement& from, int column);
[[nodiscard]] double read_real_column(const statement& from, int column);
/// Numbers other than 0, 'true' and '1' are true; 0, 'false' and '0' are false.
[[nodiscard]] bool read_boolean_column(const statement& from, int column);
/// Text in any form of `parse_timestamp`, or an integer number of `Duration`s since 1970.
[[nodiscard]] timestamp read_moment_column(const statement& from, int column, std::int64_t unit_ms);
[[nodiscard]] std::string_view read_text_column(const statement& from, int column);
[[nodiscard]] std::span<const std::byte> read_blob_column(const statement& from, int column);

template <class Enum>
void read_enum_column(const statement& from, int column, Enum& value) {
    std::size_t index = find_enum<Enum>(read_text_column(from, column));
    if (index == not_found) {
        refuse_column(from, column, "the name of a value of the enum");
    }
    value = static_cast<Enum>(index);
}

template <class T>
void read_value(const statement& from, int column, T& value) {
    if constexpr (is_optional<T>) {
        if (from.is_null(column)) {
            value.reset();
        } else {
            read_value(from, column, value.emplace());
        }
    } else if constexpr (std::same_as<T, bool>) {
        value = read_boolean_column(from, column);
    } else if constexpr (std::integral<T>) {
        std::int64_t integer = read_integer_column(from, column);
        if (!std::in_range<T>(integer)) {
            refuse_column(from, column, "an integer that fits the field");
        }
        value = static_cast<T>(integer);
    } else if constexpr (std::floating_point<T>) {
        value = static_cast<T>(read_real_column(from, column));
    } else if constexpr (moment<T>) {
        constexpr std::int64_t unit_ms = std::same_as<T, timestamp> ? 1 : 1000;
        value = std::chrono::floor<typename T::duration>(read_moment_column(from, column, unit_ms));
    } else if constexpr (std::is_enum_v<T>) {
        read_enum_column(from, column, value);
    } else if constexpr (std::same_as<T, std::string>) {
        value = read_text_column(from, column);
    } else if constexpr (blob_like<T>) {
        auto bytes = read_blob_column(from, column);
        value.assign(bytes.begin(), bytes.end());
    } else if constexpr (is_json_column<T>) {
        value.value = from_json<decltype(value.value)>(read_text_column(from, column));
    } else if constexpr (raw_json<T>) {
        value.text = read_text_column(from, column);
    } else {
        static_assert(column_value<T>, "dormouse: a column cannot be read into this type");
    }
}

template <class Row>
inline constexpr bool is_one_column = column_value<Row> || raw_json<Row>;

template <class Row>
constexpr int row_width() {
    if constexpr (is_one_column<Row>) {
        return 1;
    } else if constexpr (tuple_value<Row>) {
        return static_cast<int>(std::tuple_size_v<Row>);
    } else {
        return static_cast<int>(field_count<Row>);
    }
}

/// Fills a struct or tuple by position, or one value from the first column.
template <class Row>
void read_row(const statement& from, Row& row) {
    int column = 0;
    if constexpr (is_one_column<Row>) {
        read_value(from, column, row);
    } else if constexpr (tuple_value<Row>) {
        std::apply([&](auto&... values) { (read_value(from, column++, values), ...); }, row);
    } else {
        for_each_field(row, [&](auto, auto& field) { read_value(from, column++, field); });
    }
}

}  // namespace dormouse::detail
