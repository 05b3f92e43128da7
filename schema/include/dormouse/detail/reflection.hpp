// C++20 has no reflection, and naming every field a second time in a macro invites mistakes. This
// header learns the number, types and names of an aggregate's fields, and the names of an enum's
// values, from the compiler. Limits: no base classes, no C arrays, no references, at most 64
// fields; enum values 0 to 63.
#pragma once

#include <dormouse/detail/field_binding.hpp>
#include <dormouse/detail/fixed_string.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace dormouse::detail {

template <class T>
concept aggregate = std::is_aggregate_v<T> && std::is_class_v<T>;

inline constexpr std::size_t not_found = static_cast<std::size_t>(-1);

/// Converts to anything, to try how many initialisers an aggregate takes. Never called; the body is
/// for clang, which wants one where the type is local to a file.
struct any_initializer {
    template <class T>
    requires(!std::is_same_v<T, const char*> && !std::is_same_v<T, std::nullptr_t>) operator T()
        const {
        std::abort();
    }
};

template <class T, class Indexes>
inline constexpr bool takes_initializers = false;
template <class T, std::size_t... Index>
inline constexpr bool takes_initializers<T, std::index_sequence<Index...>> = requires {
    T{((void)Index, any_initializer{})...};
};

// A required argument has an explicit default constructor, so giving fewer initialisers than up to
// the last of those is ill-formed on purpose; more than there are fields always is. In between lie
// the numbers that are taken, and the largest is searched upward: structs are small.
template <class T, std::size_t Count, std::size_t Limit>
consteval std::size_t count_fields() {
    constexpr bool taken = takes_initializers<T, std::make_index_sequence<Count>>;
    if constexpr (Count == Limit) {
        return taken ? Count : 0;
    } else if constexpr (taken && !takes_initializers<T, std::make_index_sequence<Count + 1>>) {
        return Count;
    } else {
        return count_fields<T, Count + 1, Limit>();
    }
}

template <class T>
consteval std::size_t checked_field_count() {
    static_assert(aggregate<T>,
                  "dormouse: this must be a plain struct: no constructors, no private members");
    constexpr std::size_t limit = bound_fields_max + 1;
    constexpr std::size_t count = count_fields<T, 0, (sizeof(T) < limit ? sizeof(T) : limit)>();
    static_assert(count <= bound_fields_max, "dormouse: a struct can have at most 64 fields here");
    return count;
}

template <class T>
inline constexpr std::size_t field_count = checked_field_count<T>();

/// Stands for an object of type T in constant expressions; its address is used, it is never
/// defined.
template <class T>
struct imaginary {
    const T value;
};
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <class T>
extern const imaginary<T> imagined;

// clang takes a pointer to a subobject as a template argument only inside a struct.
template <class Pointer>
struct pointer_argument {
    Pointer pointer;
};
template <class Pointer>
pointer_argument(Pointer) -> pointer_argument<Pointer>;

template <class T, auto Pointer>
consteval auto printed_pointer() {
    return std::string_view{__PRETTY_FUNCTION__, sizeof(__PRETTY_FUNCTION__) - 1};
}

constexpr bool is_identifier_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The last identifier or number in `printed`.
constexpr std::string_view last_word(std::string_view printed) {
    std::size_t end = printed.size();
    while (end > 0 && !is_identifier_char(printed[end - 1])) {
        --end;
    }
    std::size_t begin = end;
    while (begin > 0 && is_identifier_char(printed[begin - 1])) {
        --begin;
    }
    return printed.substr(begin, end - begin);
}

/// Both compilers end the printed template argument with the member's name and closing brackets.
constexpr std::string_view printed_member(std::string_view printed) {
#ifdef __clang__
    return last_word(printed.substr(0, printed.rfind('}')));
#else
    return last_word(printed.substr(0, printed.rfind(')', printed.rfind("; std::string_view ="))));
#endif
}

/// A template argument that compilers print with the field's name.
template <class T, std::size_t Index>
inline constexpr auto field_pointer =
    pointer_argument{pointer_at<Index>(bind_fields<field_count<T>>(imagined<T>.value))};

template <class T, std::size_t Index>
consteval std::string_view read_field_name() {
    return printed_member(printed_pointer<T, field_pointer<T, Index>>());
}

struct reflection_probe {
    int firstProbe_1;
    std::string second;
};
static_assert(read_field_name<reflection_probe, 0>() == "firstProbe_1" &&
                  read_field_name<reflection_probe, 1>() == "second",
              "dormouse: the way this compiler prints names is not known");

template <class T, std::size_t Index>
inline constexpr std::string_view field_name = read_field_name<T, Index>();

template <class T, std::size_t Index>
using field_type = std::remove_cvref_t<decltype(*pointer_at<Index>(
    bind_fields<field_count<T>>(std::declval<T&>())))>;

template <std::size_t Index, class T>
constexpr auto& field(T& object) {
    return *pointer_at<Index>(bind_fields<field_count<std::remove_const_t<T>>>(object));
}

template <class T>
using field_indexes = std::make_index_sequence<field_count<T>>;

/// Where the fields of `object` are, for code that is compiled once for all structs.
template <class T>
constexpr auto field_addresses(T& object) {
    using address = std::conditional_t<std::is_const_v<T>, const void*, void*>;
    const auto fields = bind_fields<field_count<std::remove_const_t<T>>>(object);
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        return std::array<address, sizeof...(Index)>{pointer_at<Index>(fields)...};
    }
    (field_indexes<std::remove_const_t<T>>{});
}

template <class T>
inline constexpr auto field_names = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::array<std::string_view, sizeof...(Index)>{field_name<T, Index>...};
}
(field_indexes<T>{});

template <std::size_t Index>
using index_constant = std::integral_constant<std::size_t, Index>;

/// Calls `visit(index_constant<I>{})` for every field of T, in order.
template <class T, class Visitor>
constexpr void for_each_index(Visitor&& visit) {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (visit(index_constant<Index>{}), ...);
    }
    (field_indexes<T>{});
}

/// Calls `visit(index_constant<I>{}, field)` for every field of `object`, in order.
template <class T, class Visitor>
constexpr void for_each_field(T& object, Visitor&& visit) {
    using struct_type = std::remove_const_t<T>;
    auto fields = bind_fields<field_count<struct_type>>(object);
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (visit(index_constant<Index>{}, *pointer_at<Index>(fields)), ...);
    }
    (field_indexes<struct_type>{});
}

/// The position of the field called `name`, or `not_found`.
template <class T>
constexpr std::size_t find_field(std::string_view name) {
    for (std::size_t i = 0; i < field_count<T>; ++i) {
        if (field_names<T>[i] == name) {
            return i;
        }
    }
    return not_found;
}

template <class T>
inline constexpr std::array<const void*, field_count<T>> imagined_fields =
    field_addresses(imagined<T>.value);

/// The position of the field a member pointer means.
template <class T, class Member>
constexpr std::size_t index_of(Member T::*member) {
    const void* meant = &(imagined<T>.value.*member);
    std::size_t index = 0;
    while (imagined_fields<T>[index] != meant) {
        ++index;
    }
    return index;
}

template <auto Pointer>
struct member_of;
template <class T, class Member, Member T::*Pointer>
struct member_of<Pointer> {
    using owner = T;
    using type = Member;
    static constexpr std::size_t index = index_of(Pointer);
};
#ifdef __clang__
#pragma clang diagnostic pop
#endif

inline constexpr std::size_t enum_values_max = 64;

template <auto Value>
constexpr std::string_view read_enum_name() {
    std::string_view printed{__PRETTY_FUNCTION__, sizeof(__PRETTY_FUNCTION__) - 1};
    std::size_t begin = printed.find("Value = ");
    std::size_t length = printed.find("; std::string_view", begin) - begin;
    std::string_view name = last_word(printed.substr(begin, length));
    bool is_number = name[0] >= '0' && name[0] <= '9';  // no enumerator has this value
    return is_number ? std::string_view{} : name;
}

enum class enum_probe { first, second };
static_assert(read_enum_name<enum_probe::second>() == "second" &&
                  read_enum_name<static_cast<enum_probe>(2)>().empty(),
              "dormouse: the way this compiler prints enumerators is not known");

/// Names by value; empty where no enumerator has the value.
template <class Enum>
inline constexpr auto enum_names = []<std::size_t... Value>(std::index_sequence<Value...>) {
    return std::array<std::string_view, sizeof...(Value)>{
        read_enum_name<static_cast<Enum>(Value)>()...};
}
(std::make_index_sequence<enum_values_max>{});

/// The name of a value; empty when it has none.
template <class Enum>
constexpr std::string_view enum_name(Enum value) {
    auto index = static_cast<std::size_t>(value);
    return index < enum_values_max ? enum_names<Enum>[index] : std::string_view{};
}

/// The position of `name` among the enum's names, or `not_found`.
template <class Enum>
constexpr std::size_t find_enum(std::string_view name) {
    for (std::size_t i = 0; i < enum_values_max && !name.empty(); ++i) {
        if (enum_names<Enum>[i] == name) {
            return i;
        }
    }
    return not_found;
}

}  // namespace dormouse::detail
