// The grammar of `arg<"...">`: a part of ArkType's definitions, parsed while compiling, or at run
// time.
//
//     expression = [number ("<" | "<=")] type ["[]"] {bound} ["|" "null"] ["?"]
//                | literal {"|" (literal | "null")} ["?"]
//     type       = string[.email|.uuid|.url|.alpha|.alphanumeric|.digits] | number[.integer]
//                | boolean | Date | unknown
//     bound      = (">" | ">=" | "<" | "<=" | "==") number | "%" number
//     literal    = "'" text "'"
//
// Bounds limit a number, the length of a string in UTF-16 code units, or the length of an array.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dormouse::detail {

enum class expression_kind : std::uint8_t {
    none,
    string,
    number,
    boolean,
    date,
    literals,
    unknown
};

enum class string_format : std::uint8_t { none, email, uuid, url, alpha, alphanumeric, digits };

enum class expression_error : std::uint8_t {
    none,
    empty,
    unknown_type,
    unknown_subtype,
    number_expected,
    bound_on_wrong_type,
    unterminated_literal,
    too_many_literals,
    trailing_text,
    unsatisfiable,
};

struct bound {
    double limit = 0;
    bool present = false;
    bool exclusive = false;
};

inline constexpr std::size_t literals_max = 64;

struct type_expression {
    expression_kind kind{};
    string_format format{};
    expression_error error{};
    bool array = false;
    bool optional = false;
    bool nullable = false;
    bool integer = false;
    bound low;
    bound high;
    double divisor = 0;  ///< 0: none.
    std::size_t literal_count = 0;
    std::array<std::string_view, literals_max> literals{};  ///< Of the expression's own text.

    /// What each element of an array must be.
    [[nodiscard]] constexpr type_expression element() const {
        type_expression one = *this;
        one.array = one.optional = one.nullable = false;
        one.low = one.high = {};
        return one;
    }

    [[nodiscard]] constexpr std::size_t find_literal(std::string_view text) const {
        for (std::size_t i = 0; i < literal_count; ++i) {
            if (literals[i] == text) {
                return i;
            }
        }
        return static_cast<std::size_t>(-1);
    }
};

class expression_parser {
public:
    constexpr explicit expression_parser(std::string_view text) : text_(text) {}

    /// The result names its error, if there is one; parsing stops there.
    constexpr type_expression run() {
        if (at_end()) {
            fail(expression_error::empty);
        } else if (next_is('\'') || text_.substr(at_).starts_with("null")) {
            parse_literals();
        } else {
            parse_typed();
        }
        while (good() && parse_suffix()) {
        }
        if (!at_end()) {
            fail(expression_error::trailing_text);
        }
        check_bounds();
        return out_;
    }

private:
    [[nodiscard]] constexpr bool good() const { return out_.error == expression_error::none; }
    constexpr void fail(expression_error error) {
        if (good()) {
            out_.error = error;
        }
    }
    constexpr void skip_space() {
        while (at_ < text_.size() && text_[at_] == ' ') {
            ++at_;
        }
    }
    constexpr bool at_end() {
        skip_space();
        return at_ == text_.size();
    }
    constexpr bool next_is(char c) { return !at_end() && text_[at_] == c; }
    constexpr bool take(std::string_view token) {
        skip_space();
        if (!text_.substr(at_).starts_with(token)) {
            return false;
        }
        at_ += token.size();
        return true;
    }
    [[nodiscard]] constexpr bool digit_next() const {
        return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9';
    }

    constexpr double take_number() {
        skip_space();
        bool negative = take("-");
        if (!digit_next()) {
            fail(expression_error::number_expected);
        }
        double value = 0;
        double scale = 1;
        for (bool fraction = false; digit_next() || (!fraction && next_is('.')); ++at_) {
            if (!digit_next()) {
                fraction = true;
                continue;
            }
            value = value * 10 + (text_[at_] - '0');
            scale *= fraction ? 10 : 1;
        }
        return negative ? -value / scale : value / scale;
    }

    constexpr std::string_view take_word() {
        skip_space();
        std::size_t begin = at_;
        while (at_ < text_.size() &&
               ((text_[at_] >= 'a' && text_[at_] <= 'z') ||
                (text_[at_] >= 'A' && text_[at_] <= 'Z') || text_[at_] == '.')) {
            ++at_;
        }
        return text_.substr(begin, at_ - begin);
    }

    constexpr void parse_typed() {
        if (next_is('-') || digit_next()) {
            out_.low = {take_number(), true, false};
            if (!take("<=")) {
                out_.low.exclusive = true;
                if (!take("<")) {
                    fail(expression_error::trailing_text);
                }
            }
        }
        parse_type(take_word());
        if (take("[]")) {
            out_.array = true;
        }
    }

    constexpr void parse_type(std::string_view word) {
        std::size_t dot = word.find('.');
        std::string_view head = word.substr(0, dot);
        std::string_view tail = dot == std::string_view::npos ? "" : word.substr(dot + 1);
        if (head == "string") {
            out_.kind = expression_kind::string;
            parse_format(tail);
        } else if (head == "number") {
            out_.kind = expression_kind::number;
            out_.integer = tail == "integer";
            if (!tail.empty() && !out_.integer) {
                fail(expression_error::unknown_subtype);
            }
        } else if (word == "boolean") {
            out_.kind = expression_kind::boolean;
        } else if (word == "Date") {
            out_.kind = expression_kind::date;
        } else if (word == "unknown") {
            out_.kind = expression_kind::unknown;
        } else {
            fail(expression_error::unknown_type);
        }
    }

    constexpr void parse_format(std::string_view name) {
        constexpr std::array<std::string_view, 7> names{"",      "email",        "uuid",  "url",
                                                        "alpha", "alphanumeric", "digits"};
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (names[i] == name) {
                out_.format = static_cast<string_format>(i);
                return;
            }
        }
        fail(expression_error::unknown_subtype);
    }

    constexpr void parse_literals() {
        out_.kind = expression_kind::literals;
        do {
            if (take("null")) {
                out_.nullable = true;
            } else {
                parse_literal();
            }
        } while (good() && take("|"));
    }

    constexpr void parse_literal() {
        std::size_t end = next_is('\'') ? text_.find('\'', at_ + 1) : std::string_view::npos;
        if (end == std::string_view::npos) {
            return fail(expression_error::unterminated_literal);
        }
        if (out_.literal_count == literals_max) {
            return fail(expression_error::too_many_literals);
        }
        out_.literals[out_.literal_count++] = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
    }

    /// One bound, divisor, `| null` or `?`; false when there is none.
    constexpr bool parse_suffix() {
        if (take(">=")) {
            raise_low({take_number(), true, false});
        } else if (take(">")) {
            raise_low({take_number(), true, true});
        } else if (take("<=")) {
            reduce_high({take_number(), true, false});
        } else if (take("<")) {
            reduce_high({take_number(), true, true});
        } else if (take("==")) {
            bound exact{take_number(), true, false};
            raise_low(exact);
            reduce_high(exact);
        } else if (take("%")) {
            out_.divisor = take_number();
        } else if (take("|")) {
            out_.nullable = true;
            if (!take("null")) {
                fail(expression_error::trailing_text);
            }
        } else {
            return !out_.optional && (out_.optional = take("?"));
        }
        return true;
    }

    // Of two bounds on the same side the tighter one counts.
    constexpr void raise_low(bound added) {
        if (!out_.low.present || added.limit > out_.low.limit ||
            (added.limit == out_.low.limit && added.exclusive)) {
            out_.low = added;
        }
    }
    constexpr void reduce_high(bound added) {
        if (!out_.high.present || added.limit < out_.high.limit ||
            (added.limit == out_.high.limit && added.exclusive)) {
            out_.high = added;
        }
    }

    constexpr void check_bounds() {
        bool numeric = out_.kind == expression_kind::number;
        bool measurable = numeric || out_.kind == expression_kind::string || out_.array;
        if (((out_.low.present || out_.high.present) && !measurable) ||
            (out_.divisor != 0 && !numeric)) {
            fail(expression_error::bound_on_wrong_type);
        }
        if (out_.low.present && out_.high.present && out_.low.limit > out_.high.limit) {
            fail(expression_error::unsatisfiable);
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    type_expression out_;
};

constexpr type_expression parse_type_expression(std::string_view text) {
    return expression_parser(text).run();
}

}  // namespace dormouse::detail
