// Writing a value as JSON, by its type. Part of <dormouse/json.hpp>.
#pragma once

#include <dormouse/json.hpp>

namespace dormouse::detail {

template <class Range>
void append_json_array(std::string& out, const Range& range) {
    char separator = '[';
    for (const auto& element : range) {
        out += separator;
        append_json(out, static_cast<const typename Range::value_type&>(element));
        separator = ',';
    }
    out += separator == '[' ? "[]" : "]";
}

template <class Map>
void append_json_map(std::string& out, const Map& map) {
    char separator = '{';
    for (const auto& [key, value] : map) {
        out += separator;
        append_json_string(out, key);
        out += ':';
        append_json(out, value);
        separator = ',';
    }
    out += separator == '{' ? "{}" : "}";
}

template <class Tuple>
void append_json_tuple(std::string& out, const Tuple& tuple) {
    std::apply(
        [&](const auto&... elements) {
            char separator = '[';
            ((out += std::exchange(separator, ','), append_json(out, elements)), ...);
            out += separator == '[' ? "[]" : "]";
        },
        tuple);
}

/// `"name":`, put together while compiling.
template <class T, std::size_t Index>
inline constexpr auto quoted_key = [] {
    short_text<field_name<T, Index>.size() + 3> key;
    key.push_back('"');
    key.append(field_name<T, Index>);
    key.append("\":");
    return key;
}();

template <class Field>
bool field_omitted(const void* field) {
    return static_cast<const Field*>(field)->omitted();
}
template <class Field>
void append_field(std::string& out, const void* field) {
    append_json(out, *static_cast<const Field*>(field));
}

template <class T, std::size_t Index>
constexpr encoded_field encoded_field_of() {
    using field = field_type<T, Index>;
    encoded_field made{quoted_key<T, Index>.view(), nullptr, &append_field<field>};
    if constexpr (omittable<field>) {
        made.omitted = &field_omitted<field>;
    }
    return made;
}
template <class T>
inline constexpr auto encoded_fields = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::array<encoded_field, sizeof...(Index)>{encoded_field_of<T, Index>()...};
}
(field_indexes<T>{});

template <class T>
void append_json_object(std::string& out, const T& object) {
    append_fields(out, encoded_fields<T>, field_addresses(object).data());
}

template <class Enum>
std::string_view required_enum_name(Enum value) {
    std::string_view name = enum_name(value);
    if (name.empty()) {
        refuse_unnamed(static_cast<std::int64_t>(value));
    }
    return name;
}

template <class T>
void append_json_scalar(std::string& out, const T& value) {
    if constexpr (std::same_as<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::floating_point<T>) {
        append_json_number(out, static_cast<double>(value));
    } else if constexpr (std::unsigned_integral<T>) {
        append_json_number(out, static_cast<std::uint64_t>(value));
    } else if constexpr (std::integral<T>) {
        append_json_number(out, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_enum_v<T>) {
        append_json_string(out, required_enum_name(value));
    } else {
        append_json_string(out, std::string_view(value));
    }
}

template <class T>
inline constexpr bool is_json_scalar = std::is_arithmetic_v<T> || std::is_enum_v<T> ||
                                       std::is_convertible_v<const T&, std::string_view>;

/// Refuses what would be written as JSON but is not read back: numbers that are infinite or not a
/// number, and integers above those of a column. Errors: `errc::invalid_arguments`.
template <class T>
void require_json_keeps(const T& value) {
    if constexpr (wrapper<T>) {
        require_json_keeps(value.unwrapped());
    } else if constexpr (is_json_column<T>) {
        require_json_keeps(value.value);
    } else if constexpr (std::floating_point<T>) {
        require_finite(static_cast<double>(value));
    } else if constexpr (std::unsigned_integral<T>) {
        require_signed_range(value);
    } else if constexpr (is_optional<T>) {
        if (value) {
            require_json_keeps(*value);
        }
    } else if constexpr (raw_json<T> || moment<T> || is_json_scalar<T> ||
                         std::same_as<T, std::monostate>) {
        return;
    } else if constexpr (string_map<T>) {
        for (const auto& [key, one] : value) {
            require_json_keeps(one);
        }
    } else if constexpr (range_value<T>) {
        for (const auto& one : value) {
            require_json_keeps(static_cast<const typename T::value_type&>(one));
        }
    } else if constexpr (tuple_value<T>) {
        std::apply([](const auto&... each) { (require_json_keeps(each), ...); }, value);
    } else {
        for_each_field(value, [](auto, const auto& member) { require_json_keeps(member); });
    }
}

}  // namespace dormouse::detail

namespace dormouse {

template <class T>
void append_json(std::string& out, const T& value) {
    if constexpr (detail::wrapper<T>) {
        append_json(out, value.unwrapped());
    } else if constexpr (detail::is_json_column<T>) {
        append_json(out, value.value);
    } else if constexpr (detail::raw_json<T>) {
        out += value.text.empty() ? std::string_view("null") : std::string_view(value.text);
    } else if constexpr (detail::is_optional<T>) {
        value ? append_json(out, *value) : void(out += "null");
    } else if constexpr (detail::moment<T>) {
        out.append("\"").append(to_iso8601(value)).append("\"");
    } else if constexpr (detail::is_json_scalar<T>) {
        detail::append_json_scalar(out, value);
    } else if constexpr (std::same_as<T, std::monostate>) {
        out += "null";
    } else if constexpr (detail::string_map<T>) {
        detail::append_json_map(out, value);
    } else if constexpr (detail::range_value<T>) {
        detail::append_json_array(out, value);
    } else if constexpr (detail::tuple_value<T>) {
        detail::append_json_tuple(out, value);
    } else {
        detail::append_json_object(out, value);
    }
}

}  // namespace dormouse
