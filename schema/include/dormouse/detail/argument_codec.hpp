// Between a struct of arguments and argument values, member by member. Part of <dormouse/args.hpp>.
#pragma once

#include <dormouse/args.hpp>

#include <algorithm>

namespace dormouse::detail {

template <class T>
inline constexpr bool is_span = false;
template <class T>
inline constexpr bool is_span<std::span<const T>> = true;
template <class T>
inline constexpr bool is_choice = false;
template <fixed_string Expression>
inline constexpr bool is_choice<one_of<Expression>> = true;

/// A plain member is checked as if it had been written as an expression.
template <class T>
constexpr type_expression plain_expression() {
    using value = without_optional<T>;
    type_expression out;
    out.optional = out.nullable = is_optional<T>;
    if constexpr (std::same_as<value, bool>) {
        out.kind = expression_kind::boolean;
    } else if constexpr (std::is_enum_v<value>) {
        out.kind = expression_kind::literals;
        for (std::string_view name : enum_names<value>) {
            if (!name.empty()) {
                out.literals[out.literal_count++] = name;
            }
        }
    } else if constexpr (std::integral<value>) {
        using limits = std::numeric_limits<value>;
        out.kind = expression_kind::number;
        out.integer = true;
        if constexpr (sizeof(value) < sizeof(std::int64_t)) {
            out.low = {static_cast<double>(limits::min()), true, false};
            out.high = {static_cast<double>(limits::max()), true, false};
        } else if constexpr (std::unsigned_integral<value>) {
            out.low = {0, true, false};
        }
    } else if constexpr (std::floating_point<value>) {
        out.kind = expression_kind::number;
    } else if constexpr (std::same_as<value, timestamp>) {
        out.kind = expression_kind::date;
    } else if constexpr (std::same_as<value, std::string_view>) {
        out.kind = expression_kind::string;
    } else {
        out.kind = expression_kind::unknown;
    }
    return out;
}

template <class Member>
inline constexpr type_expression member_expression = plain_expression<Member>();
template <fixed_string Expression>
inline constexpr const type_expression& member_expression<arg<Expression>> =
    parsed_expression<Expression>;

template <class Args>
inline constexpr auto argument_fields = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::array<argument_field, sizeof...(Index)>{
        argument_field{field_name<Args, Index>, &member_expression<field_type<Args, Index>>}...};
}
(field_indexes<Args>{});

template <class Args>
using argument_array = std::array<argument_value, field_count<Args>>;

template <class T>
constexpr auto& member_value(T& member) {
    if constexpr (requires { member.unwrapped(); }) {
        return member.value;
    } else {
        return member;
    }
}

// From argument values, already checked, to C++.

template <class T>
void store_argument(const argument_value& from, T& to, memory_block& memory);

template <class Element>
void store_elements(const argument_value& from, std::span<const Element>& to,
                    memory_block& memory) {
    auto elements = memory.allocate_array<Element>(from.elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i) {
        store_argument(from.elements[i], elements[i], memory);
    }
    to = elements;
}

template <class T>
void store_argument(const argument_value& from, T& to, memory_block& memory) {
    if constexpr (is_optional<T>) {
        if (from.kind != argument_kind::missing && from.kind != argument_kind::null) {
            store_argument(from, to.emplace(), memory);
        }
    } else if constexpr (is_span<T>) {
        store_elements(from, to, memory);
    } else if constexpr (is_choice<T>) {
        to = T::from_text(from.text);
    } else if constexpr (std::same_as<T, json_view>) {
        to.text = memory.copy(from.raw);
    } else if constexpr (std::same_as<T, std::string_view>) {
        to = from.text;
    } else if constexpr (std::same_as<T, bool>) {
        to = from.truth;
    } else if constexpr (std::is_enum_v<T>) {
        to = static_cast<T>(find_enum<T>(from.text));
    } else if constexpr (std::integral<T>) {
        to = static_cast<T>(from.integer);
    } else if constexpr (std::floating_point<T>) {
        to = static_cast<T>(from.number);
    } else {
        to = parse_timestamp(from.text).value();
    }
}

// From C++ to argument values, for checking.

template <class T>
argument_value load_argument(const T& from, memory_block& memory);

template <class Number>
argument_value load_number(Number from) {
    argument_value to{.kind = argument_kind::number};
    to.number = static_cast<double>(from);
    if constexpr (std::integral<Number>) {
        to.integer = static_cast<std::int64_t>(from);
        to.exact = std::in_range<std::int64_t>(from);
    }
    return to;
}

template <class Elements>
argument_value load_elements(const Elements& from, memory_block& memory) {
    auto elements = memory.allocate_array<argument_value>(from.size());
    std::transform(from.begin(), from.end(), elements.begin(),
                   [&](const auto& element) { return load_argument(element, memory); });
    argument_value to{.kind = argument_kind::array};
    to.elements = elements;
    return to;
}

template <class T>
argument_value load_argument(const T& from, memory_block& memory) {
    if constexpr (is_optional<T>) {
        return from ? load_argument(*from, memory) : argument_value{};
    } else if constexpr (is_span<T>) {
        return load_elements(from, memory);
    } else if constexpr (std::same_as<T, json_view>) {
        return {.kind = argument_kind::other, .raw = from.text};
    } else if constexpr (std::same_as<T, timestamp>) {
        return {.kind = argument_kind::date, .integer = from.time_since_epoch().count()};
    } else if constexpr (std::same_as<T, bool>) {
        return {.kind = argument_kind::boolean, .truth = from};
    } else if constexpr (std::is_enum_v<T>) {
        return {.kind = argument_kind::string, .text = enum_name(from)};
    } else if constexpr (std::is_arithmetic_v<T>) {
        return load_number(from);
    } else {
        return {.kind = argument_kind::string, .text = std::string_view(from)};
    }
}

/// A member that is empty: an optional one is missing, one that is only nullable is null.
template <class Member>
argument_value load_member(const Member& member, memory_block& memory) {
    argument_value value = load_argument(member_value(member), memory);
    const type_expression& expression = member_expression<Member>;
    if (value.kind == argument_kind::missing && expression.nullable) {
        value.kind = argument_kind::null;
    }
    return value;
}

// Moving everything a struct of views refers to into one block.

inline constexpr std::size_t block_alignment = alignof(std::max_align_t);

template <class T>
std::size_t packed_size(const T& value) {
    if constexpr (std::same_as<T, std::string_view>) {
        return value.size();
    } else if constexpr (std::same_as<T, json_view>) {
        return value.text.size();
    } else if constexpr (is_optional<T>) {
        return value ? packed_size(*value) : 0;
    } else if constexpr (is_span<T>) {
        std::size_t size = value.size_bytes() + block_alignment;
        for (const auto& element : value) {
            size += packed_size(element);
        }
        return size;
    } else {
        return 0;
    }
}

template <class T>
void pack_value(T& value, memory_block& memory) {
    if constexpr (std::same_as<T, std::string_view>) {
        value = memory.copy(value);
    } else if constexpr (std::same_as<T, json_view>) {
        value.text = memory.copy(value.text);
    } else if constexpr (is_optional<T>) {
        if (value) {
            pack_value(*value, memory);
        }
    } else if constexpr (is_span<T>) {
        auto elements = memory.allocate_array<typename T::value_type>(value.size());
        std::copy(value.begin(), value.end(), elements.begin());
        for (auto& element : elements) {
            pack_value(element, memory);
        }
        value = elements;
    }
}

}  // namespace dormouse::detail

namespace dormouse {

template <class Args>
void validate(const Args& args) {
    detail::argument_array<Args> values;
    detail::memory_block memory;
    detail::for_each_field(
        args, [&]<std::size_t Index>(detail::index_constant<Index>, const auto& member) {
            values[Index] = detail::load_member(member, memory);
        });
    detail::check_arguments(detail::argument_fields<Args>, values);
}

template <class Args>
packed_args<Args>::packed_args(const Args& args) : value_(args) {
    std::size_t size = 0;
    detail::for_each_field(args, [&](auto, const auto& member) {
        size += detail::packed_size(detail::member_value(member));
    });
    memory_.reserve(size);
    detail::for_each_field(value_, [&](auto, auto& member) {
        detail::pack_value(detail::member_value(member), memory_);
    });
}

namespace detail {

/// A struct of arguments with nothing in it; required arguments have no implicit default.
template <class Args>
Args blank_arguments() {
    return []<std::size_t... Index>(std::index_sequence<Index...>) {
        return Args{field_type<Args, Index>()...};
    }
    (field_indexes<Args>{});
}

}  // namespace detail

template <class Args>
packed_args<Args> packed_args<Args>::from_json(std::string_view json) {
    detail::memory_block memory;
    memory.reserve(json.size());
    detail::argument_array<Args> values;
    detail::read_arguments(json, detail::argument_fields<Args>, values, memory);
    Args args = detail::blank_arguments<Args>();
    detail::for_each_field(
        args, [&]<std::size_t Index>(detail::index_constant<Index>, auto& member) {
            detail::store_argument(values[Index], detail::member_value(member), memory);
        });
    return packed_args(args, std::move(memory));
}

}  // namespace dormouse
