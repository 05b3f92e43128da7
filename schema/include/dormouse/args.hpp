// The arguments of an action come from a caller nobody controls, and a C++ type says too little
// about them. `arg<"...">` says what a value must be, in the notation of ArkType, checked while
// compiling:
//
//     struct create_user_args {
//         dormouse::arg<"string > 0">       name;     // std::string_view, not empty
//         dormouse::arg<"string.email">     email;
//         dormouse::arg<"0 <= number.integer <= 150"> age;   // std::int64_t
//         dormouse::arg<"'admin' | 'user'"> role;     // one of these texts
//         dormouse::arg<"string[]">         tags;     // std::span<const std::string_view>
//         dormouse::arg<"number?">          limit;    // std::optional<double>
//         dormouse::arg<"number = 20">      page;     // double, 20 if left out
//     };
//
// An expression that ArkType refuses does not compile, where that can be told while compiling; what
// is left, a broken regular expression for one, is refused when the argument is first used. A type
// that fits no C++ type, such as `string | number`, gives a `json_view`: the JSON, checked.
//
// Bare numbers, bools, enums, texts and optionals of these may stand beside them, and whatever is
// an argument struct itself: a nested object, `std::span<const line>` for an array of objects, an
// optional of both. A required argument that is left out of `{.name = ...}` does not compile. The
// grammar is in docs/arguments.md.
//
// An argument struct holds VIEWS: it owns nothing. That makes a call cheap, and it is a matter of
// correctness: g++ 12 destroys the owning members of an aggregate temporary twice when it stands in
// a `co_await` expression. `packed_args` keeps a copy of everything the views refer to.
#pragma once

#include <dormouse/detail/argument_values.hpp>
#include <dormouse/detail/fixed_string.hpp>
#include <dormouse/detail/reflection.hpp>
#include <dormouse/detail/type_shape.hpp>
#include <dormouse/json.hpp>
#include <dormouse/timestamp.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace dormouse {

namespace detail {

template <fixed_string Expression>
inline constexpr shaped_expression shaped = shape_of(Expression.view());

/// The listed texts of an expression, their escapes taken out.
template <fixed_string Expression>
struct listed_texts {
    static constexpr const shaped_expression& from = shaped<Expression>;
    static constexpr std::size_t count = from.made.text_count;

    std::array<char, Expression.view().size() + 1> storage{};
    std::array<std::string_view, count + 1> texts{};
    std::array<std::size_t, count + 1> begins{};

    constexpr listed_texts() {
        std::size_t at = 0;
        for (std::size_t i = 0; i < count; ++i) {
            begins[i] = at;
            const enclosed_text& text = from.made.texts[i];
            for (std::size_t k = 0; k < text.raw.size(); ++k) {
                const char next = k + 1 < text.raw.size() ? text.raw[k + 1] : '\0';
                k += text.raw[k] == '\\' && (next == text.closing || next == '\\') ? 1 : 0;
                storage[at++] = text.raw[k];
            }
        }
        begins[count] = at;
    }
    [[nodiscard]] constexpr std::string_view text(std::size_t index) const {
        return {storage.data() + begins[index], begins[index + 1] - begins[index]};
    }
    [[nodiscard]] constexpr std::size_t find(std::string_view wanted) const {
        std::size_t i = 0;
        while (i < count && text(i) != wanted) {
            ++i;
        }
        return i;
    }
};
template <fixed_string Expression>
inline constexpr listed_texts<Expression> texts_of{};

}  // namespace detail

/// One of the texts in a union of literals. Made from a text while compiling, which must be one of
/// them.
///
/// **Thread safety:** value.
template <detail::fixed_string Expression>
class one_of {
public:
    constexpr one_of() = default;
    template <std::size_t Size>
    consteval one_of(const char (&literal)[Size]) : one_of(from_text({literal, Size - 1})) {
        if (index_ >= texts().count) {
            throw "this text is not one of the allowed literals";
        }
    }
    /// `text` must be one of the texts.
    [[nodiscard]] static constexpr one_of from_text(std::string_view text) {
        one_of made;
        made.index_ = static_cast<std::uint8_t>(texts().find(text));
        return made;
    }

    [[nodiscard]] constexpr std::string_view view() const { return texts().text(index_); }
    constexpr operator std::string_view() const { return view(); }
    friend constexpr bool operator==(one_of left, std::string_view right) {
        return left.view() == right;
    }

private:
    static constexpr const auto& texts() { return detail::texts_of<Expression>; }
    std::uint8_t index_ = 0;
};

namespace detail {

/// The expression's shape, or that of one of its arrays' elements.
template <fixed_string Expression, std::int8_t Element>
inline constexpr type_shape shape_at =
    Element < 0
        ? shaped<Expression>.shape
        : shaped<Expression>.made.elements[static_cast<std::size_t>(Element < 0 ? 0 : Element)];

/// The C++ value of a shape; `Element` says of which.
template <fixed_string Expression, std::int8_t Element = -1>
constexpr auto argument_for();

template <fixed_string Expression, std::int8_t Element>
constexpr auto bare_argument() {
    constexpr const type_shape& shape = shape_at<Expression, Element>;
    constexpr std::uint16_t base = shape.kinds & ~(kinds::null | kinds::undefined);
    if constexpr (base == kinds::text && shape.texts_listed) {
        return one_of<Expression>{};
    } else if constexpr (base == kinds::text) {
        return std::string_view{};
    } else if constexpr (base == kinds::number && shape.integral) {
        return std::int64_t{};
    } else if constexpr (base == kinds::number) {
        return double{};
    } else if constexpr (base != 0 && (base & ~kinds::boolean) == 0) {
        return bool{};
    } else if constexpr (base == kinds::date) {
        return timestamp{};
    } else if constexpr (base == kinds::array && shape.element >= 0) {
        return std::span<const decltype(argument_for<Expression, shape.element>())>{};
    } else {
        return json_view{};
    }
}

template <fixed_string Expression, std::int8_t Element>
constexpr auto argument_for() {
    constexpr std::uint16_t taken = shape_at<Expression, Element>.kinds;
    constexpr bool nullable =
        taken != kinds::any && (taken & (kinds::null | kinds::undefined)) != 0;
    using bare = decltype(bare_argument<Expression, Element>());
    if constexpr (nullable && !std::same_as<bare, json_view>) {
        return std::optional<bare>{};
    } else {
        return bare{};
    }
}

template <class T>
inline constexpr bool is_argument_list = false;
template <class T>
inline constexpr bool is_argument_list<std::span<const T>> = true;
template <class T>
struct list_item {
    using type = T;
};
template <class T>
struct list_item<std::span<const T>> {
    using type = T;
};

/// An optional argument's value is optional once, not twice.
template <class T, property_suffix Suffix>
using with_suffix = std::conditional_t<Suffix == property_suffix::optional && !is_optional<T> &&
                                           !std::same_as<T, json_view>,
                                       std::optional<T>, T>;

template <fixed_string Expression, class Value>
constexpr Value preset_argument() {
    constexpr const shaped_expression& from = shaped<Expression>;
    using item = without_optional<Value>;
    if constexpr (from.suffix != property_suffix::defaulted || from.preset.kinds == kinds::null ||
                  from.preset.kinds == kinds::undefined) {
        return {};
    } else if constexpr (std::same_as<item, bool>) {
        return from.preset.kinds == kinds::yes;
    } else if constexpr (std::is_arithmetic_v<item>) {
        return static_cast<item>(from.preset.low);
    } else if constexpr (std::same_as<item, std::string_view>) {
        return texts_of<Expression>.text(from.preset.first_text);
    } else if constexpr (std::same_as<item, json_view>) {
        return json_view{from.preset.kinds == kinds::text ? std::string_view()
                                                          : from.preset.written};
    } else if constexpr (std::same_as<item, timestamp>) {
        static_assert(!std::same_as<item, timestamp>,
                      "arg<\"...\">: a Date has no default here; use an optional one");
    } else {
        return item::from_text(texts_of<Expression>.text(from.preset.first_text));
    }
}

/// A number argument takes numbers that keep their value; a bool is no number.
template <class From, class Item>
concept fits_argument =
    !std::is_arithmetic_v<Item> || !std::is_arithmetic_v<std::remove_cvref_t<From>> ||
    (std::same_as<std::remove_cvref_t<From>, bool> == std::same_as<Item, bool> &&
     (std::floating_point<Item> || std::integral<std::remove_cvref_t<From>>));

}  // namespace detail

/// An argument that must be what `Expression` says. Converts to its value.
///
/// **Thread safety:** value. **Lifetime:** text and arrays are views, valid as long as what they
/// view.
template <detail::fixed_string Expression>
struct arg {
    static constexpr const detail::type_shape& shape = detail::shaped<Expression>.shape;
    static constexpr detail::property_suffix suffix = detail::shaped<Expression>.suffix;
    static_assert(shape.change != detail::value_change::other,
                  "arg<\"...\">: this type changes a text into something else (string.date.parse, "
                  "string.numeric.parse); take the text (string.date, string.numeric) and convert "
                  "it in the handler");
    static_assert((shape.kinds & ~(detail::kinds::foreign | detail::kinds::undefined)) != 0,
                  "arg<\"...\">: no JSON value is of this type");

    using bare_type = decltype(detail::argument_for<Expression>());
    using value_type = detail::with_suffix<bare_type, suffix>;
    using item_type = typename detail::list_item<detail::without_optional<value_type>>::type;
    static constexpr bool is_list = detail::is_argument_list<detail::without_optional<value_type>>;
    static constexpr bool required =
        suffix == detail::property_suffix::none && !detail::is_optional<value_type>;
    static constexpr bool literals = shape.texts_listed && !is_list;
    static constexpr std::string_view expression() { return Expression.view(); }

    value_type value = detail::preset_argument<Expression, value_type>();

    // Explicit: `{.other = ...}` without a required argument does not compile.
    constexpr explicit arg() requires(required) {}
    constexpr arg() requires(!required) {}
    template <std::size_t Size>
    requires(literals) consteval arg(const char (&literal)[Size])
        : value(detail::without_optional<value_type>(literal)) {}
    template <class From>
    requires(!std::same_as<std::remove_cvref_t<From>, arg> &&
             std::is_convertible_v<From, value_type> &&
             detail::fits_argument<From, detail::without_optional<item_type>> &&
             !(literals && std::is_array_v<std::remove_cvref_t<From>>)) constexpr arg(From&& from)
        : value(std::forward<From>(from)) {}
    constexpr arg(std::initializer_list<item_type> elements) requires(is_list)
        : value(std::span<const item_type>(elements.begin(), elements.size())) {}

    constexpr operator const value_type&() const& { return value; }
    constexpr const value_type& operator*() const { return value; }
    constexpr const value_type* operator->() const { return &value; }

    [[nodiscard]] constexpr const value_type& unwrapped() const { return value; }
    /// JSON leaves it out.
    [[nodiscard]] constexpr bool omitted() const {
        if constexpr (suffix != detail::property_suffix::optional) {
            return false;
        } else if constexpr (std::same_as<value_type, json_view>) {
            return value.text.empty();
        } else {
            return !value.has_value();
        }
    }
};

/// Texts for an `arg<"string[]">`, for use where a braced list cannot stand: inside `co_await`.
template <class... Text>
requires(std::convertible_to<const Text&, std::string_view>&&...)
    [[nodiscard]] constexpr std::array<std::string_view, sizeof...(Text)> list(
        const Text&... texts) {
    return {std::string_view(texts)...};
}
[[nodiscard]] inline std::vector<std::string_view> list(const std::vector<std::string>& texts) {
    return {texts.begin(), texts.end()};
}

namespace detail {
template <class Args>
concept view_arguments =
    aggregate<Args> && std::is_trivially_copyable_v<Args> && std::is_trivially_destructible_v<Args>;
}  // namespace detail

/// Checks the values of `args`.
/// Errors: `errc::invalid_arguments`, one line per problem: `email must be an email address (was
/// "x")`.
template <class Args>
void validate(const Args& args);

/// The arguments of one call together with a copy of everything they view, in one block of memory.
///
/// **Thread safety:** value; move only. **Lifetime:** what `value()` views lives as long as this
/// object, and stays where it is when this object is moved.
template <class Args>
class packed_args {
    static_assert(
        detail::view_arguments<Args>,
        "dormouse: an argument struct must hold only arg<\"...\">, numbers, bools, enums and "
        "std::optional of these, and structs and spans of structs of the same kind, not "
        "std::string, std::vector or anything else that owns "
        "(g++ 12 destroys it twice in `co_await f({...})`)");

public:
    explicit packed_args(const Args& args);
    packed_args(packed_args&&) noexcept = default;
    packed_args& operator=(packed_args&&) noexcept = default;

    [[nodiscard]] const Args& value() const noexcept { return value_; }

    /// Reads and checks the arguments. Keys that are no arguments are ignored.
    /// Errors: `errc::invalid_arguments` as `validate`; `errc::invalid_request` for text that is
    /// not JSON.
    [[nodiscard]] static packed_args from_json(std::string_view json);
    /// The arguments as `from_json` takes them.
    [[nodiscard]] static std::string to_json(const Args& args);

private:
    packed_args(const Args& args, detail::memory_block memory)
        : value_(args), memory_(std::move(memory)) {}

    Args value_;
    detail::memory_block memory_;
};

}  // namespace dormouse

#include <dormouse/detail/argument_codec.hpp>
