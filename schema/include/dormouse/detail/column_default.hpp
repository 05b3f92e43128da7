// What a column can take as a default: a value written as an SQL literal, or a generator.
#pragma once

#include <dormouse/detail/reflection.hpp>
#include <dormouse/detail/table_parts.hpp>
#include <dormouse/generators.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace dormouse::detail {

template <class Generator>
concept takes_context = std::invocable<Generator, generator_context&>;

template <class Generator>
constexpr auto run_generator(generator_context& context) {
    if constexpr (takes_context<Generator>) {
        return Generator{}(context);
    } else {
        return Generator{}();
    }
}

/// A default-constructible callable whose result fits the column.
template <class Generator, class Member>
concept generator_for = std::default_initializable<Generator> &&
    (takes_context<Generator> || std::invocable<Generator>)&&requires(generator_context& context) {
    { run_generator<Generator>(context) } -> std::convertible_to<Member>;
};

template <class Member, class Generator>
void generate(void* field, generator_context& context) {
    *static_cast<Member*>(field) = run_generator<Generator>(context);
}

/// A value that can stand as a literal in the definition of a column of type `Column`.
template <class Column, class Value>
concept literal_for = (std::same_as<Column, bool> && std::same_as<Value, bool>) ||
                      (std::integral<Column> && std::integral<Value> &&
                       std::same_as<Column, bool> == std::same_as<Value, bool>) ||
                      (std::floating_point<Column> && std::is_arithmetic_v<Value> &&
                       !std::same_as<Value, bool>) ||
                      (std::same_as<Column, std::string> &&
                       std::convertible_to<const Value&, std::string_view>) ||
                      (std::is_enum_v<Column> && std::same_as<Column, Value>);

template <class Column, class Value>
constexpr default_definition literal_default(const Value& value) {
    if constexpr (std::is_enum_v<Column>) {
        return {.kind = default_kind::text, .text = enum_name(value)};
    } else if constexpr (std::is_integral_v<Column>) {
        if (!std::in_range<std::int64_t>(value + 0)) {
            throw "dormouse: this default is too large for a column of integers";
        }
        return {.kind = default_kind::integer, .integer = static_cast<std::int64_t>(value)};
    } else if constexpr (std::is_floating_point_v<Column>) {
        return {.kind = default_kind::real, .real = static_cast<double>(value)};
    } else {
        return {.kind = default_kind::text, .text = std::string_view(value)};
    }
}

}  // namespace dormouse::detail
