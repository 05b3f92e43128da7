// What a type expression says about the C++ type of an argument, worked out while compiling. Fewer
// facts than the run-time type has: enough to choose a C++ type and to refuse what can be refused
// before the program runs. What is left (patterns, contradictions of objects) is refused when the
// argument is first used.
#pragma once

#include <dormouse/detail/type_parser.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dormouse::detail {

/// The kinds of values that a type takes, as bits.
namespace kinds {
inline constexpr std::uint16_t text = 1;
inline constexpr std::uint16_t number = 2;
inline constexpr std::uint16_t yes = 4;
inline constexpr std::uint16_t no = 8;
inline constexpr std::uint16_t boolean = yes | no;
inline constexpr std::uint16_t null = 16;
inline constexpr std::uint16_t undefined = 32;
inline constexpr std::uint16_t date = 64;
inline constexpr std::uint16_t array = 128;
inline constexpr std::uint16_t record = 256;  ///< Any other object.
inline constexpr std::uint16_t object = date | array | record;
inline constexpr std::uint16_t foreign = 512;  ///< What JSON has none of: bigint, symbol.
inline constexpr std::uint16_t any = 1023;
}  // namespace kinds

/// How a type changes the values it takes.
enum class value_change : std::uint8_t { none, text, other };

struct type_shape {
    static constexpr std::int8_t no_element = -1;
    static constexpr std::int8_t mixed_elements = -2;

    std::uint16_t kinds = 0;
    bool integral = false;
    bool literal = false;       ///< One value alone.
    bool texts_listed = false;  ///< Of texts only those from `first_text` on.
    std::uint8_t first_text = 0;
    std::uint8_t text_count = 0;
    std::int8_t element = no_element;
    value_change change{};
    bool has_low = false;
    bool has_high = false;
    bool low_exclusive = false;
    bool high_exclusive = false;
    double low = 0;            ///< Of numbers and lengths.
    double high = 0;           ///< Of a literal number: the number.
    std::string_view written;  ///< A literal as it stands.
};

namespace shapes {

struct named_shape {
    std::string_view name;
    std::uint16_t kinds;
    bool integral = false;
    value_change change{};
};

inline constexpr std::array<named_shape, 27> named{{
    {"string", kinds::text},
    {"number", kinds::number},
    {"boolean", kinds::boolean},
    {"null", kinds::null},
    {"unknown", kinds::any},
    {"undefined", kinds::undefined},
    {"true", kinds::yes},
    {"false", kinds::no},
    {"object", kinds::object},
    {"Date", kinds::date},
    {"Array", kinds::array},
    {"Array.readonly", kinds::array},
    {"Array.index", kinds::text},
    {"Key", kinds::text | kinds::foreign},
    {"bigint", kinds::foreign},
    {"symbol", kinds::foreign},
    {"never", 0},
    {"unknown.any", kinds::any},
    {"object.json", kinds::object},
    {"object.json.stringify", kinds::object, false, value_change::other},
    {"number.integer", kinds::number, true},
    {"number.epoch", kinds::number, true},
    {"number.safe", kinds::number},
    {"number.NaN", kinds::number},
    {"number.Infinity", kinds::number},
    {"number.NegativeInfinity", kinds::number},
    {"Object", kinds::object},
}};

/// Objects that JSON has none of.
inline constexpr std::array<std::string_view, 17> foreign_objects{
    "Error",           "Function", "Map",  "RegExp",   "Set",     "WeakMap", "WeakSet",  "Promise",
    "ArrayBuffer",     "Blob",     "File", "FormData", "Headers", "Request", "Response", "URL",
    "TypedArray.Uint8"};

/// Behind "string.": what the text must be, and how it is changed.
inline constexpr std::array<std::string_view, 42> text_keywords{"alpha",
                                                                "alphanumeric",
                                                                "hex",
                                                                "digits",
                                                                "base64",
                                                                "base64.url",
                                                                "email",
                                                                "integer",
                                                                "numeric",
                                                                "semver",
                                                                "creditCard",
                                                                "json",
                                                                "regex",
                                                                "url",
                                                                "uuid",
                                                                "uuid.v1",
                                                                "uuid.v2",
                                                                "uuid.v3",
                                                                "uuid.v4",
                                                                "uuid.v5",
                                                                "uuid.v6",
                                                                "uuid.v7",
                                                                "uuid.v8",
                                                                "ip",
                                                                "ip.v4",
                                                                "ip.v6",
                                                                "date",
                                                                "date.iso",
                                                                "date.epoch",
                                                                "capitalize.preformatted",
                                                                "lower.preformatted",
                                                                "upper.preformatted",
                                                                "trim.preformatted",
                                                                "normalize.NFC.preformatted",
                                                                "normalize.NFD.preformatted",
                                                                "normalize.NFKC.preformatted",
                                                                "normalize.NFKD.preformatted",
                                                                "root",
                                                                "",
                                                                "",
                                                                "",
                                                                ""};
inline constexpr std::array<std::string_view, 9> text_changes{
    "trim",          "lower",         "upper",          "capitalize",    "normalize",
    "normalize.NFC", "normalize.NFD", "normalize.NFKC", "normalize.NFKD"};
inline constexpr std::array<std::string_view, 7> text_parsers{
    "numeric.parse",    "integer.parse", "date.parse", "date.iso.parse",
    "date.epoch.parse", "json.parse",    "url.parse"};

template <std::size_t Size>
[[nodiscard]] constexpr bool is_in(const std::array<std::string_view, Size>& names,
                                   std::string_view name) {
    for (const auto one : names) {
        if (!one.empty() && one == name) {
            return true;
        }
    }
    return false;
}

[[nodiscard]] constexpr std::optional<type_shape> find(std::string_view name) {
    type_shape found;
    for (const auto& one : named) {
        if (one.name == name) {
            found.kinds = one.kinds;
            found.integral = one.integral;
            found.change = one.change;
            const bool single = one.kinds == kinds::null || one.kinds == kinds::undefined ||
                                one.kinds == kinds::yes || one.kinds == kinds::no;
            found.literal = single;
            found.written = single ? one.name : std::string_view();
            return found;
        }
    }
    if (is_in(foreign_objects, name) || name.starts_with("TypedArray.")) {
        found.kinds = kinds::record;
        return found;
    }
    if (!name.starts_with("string.")) {
        return std::nullopt;
    }
    const std::string_view rest = name.substr(7);
    found.kinds = kinds::text;
    found.change = is_in(text_changes, rest)   ? value_change::text
                   : is_in(text_parsers, rest) ? value_change::other
                                               : value_change::none;
    if (found.change == value_change::none && !is_in(text_keywords, rest)) {
        return std::nullopt;
    }
    return found;
}

}  // namespace shapes

/// Works out shapes of what the parser finds. A refusal throws its reason, which while compiling
/// shows up in the compiler's message.
class shape_builder {
public:
    using node = type_shape;
    static constexpr std::size_t texts_max = 64;
    static constexpr std::size_t elements_max = 16;

    std::array<enclosed_text, texts_max> texts{};
    std::array<type_shape, elements_max> elements{};
    std::uint8_t text_count = 0;
    std::size_t element_count = 0;

    constexpr void refuse(refusal why, std::string_view, std::string_view) const {
        switch (why) {
            case refusal::unresolvable:
            case refusal::private_reference:
                throw "arg<\"...\">: no type has this name";
            case refusal::expression_expected:
                throw "arg<\"...\">: an expression is missing";
            case refusal::operand_expected:
                throw "arg<\"...\">: the last operator needs something on its right";
            case refusal::unclosed_bracket:
            case refusal::unclosed_group:
            case refusal::unclosed_arguments:
            case refusal::unmatched_group:
                throw "arg<\"...\">: brackets do not match";
            case refusal::unterminated_literal:
                throw "arg<\"...\">: a literal is not closed";
            case refusal::malformed_number:
                throw "arg<\"...\">: a number is written with needless zeros";
            case refusal::limit_expected:
                throw "arg<\"...\">: a bound needs a number or a date";
            case refusal::unpairable_bound:
            case refusal::open_bound:
            case refusal::two_left_bounds:
                throw "arg<\"...\">: a range is written 0 < type <= 10";
            case refusal::divisor_expected:
                throw "arg<\"...\">: % needs an integer other than 0";
            case refusal::literal_default_expected:
                throw "arg<\"...\">: a default is a literal";
            default:
                throw "arg<\"...\">: text that does not belong here";
        }
    }
    constexpr void refuse_default(const std::optional<node>&) const {
        refuse(refusal::literal_default_expected, {}, {});
    }

    [[nodiscard]] constexpr std::optional<node> named(std::string_view name) const {
        return shapes::find(name);
    }
    [[nodiscard]] constexpr bool is_generic(std::string_view name) const {
        return shapes::is_in(
            std::array<std::string_view, 8>{"Exclude", "Extract", "Merge", "Omit", "Partial",
                                            "Pick", "Record", "Required"},
            name);
    }
    [[nodiscard]] constexpr node generic(std::string_view name, const std::optional<node>* given,
                                         std::size_t count) const {
        const std::size_t wanted = name == "Partial" || name == "Required" ? 1 : 2;
        if (count != wanted) {
            throw "arg<\"...\">: a generic type has another number of arguments";
        }
        node out;
        out.kinds = name == "Exclude" || name == "Extract" ? given[0]->kinds : kinds::record;
        return out;
    }

    [[nodiscard]] constexpr node number(std::string_view token) const {
        node out;
        out.kinds = kinds::number;
        out.integral = token.find('.') == std::string_view::npos;
        out.literal = out.has_low = out.has_high = true;
        out.low = out.high = approximate_number(token);
        out.written = token;
        return out;
    }
    [[nodiscard]] constexpr node bigint(std::string_view digits) const {
        node out;
        out.kinds = kinds::foreign;
        out.literal = true;
        out.written = digits;
        return out;
    }
    [[nodiscard]] constexpr node text(const enclosed_text& found) {
        if (text_count == texts_max) {
            throw "arg<\"...\">: too many literals";
        }
        node out;
        out.kinds = kinds::text;
        out.literal = out.texts_listed = true;
        out.first_text = text_count;
        out.text_count = 1;
        out.written = found.raw;
        texts[text_count++] = found;
        return out;
    }
    [[nodiscard]] constexpr node date(const enclosed_text& found) const {
        node out;
        out.kinds = kinds::date;
        out.literal = true;
        out.written = found.raw;
        return out;
    }
    [[nodiscard]] constexpr node regex(const enclosed_text&, bool executes) const {
        if (executes) {
            throw "arg<\"...\">: x/.../ changes the value, which has no counterpart: use /.../";
        }
        node out;
        out.kinds = kinds::text;
        return out;
    }

    [[nodiscard]] constexpr node array(const node& element) {
        if (element_count == elements_max) {
            throw "arg<\"...\">: too many arrays";
        }
        node out;
        out.kinds = kinds::array;
        out.element = static_cast<std::int8_t>(element_count);
        out.change = element.change;
        elements[element_count++] = element;
        return out;
    }

    [[nodiscard]] constexpr node united(const node& left, const node& right) const {
        node out;
        out.kinds = left.kinds | right.kinds;
        const bool left_number = (left.kinds & kinds::number) != 0;
        const bool right_number = (right.kinds & kinds::number) != 0;
        out.integral = (left_number || right_number) && (!left_number || left.integral) &&
                       (!right_number || right.integral);
        unite_texts(left, right, out);
        out.element = left.element == node::no_element    ? right.element
                      : right.element == node::no_element ? left.element
                                                          : node::mixed_elements;
        const bool changes =
            left.change != value_change::none || right.change != value_change::none;
        out.change =
            !changes                                                          ? value_change::none
            : left.change == right.change                                     ? left.change
            : left.change == value_change::none && right.kinds == kinds::text ? right.change
            : right.change == value_change::none && left.kinds == kinds::text ? left.change
                                                                              : value_change::other;
        return out;
    }

    [[nodiscard]] constexpr node intersection(const node& left, const node& right) const {
        node out = left.kinds == kinds::any ? right : left;
        out.kinds = left.kinds & right.kinds;
        if (out.kinds == 0 && left.kinds != 0 && right.kinds != 0) {
            throw "arg<\"...\">: no value is of both types";
        }
        if (left.literal && right.literal && out.kinds != 0 && left.written != right.written) {
            throw "arg<\"...\">: no value is of both types";
        }
        out.literal = left.literal || right.literal;
        out.integral = left.integral || right.integral;
        out.change = left.change == value_change::none ? right.change : left.change;
        out.texts_listed = out.literal && (left.texts_listed || right.texts_listed);
        if (out.texts_listed && !left.texts_listed) {
            out.first_text = right.first_text;
            out.text_count = right.text_count;
        }
        out.element = left.element == right.element || right.element == node::no_element
                          ? left.element
                      : left.element == node::no_element ? right.element
                                                         : node::mixed_elements;
        narrow(out, left);
        narrow(out, right);
        return out;
    }

    [[nodiscard]] constexpr node piped(const node& from, const node&) const {
        node out = from;
        out.change = value_change::other;
        return out;
    }
    [[nodiscard]] constexpr node brand(const node& branded, std::string_view) const {
        return branded;
    }
    [[nodiscard]] constexpr node key_of(const node& object) const {
        if ((object.kinds & kinds::object) == 0) {
            throw "arg<\"...\">: keyof needs an object";
        }
        node out;
        out.kinds = kinds::text;
        return out;
    }

    [[nodiscard]] constexpr bool is_literal(const node& one) const { return one.literal; }
    [[nodiscard]] constexpr std::optional<std::string_view> limit_of(const node& one) const {
        const bool limits = one.literal &&
                            (one.kinds == kinds::number || one.kinds == kinds::date) &&
                            !one.written.empty();
        return limits ? std::optional(one.written) : std::nullopt;
    }

    [[nodiscard]] constexpr node bounded(const node& operand, comparator compared,
                                         std::string_view written) const {
        const bool numbers = operand.kinds == kinds::number;
        const bool lengths =
            operand.kinds != 0 && (operand.kinds & ~(kinds::text | kinds::array)) == 0;
        if (operand.change != value_change::none ||
            (!numbers && !lengths && operand.kinds != kinds::date)) {
            throw "arg<\"...\">: a bound needs a number, a text, an array or a Date";
        }
        if (operand.kinds == kinds::date) {
            return operand;
        }
        if (!looks_like_number(written)) {
            throw "arg<\"...\">: a bound needs a number";
        }
        node limit;
        limit.has_low = compared == comparator::equal || is_lower(compared);
        limit.has_high = compared == comparator::equal || !is_lower(compared);
        limit.low = limit.high = approximate_number(written);
        limit.low_exclusive = limit.high_exclusive = is_exclusive(compared);
        if (lengths) {
            check_length(limit);
        }
        node out = operand;
        narrow(out, limit);
        return out;
    }

    [[nodiscard]] constexpr node divisible(const node& operand, std::string_view) const {
        if (operand.kinds != kinds::number || operand.change != value_change::none) {
            throw "arg<\"...\">: % needs a number";
        }
        node out = operand;
        out.integral = true;
        return out;
    }

private:
    static constexpr void unite_texts(const node& left, const node& right, node& out) {
        const bool left_text = (left.kinds & kinds::text) != 0;
        const bool right_text = (right.kinds & kinds::text) != 0;
        if (left_text && right_text) {
            const bool adjacent = left.first_text + left.text_count == right.first_text;
            out.texts_listed = left.texts_listed && right.texts_listed && adjacent;
            out.first_text = left.first_text;
            out.text_count = static_cast<std::uint8_t>(left.text_count + right.text_count);
            return;
        }
        const node& with = left_text ? left : right;
        out.texts_listed = with.texts_listed;
        out.first_text = with.first_text;
        out.text_count = with.text_count;
    }

    static constexpr void check_length(const node& limit) {
        const double low = limit.low + (limit.low_exclusive ? 1 : 0);
        const double high = limit.high - (limit.high_exclusive ? 1 : 0);
        const auto is_length = [](double length) {
            return length >= 0 && length < 9e15 &&
                   static_cast<double>(static_cast<std::int64_t>(length)) == length;
        };
        if ((limit.has_low && !is_length(low)) || (limit.has_high && !is_length(high))) {
            throw "arg<\"...\">: a length is an integer from 0";
        }
    }

    static constexpr void narrow(node& into, const node& by) {
        if (by.has_low &&
            (!into.has_low || by.low > into.low || (by.low == into.low && by.low_exclusive))) {
            into.has_low = true;
            into.low = by.low;
            into.low_exclusive = by.low_exclusive;
        }
        if (by.has_high && (!into.has_high || by.high < into.high ||
                            (by.high == into.high && by.high_exclusive))) {
            into.has_high = true;
            into.high = by.high;
            into.high_exclusive = by.high_exclusive;
        }
        const bool both = into.has_low && into.has_high;
        if (both && (into.low > into.high ||
                     (into.low == into.high && (into.low_exclusive || into.high_exclusive)))) {
            throw "arg<\"...\">: the minimum is above the maximum";
        }
    }
};

/// An expression with all that its C++ type depends on.
struct shaped_expression {
    shape_builder made;
    type_shape shape;
    property_suffix suffix{};
    type_shape preset;  ///< The default.
};

[[nodiscard]] constexpr shaped_expression shape_of(std::string_view text) {
    shaped_expression out;
    const auto parsed = type_parser<shape_builder>(text, out.made).parse();
    out.shape = parsed.node;
    out.suffix = parsed.suffix;
    if (parsed.default_value) {
        out.preset = *parsed.default_value;
        if ((out.preset.kinds & out.shape.kinds) == 0) {
            throw "arg<\"...\">: the default is not of the type";
        }
    }
    return out;
}

}  // namespace dormouse::detail
