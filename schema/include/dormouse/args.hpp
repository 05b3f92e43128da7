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
//     };
//
// Bare numbers, bools, enums and optionals of these may stand beside them. A required argument that
// is left out of `{.name = ...}` does not compile. The grammar is in detail/type_expression.hpp.
//
// An argument struct holds VIEWS: it owns nothing. That makes a call cheap, and it is a matter of
// correctness: g++ 12 destroys the owning members of an aggregate temporary twice when it stands in
// a `co_await` expression. `packed_args` keeps a copy of everything the views refer to.
#pragma once

#include <dormouse/detail/argument_values.hpp>
#include <dormouse/detail/fixed_string.hpp>
#include <dormouse/detail/reflection.hpp>
#include <dormouse/detail/type_expression.hpp>
#include <dormouse/json.hpp>
#include <dormouse/timestamp.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace dormouse {

namespace detail {

template <fixed_string Expression>
inline constexpr type_expression parsed_expression = parse_type_expression(Expression.view());

template <fixed_string Expression>
consteval bool is_valid_expression() {
    using enum expression_error;
    constexpr auto failure = parsed_expression<Expression>.error;
    static_assert(failure != empty, "arg<\"...\">: the expression is empty");
    static_assert(
        failure != unknown_type,
        "arg<\"...\">: unknown type name; use string, number, number.integer, boolean, Date, "
        "unknown or 'literals'");
    static_assert(
        failure != unknown_subtype,
        "arg<\"...\">: unknown subtype; string has .email .uuid .url .alpha .alphanumeric "
        ".digits, number has .integer");
    static_assert(failure != number_expected, "arg<\"...\">: a number is expected in a bound");
    static_assert(failure != bound_on_wrong_type,
                  "arg<\"...\">: a bound needs a number, a string (length) or an array (length)");
    static_assert(failure != unterminated_literal,
                  "arg<\"...\">: a literal stands between single quotes");
    static_assert(failure != too_many_literals, "arg<\"...\">: too many literals");
    static_assert(failure != trailing_text, "arg<\"...\">: text after the end of the expression");
    static_assert(failure != unsatisfiable, "arg<\"...\">: the minimum is above the maximum");
    return failure == none;
}

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
        if (index_ >= expression().literal_count) {
            throw "this text is not one of the allowed literals";
        }
    }
    /// `text` must be one of the texts.
    [[nodiscard]] static constexpr one_of from_text(std::string_view text) {
        one_of made;
        made.index_ = static_cast<std::uint8_t>(expression().find_literal(text));
        return made;
    }

    [[nodiscard]] constexpr std::string_view view() const { return expression().literals[index_]; }
    constexpr operator std::string_view() const { return view(); }
    friend constexpr bool operator==(one_of left, std::string_view right) {
        return left.view() == right;
    }

private:
    static constexpr const detail::type_expression& expression() {
        return detail::parsed_expression<Expression>;
    }
    std::uint8_t index_ = 0;
};

namespace detail {

template <fixed_string Expression>
constexpr auto bare_argument() {
    constexpr const type_expression& expression = parsed_expression<Expression>;
    if constexpr (expression.kind == expression_kind::number && expression.integer) {
        return std::int64_t{};
    } else if constexpr (expression.kind == expression_kind::number) {
        return double{};
    } else if constexpr (expression.kind == expression_kind::boolean) {
        return bool{};
    } else if constexpr (expression.kind == expression_kind::date) {
        return timestamp{};
    } else if constexpr (expression.kind == expression_kind::literals) {
        return one_of<Expression>{};
    } else if constexpr (expression.kind == expression_kind::unknown) {
        return json_view{};
    } else {
        return std::string_view{};
    }
}

template <class Item, bool Array, bool Optional>
using argument_type_of =
    std::conditional_t<Optional,
                       std::optional<std::conditional_t<Array, std::span<const Item>, Item>>,
                       std::conditional_t<Array, std::span<const Item>, Item>>;

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
    static_assert(detail::is_valid_expression<Expression>());

    static constexpr const detail::type_expression& expression =
        detail::parsed_expression<Expression>;
    static constexpr bool required = !expression.optional && !expression.nullable;
    static constexpr bool literals =
        expression.kind == detail::expression_kind::literals && !expression.array;
    using item_type = decltype(detail::bare_argument<Expression>());
    using value_type = detail::argument_type_of<item_type, expression.array, !required>;

    value_type value{};

    // Explicit: `{.other = ...}` without a required argument does not compile.
    constexpr explicit arg() requires(required) {}
    constexpr arg() requires(!required) {}
    template <std::size_t Size>
    requires(literals) consteval arg(const char (&literal)[Size]) : value(item_type(literal)) {}
    template <class From>
    requires(!std::same_as<std::remove_cvref_t<From>, arg> &&
             std::is_convertible_v<From, value_type> && detail::fits_argument<From, item_type> &&
             !(literals && std::is_array_v<std::remove_cvref_t<From>>)) constexpr arg(From&& from)
        : value(std::forward<From>(from)) {}
    constexpr arg(std::initializer_list<item_type> elements) requires(expression.array)
        : value(std::span<const item_type>(elements.begin(), elements.size())) {}

    constexpr operator const value_type&() const& { return value; }
    constexpr const value_type& operator*() const { return value; }
    constexpr const value_type* operator->() const { return &value; }

    [[nodiscard]] constexpr const value_type& unwrapped() const { return value; }
    /// JSON leaves it out.
    [[nodiscard]] constexpr bool omitted() const {
        if constexpr (expression.optional) {
            return !value.has_value();
        } else {
            return false;
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
        "std::optional of these, not std::string, std::vector or anything else that owns "
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

private:
    packed_args(const Args& args, detail::memory_block memory)
        : value_(args), memory_(std::move(memory)) {}

    Args value_;
    detail::memory_block memory_;
};

}  // namespace dormouse

#include <dormouse/detail/argument_codec.hpp>
