// How a C++ type is kept in a column.
#pragma once

#include <dormouse/generators.hpp>
#include <dormouse/timestamp.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace dormouse {

/// A column that holds a struct, vector or map as JSON text.
template <class T>
struct json {
    T value{};
};

/// The type a column is declared with, which is also what SQLite converts its values to.
enum class column_type : std::uint8_t { text, integer, real, blob, numeric };

/// What a column's values mean beyond their SQL type.
enum class column_mode : std::uint8_t {
    plain,
    boolean,
    timestamp_ms,
    timestamp_s,
    enumeration,
    json
};

namespace detail {

template <column_type Type, column_mode Mode = column_mode::plain>
struct column_as {
    static constexpr column_type type = Type;
    static constexpr column_mode mode = Mode;
    static constexpr bool nullable = false;
};

/// Has no members for a type that cannot be a column.
template <class T>
struct column_traits {};
template <>
struct column_traits<std::string> : column_as<column_type::text> {};
template <>
struct column_traits<bool> : column_as<column_type::integer, column_mode::boolean> {};
template <std::integral T>
struct column_traits<T> : column_as<column_type::integer> {};
template <std::floating_point T>
struct column_traits<T> : column_as<column_type::real> {};
template <>
struct column_traits<timestamp> : column_as<column_type::text, column_mode::timestamp_ms> {};
template <>
struct column_traits<timestamp_seconds> : column_as<column_type::text, column_mode::timestamp_s> {};
template <>
struct column_traits<std::vector<std::byte>> : column_as<column_type::blob> {};
template <class T>
requires std::is_enum_v<T>
struct column_traits<T> : column_as<column_type::text, column_mode::enumeration> {
};
template <class T>
struct column_traits<json<T>> : column_as<column_type::text, column_mode::json> {};
template <class T>
struct column_traits<std::optional<T>> : column_traits<T> {
    static constexpr bool nullable = true;
};

template <class T>
concept column_value = requires {
    column_traits<T>::type;
};

template <class T>
struct without_optional_type {
    using type = T;
};
template <class T>
struct without_optional_type<std::optional<T>> {
    using type = T;
};
template <class T>
using without_optional = typename without_optional_type<std::remove_cvref_t<T>>::type;

template <class T>
inline constexpr bool is_optional = !std::is_same_v<without_optional<T>, std::remove_cvref_t<T>>;

}  // namespace detail
}  // namespace dormouse
