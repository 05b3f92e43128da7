// What a column can take as a default: a value written as an SQL literal, or a generator.
#pragma once

#include <dormouse/detail/fixed_string.hpp>
#include <dormouse/detail/reflection.hpp>
#include <dormouse/generators.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

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
                      (std::same_as<Column, std::string> &&
                       std::convertible_to<const Value&, std::string_view>) ||
                      (std::is_enum_v<Column> && std::same_as<Column, Value>);

constexpr void append_quoted(short_text<96>& out, std::string_view text) {
    out.push_back('\'');
    for (char c : text) {
        out.push_back(c);
        if (c == '\'') {
            out.push_back(c);
        }
    }
    out.push_back('\'');
}

constexpr void append_integer(short_text<96>& out, std::int64_t value) {
    std::uint64_t rest = static_cast<std::uint64_t>(value);
    if (value < 0) {
        out.push_back('-');
        rest = ~rest + 1;
    }
    char digits[20]{};
    std::size_t count = 0;
    do {
        digits[count++] = static_cast<char>('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    while (count > 0) {
        out.push_back(digits[--count]);
    }
}

template <class Column, class Value>
constexpr short_text<96> sql_literal(const Value& value) {
    short_text<96> out;
    if constexpr (std::is_enum_v<Column>) {
        append_quoted(out, enum_name(value));
    } else if constexpr (std::is_integral_v<Column>) {
        append_integer(out, static_cast<std::int64_t>(value));
    } else {
        append_quoted(out, std::string_view(value));
    }
    return out;
}

}  // namespace dormouse::detail
