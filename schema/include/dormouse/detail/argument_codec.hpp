// Between a struct of arguments and argument values, member by member. Part of <dormouse/args.hpp>.
#pragma once

#include <dormouse/args.hpp>
#include <dormouse/detail/argument_type.hpp>

namespace dormouse::detail {

template <class T>
inline constexpr bool is_span = false;
template <class T>
inline constexpr bool is_span<std::span<const T>> = true;
template <class T>
inline constexpr bool is_choice = false;
template <fixed_string Expression>
inline constexpr bool is_choice<one_of<Expression>> = true;
template <class T>
inline constexpr bool is_arg = false;
template <fixed_string Expression>
inline constexpr bool is_arg<arg<Expression>> = true;

/// A struct of arguments within another.
template <class T>
concept nested_arguments = aggregate<T> && !is_arg<T> && !is_choice<T> && !is_span<T> &&
                           !std::same_as<T, json_view> && !is_optional<T> && !moment<T>;

// What is done with one member.

template <class Member>
void define_member(argument_definition& definition);
template <class Member>
argument_value load_member(const void* member, memory_block& memory);
template <class Member>
void store_member(const argument_value& from, void* member, memory_block& memory);
template <class Member>
std::size_t packed_member_size(const void* member);
template <class Member>
void pack_member(void* member, memory_block& memory);

// The run-time type of a struct.

template <class Member>
inline constexpr argument_operations operations_on{
    &define_member<Member>, &load_member<Member>, &store_member<Member>,
    &packed_member_size<Member>, &pack_member<Member>};
template <class Args>
inline constexpr auto argument_fields = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::array<argument_field, sizeof...(Index)>{
        argument_field{field_name<Args, Index>, &operations_on<field_type<Args, Index>>}...};
}
(field_indexes<Args>{});

template <class Args>
void locate_arguments(void* arguments, void** addresses) {
    for (void* address : field_addresses(*static_cast<Args*>(arguments))) {
        *addresses++ = address;
    }
}
template <class Args>
const type_handle& argument_type() {
    static const type_handle made = argument_object_type(argument_fields<Args>);
    return made;
}
template <class Args>
inline constexpr argument_struct struct_of{argument_fields<Args>, &locate_arguments<Args>,
                                           &argument_type<Args>};

/// A plain member is checked as if it had been written as an expression.
template <class T>
std::string plain_expression() {
    if constexpr (std::same_as<T, bool>) {
        return "boolean";
    } else if constexpr (std::is_enum_v<T>) {
        std::string names;
        for (const std::string_view name : enum_names<T>) {
            if (!name.empty()) {
                names.append(names.empty() ? "'" : " | '").append(name).append("'");
            }
        }
        return names;
    } else if constexpr (std::integral<T>) {
        using limits = std::numeric_limits<T>;
        if constexpr (sizeof(T) < sizeof(std::int64_t)) {
            return std::to_string(limits::min()) +
                   " <= number.integer <= " + std::to_string(limits::max());
        } else {
            return std::unsigned_integral<T> ? "number.integer >= 0" : "number.integer";
        }
    } else if constexpr (std::floating_point<T>) {
        return "number";
    } else if constexpr (moment<T>) {
        return "Date";
    } else if constexpr (std::same_as<T, json_view>) {
        return "unknown";
    } else {
        static_assert(std::same_as<T, std::string_view>,
                      "dormouse: no argument can have this type; use arg<\"...\">, a number, a "
                      "bool, an enum, std::string_view, or a struct of these");
        return "string";
    }
}

template <class Member>
void define_member(argument_definition& definition) {
    if constexpr (is_arg<Member>) {
        definition.expression = Member::expression();
    } else if constexpr (is_optional<Member>) {
        definition.form = member_form::optional;
        define_member<without_optional<Member>>(definition);
    } else if constexpr (is_span<Member>) {
        definition.is_list = true;
        define_member<typename Member::value_type>(definition);
    } else if constexpr (nested_arguments<Member>) {
        definition.nested = argument_type<Member>();
    } else {
        definition.expression = plain_expression<Member>();
    }
}

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

template <class Member>
void store_member(const argument_value& from, void* member, memory_block& memory) {
    store_argument(from, member_value(*static_cast<Member*>(member)), memory);
}

template <class Member>
Member blank_member();

/// A struct of arguments with nothing in it; required arguments have no implicit default.
template <class Args>
Args blank_arguments() {
    return []<std::size_t... Index>(std::index_sequence<Index...>) {
        return Args{blank_member<field_type<Args, Index>>()...};
    }
    (field_indexes<Args>{});
}
template <class Member>
Member blank_member() {
    if constexpr (nested_arguments<Member>) {
        return blank_arguments<Member>();
    } else {
        return Member();
    }
}

template <class Element>
void store_elements(const argument_value& from, std::span<const Element>& to,
                    memory_block& memory) {
    const auto elements = memory.allocate_array_of<Element>(from.elements.size(),
                                                            [] { return blank_member<Element>(); });
    for (std::size_t i = 0; i < elements.size(); ++i) {
        store_argument(from.elements[i], member_value(elements[i]), memory);
    }
    to = elements;
}

template <class T>
void store_scalar(const argument_value& from, T& to) {
    if constexpr (std::same_as<T, bool>) {
        to = from.truth;
    } else if constexpr (std::is_enum_v<T>) {
        to = static_cast<T>(find_enum<T>(from.text));
    } else if constexpr (std::integral<T>) {
        from.exact ? void(to = static_cast<T>(from.integer)) : refuse_inexact(from.number);
    } else if constexpr (std::floating_point<T>) {
        to = static_cast<T>(from.number);
    } else {
        to = T(typename T::duration(from.integer));
    }
}

template <class T>
void store_json(const argument_value& from, T& to, memory_block& memory) {
    if (from.kind != argument_kind::missing) {
        std::string json;
        append_argument(json, from);
        to.text = memory.copy(json);
    }
}

template <class T>
void store_argument(const argument_value& from, T& to, memory_block& memory) {
    if constexpr (is_optional<T>) {
        to.reset();
        if (from.kind != argument_kind::missing && from.kind != argument_kind::null) {
            store_argument(from, to.emplace(blank_member<without_optional<T>>()), memory);
        }
    } else if constexpr (is_span<T>) {
        store_elements(from, to, memory);
    } else if constexpr (is_choice<T>) {
        to = T::from_text(from.text);
    } else if constexpr (std::same_as<T, json_view>) {
        store_json(from, to, memory);
    } else if constexpr (std::same_as<T, std::string_view>) {
        to = memory.copy(from.text);
    } else if constexpr (nested_arguments<T>) {
        store_members(struct_of<T>, from, &to, memory);
    } else {
        store_scalar(from, to);
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
        to.integer = static_cast<std::int64_t>(+from);  // an int8_t is a number, not a character
        to.exact = std::in_range<std::int64_t>(from);
    } else if (!(from - from == 0)) {
        to.number = std::numeric_limits<double>::quiet_NaN();  // JSON has no infinity either
    }
    return to;
}

template <class Elements>
argument_value load_elements(const Elements& from, memory_block& memory) {
    auto elements = memory.allocate_array<argument_value>(from.size());
    auto next = elements.begin();
    for (const auto& element : from) {
        *next++ = load_argument(member_value(element), memory);
    }
    argument_value to{.kind = argument_kind::array};
    to.elements = elements;
    return to;
}

/// What is empty: an optional argument is missing, one that is only nullable is null.
template <class Member>
argument_value load_member(const void* from, memory_block& memory) {
    const auto& member = *static_cast<const Member*>(from);
    argument_value value = load_argument(member_value(member), memory);
    if constexpr (is_arg<Member>) {
        if (value.kind == argument_kind::missing && !member.omitted()) {
            value.kind = argument_kind::null;
        }
    }
    return value;
}

inline argument_value load_json(std::string_view json, memory_block& memory) {
    if (json.empty()) {
        return {};
    }
    json_reader reader(json);
    const argument_value value = read_argument(reader, memory);
    reader.finish();
    return value;
}

template <class T>
argument_value load_argument(const T& from, memory_block& memory) {
    if constexpr (is_optional<T>) {
        return from ? load_argument(*from, memory) : argument_value{};
    } else if constexpr (is_span<T>) {
        return load_elements(from, memory);
    } else if constexpr (std::same_as<T, json_view>) {
        return load_json(from.text, memory);
    } else if constexpr (moment<T>) {
        argument_value to{.kind = argument_kind::date, .exact = true};
        to.integer = from.time_since_epoch().count();
        to.number = static_cast<double>(to.integer);
        return to;
    } else if constexpr (std::same_as<T, bool>) {
        return {.kind = argument_kind::boolean, .truth = from};
    } else if constexpr (std::is_enum_v<T>) {
        return {.kind = argument_kind::string, .text = enum_name(from)};
    } else if constexpr (std::is_arithmetic_v<T>) {
        return load_number(from);
    } else if constexpr (nested_arguments<T>) {
        return load_members(struct_of<T>, &from, memory);
    } else {
        return {.kind = argument_kind::string, .text = std::string_view(from)};
    }
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
            size += packed_size(member_value(element));
        }
        return size;
    } else if constexpr (nested_arguments<T>) {
        return packed_members_size(struct_of<T>, &value);
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
        std::size_t next = 0;
        auto elements = memory.allocate_array_of<typename T::value_type>(
            value.size(), [&] { return value[next++]; });
        for (auto& element : elements) {
            pack_value(member_value(element), memory);
        }
        value = elements;
    } else if constexpr (nested_arguments<T>) {
        pack_members(struct_of<T>, &value, memory);
    }
}

template <class Member>
std::size_t packed_member_size(const void* member) {
    return packed_size(member_value(*static_cast<const Member*>(member)));
}
template <class Member>
void pack_member(void* member, memory_block& memory) {
    pack_value(member_value(*static_cast<Member*>(member)), memory);
}

/// An argument of the struct changes the text it is given (string.trim).
template <class T>
constexpr bool changes_values() {
    if constexpr (is_arg<T>) {
        return T::shape.change != value_change::none;
    } else if constexpr (is_optional<T>) {
        return changes_values<without_optional<T>>();
    } else if constexpr (is_span<T>) {
        return changes_values<std::remove_cv_t<typename T::value_type>>();
    } else if constexpr (nested_arguments<T>) {
        return []<std::size_t... Index>(std::index_sequence<Index...>) {
            return (changes_values<field_type<T, Index>>() || ...);
        }
        (field_indexes<T>{});
    } else {
        return false;
    }
}

}  // namespace dormouse::detail

namespace dormouse {

template <class Args>
void validate(const Args& args) {
    detail::check_arguments(detail::struct_of<Args>, &args);
}

template <class Args>
packed_args<Args>::packed_args(const Args& args)
    : value_(args), memory_(detail::pack_arguments(detail::struct_of<Args>, &value_)) {
    if constexpr (detail::changes_values<Args>()) {
        // What does not fit stays as it is, for `validate` to complain about.
        detail::change_arguments(detail::struct_of<Args>, &value_, memory_);
    }
}

template <class Args>
packed_args<Args> packed_args<Args>::from_json(std::string_view json) {
    Args args = detail::blank_arguments<Args>();
    auto memory = detail::read_arguments(detail::struct_of<Args>, json, &args);
    return packed_args(args, std::move(memory));
}

template <class Args>
std::string packed_args<Args>::to_json(const Args& args) {
    return detail::arguments_json(detail::struct_of<Args>, &args);
}

}  // namespace dormouse
