// Values cross the network and fill JSON columns, and writing a codec for every struct by hand
// would be a second description of it. Here a struct's members are its keys:
//
//     C++                                  JSON
//     struct                               object; keys are the member names as they stand
//     vector, array, set, span             array
//     map with string keys                 object
//     optional                             the value or null; a missing key is an empty optional
//     bool, integers, floating point       true/false, numbers as JavaScript prints them; integers
//     exact,
//                                          infinities and NaN become null
//     std::string                          string
//     enum                                 string: the enumerator's name
//     timestamp, timestamp_seconds         string, ISO 8601 with milliseconds; numbers are read too
//     tuple, pair                          array
//     monostate                            null
//     json<T>                              as T
//     json_text                            itself, verbatim
//
// Unknown keys are ignored when reading; a key of a struct or a map that is given twice is an error
// (in a map of unread JSON the last counts, as in JavaScript). So is text that is not UTF-8, nested
// deeper than 512 levels, or longer than 64 MiB.
//
// **Thread safety:** pure functions.
// **Errors:** `errc::invalid_request`, naming the place: `items[2].price must be a number (was a
// string)`.
#pragma once

#include <dormouse/detail/column_traits.hpp>
#include <dormouse/detail/json_text.hpp>
#include <dormouse/detail/reflection.hpp>
#include <dormouse/timestamp.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace dormouse {

/// JSON that is passed on unread: written as it stands, and read as the text of one value.
struct json_text {
    std::string text;
};

/// The same without owning it.
struct json_view {
    std::string_view text;
};

/// Appends `value` as JSON.
template <class T>
void append_json(std::string& out, const T& value);

/// `value` as JSON.
template <class T>
[[nodiscard]] std::string to_json(const T& value) {
    std::string out;
    append_json(out, value);
    return out;
}

/// The value that `text` is. T must be default-constructible.
template <class T>
[[nodiscard]] T from_json(std::string_view text);

namespace detail {

template <class T>
inline constexpr bool is_json_column = false;
template <class T>
inline constexpr bool is_json_column<json<T>> = true;

template <class T>
concept raw_json = std::same_as<T, json_text> || std::same_as<T, json_view>;
template <class T>
concept moment = std::same_as<T, timestamp> || std::same_as<T, timestamp_seconds>;
template <class T>
concept string_map = requires(T map, std::string key) {
    { map[key] } -> std::same_as<typename T::mapped_type&>;
    map.begin();
};
template <class T>
concept range_value = requires(const T& range) {
    range.begin();
    range.end();
};
template <class T>
concept tuple_value = requires {
    std::tuple_size<T>::value;
}
&&!range_value<T>;
/// A value that stands for another one, as an argument does: `unwrapped()` is that value.
template <class T>
concept wrapper = requires(const T& value) {
    value.unwrapped();
};
/// A member that is left out instead of being written as null.
template <class T>
concept omittable = requires(const T& value) {
    { value.omitted() } -> std::same_as<bool>;
};

}  // namespace detail
}  // namespace dormouse

#include <dormouse/detail/json_decode.hpp>
#include <dormouse/detail/json_encode.hpp>
