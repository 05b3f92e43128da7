// Reading a value from JSON, by its type. Part of <dormouse/json.hpp>.
#pragma once

#include <dormouse/json.hpp>

namespace dormouse::detail {

template <class T>
void decode_json(json_reader& reader, const json_path& path, T& value);

template <class T>
void decode_number(json_reader& reader, const json_path& path, T& value) {
    if constexpr (std::floating_point<T>) {
        require_kind(reader, path, json_kind::number, "a number");
        value = static_cast<T>(reader.read_number().value);
    } else {
        using limits = std::numeric_limits<T>;
        constexpr auto highest = std::numeric_limits<std::int64_t>::max();
        constexpr bool wide = std::cmp_greater(limits::max(), highest);
        value =
            static_cast<T>(read_integer(reader, path, static_cast<std::int64_t>(limits::min()),
                                        wide ? highest : static_cast<std::int64_t>(limits::max())));
    }
}

template <moment T>
void decode_moment(json_reader& reader, const json_path& path, T& value) {
    if (reader.kind() == json_kind::number) {
        constexpr std::int64_t limit = 8'640'000'000'000'000;  // JavaScript's range of dates
        value = T(typename T::duration(read_integer(reader, path, -limit, limit)));
        return;
    }
    require_kind(reader, path, json_kind::string, "a date");
    std::string text;
    reader.read_string(text);
    auto parsed = parse_timestamp(text);
    if (!parsed) {
        refuse_json(path, "a date", '"' + text + '"');
    }
    value = std::chrono::floor<typename T::duration>(*parsed);
}

template <class Enum>
void decode_enum(json_reader& reader, const json_path& path, Enum& value) {
    require_kind(reader, path, json_kind::string, "a string");
    std::string name;
    reader.read_string(name);
    std::size_t index = find_enum<Enum>(name);
    if (index == not_found) {
        refuse_json(path, "the name of a known value", '"' + name + '"');
    }
    value = static_cast<Enum>(index);
}

template <class Sequence>
concept grows_in_place = requires(Sequence& sequence) {
    { sequence.emplace_back() } -> std::same_as<typename Sequence::value_type&>;
};

template <class Sequence>
void decode_sequence(json_reader& reader, const json_path& path, Sequence& sequence) {
    using value = typename Sequence::value_type;
    require_kind(reader, path, json_kind::array, "an array");
    sequence.clear();
    reader.enter_array();
    for (std::size_t i = 0; reader.next_element(); ++i) {
        const json_path place{&path, {}, i, true};
        if constexpr (grows_in_place<Sequence>) {
            decode_json(reader, place, sequence.emplace_back());
        } else {  // a set, or a vector of bools, which has none to refer to
            value element{};
            decode_json(reader, place, element);
            sequence.insert(sequence.end(), std::move(element));
        }
    }
}

template <class Map>
void decode_map(json_reader& reader, const json_path& path, Map& map) {
    require_kind(reader, path, json_kind::object, "an object");
    map.clear();
    std::size_t before = 0;
    reader.enter_object();
    while (auto key = reader.next_member()) {
        std::string name(*key);
        auto& value = map[name];
        if (!raw_json<typename Map::mapped_type> && map.size() == before) {
            refuse_repeated({&path, name});
        }
        before = map.size();
        decode_json(reader, {&path, name}, value);
    }
}

template <class Tuple>
void decode_tuple(json_reader& reader, const json_path& path, Tuple& tuple) {
    require_kind(reader, path, json_kind::array, "an array");
    reader.enter_array();
    std::size_t position = 0;
    auto decode_next = [&](auto& element) {
        if (!reader.next_element()) {
            refuse_json(path, "exactly length " + std::to_string(std::tuple_size_v<Tuple>),
                        std::to_string(position));
        }
        decode_json(reader, {&path, {}, position++, true}, element);
    };
    std::apply([&](auto&... elements) { (decode_next(elements), ...); }, tuple);
    if (reader.next_element()) {
        refuse_json(path, "exactly length " + std::to_string(std::tuple_size_v<Tuple>), "more");
    }
}

template <class Field>
void decode_field(json_reader& reader, const json_path& path, void* field) {
    decode_json(reader, path, *static_cast<Field*>(field));
}

template <class T>
inline constexpr auto decoded_fields = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::array<decoded_field, sizeof...(Index)>{
        decoded_field{field_name<T, Index>, !is_optional<field_type<T, Index>>,
                      &decode_field<field_type<T, Index>>}...};
}
(field_indexes<T>{});

template <class T>
void decode_object(json_reader& reader, const json_path& path, T& object) {
    decode_fields(reader, path, decoded_fields<T>, field_addresses(object).data());
}

template <class T>
void decode_json(json_reader& reader, const json_path& path, T& value) {
    if constexpr (is_json_column<T>) {
        decode_json(reader, path, value.value);
    } else if constexpr (raw_json<T>) {
        value.text = reader.skip();
    } else if constexpr (is_optional<T>) {
        if (reader.kind() == json_kind::null) {
            reader.read_null();
            value.reset();
        } else {
            decode_json(reader, path, value.emplace());
        }
    } else if constexpr (std::same_as<T, bool>) {
        require_kind(reader, path, json_kind::boolean, "boolean");
        value = reader.read_boolean();
    } else if constexpr (std::is_arithmetic_v<T>) {
        decode_number(reader, path, value);
    } else if constexpr (moment<T>) {
        decode_moment(reader, path, value);
    } else if constexpr (std::is_enum_v<T>) {
        decode_enum(reader, path, value);
    } else if constexpr (std::same_as<T, std::string>) {
        require_kind(reader, path, json_kind::string, "a string");
        value.clear();
        reader.read_string(value);
    } else if constexpr (std::same_as<T, std::monostate>) {
        require_kind(reader, path, json_kind::null, "null");
        reader.read_null();
    } else if constexpr (string_map<T>) {
        decode_map(reader, path, value);
    } else if constexpr (range_value<T>) {
        decode_sequence(reader, path, value);
    } else if constexpr (tuple_value<T>) {
        decode_tuple(reader, path, value);
    } else {
        decode_object(reader, path, value);
    }
}

/// Reads `text` into a value made by default.
template <class T>
void decode_text(std::string_view text, T& value) {
    json_reader reader(text);
    decode_json(reader, {}, value);
    reader.finish();
}

}  // namespace dormouse::detail

namespace dormouse {

template <class T>
T from_json(std::string_view text) {
    T value{};
    detail::decode_text(text, value);
    return value;
}

}  // namespace dormouse
