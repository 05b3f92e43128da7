// Reads a type expression, `0 < string <= 64 | null`, with the precedence, the tokens and the
// complaints of ArkType. One parser serves both times at which an expression is read: what it finds
// goes to a builder, which while compiling works out the C++ type (type_shape.hpp) and at run time
// makes the type that values are checked against (schema/type_builder.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace dormouse::detail {

/// Why an expression is refused. The builder words it.
enum class refusal : std::uint8_t {
    unresolvable,
    expression_expected,
    operand_expected,
    not_allowed_here,
    unclosed_bracket,
    unclosed_group,
    unclosed_arguments,
    unmatched_group,
    unterminated_literal,
    malformed_number,
    limit_expected,
    unpairable_bound,
    open_bound,
    two_left_bounds,
    divisor_expected,
    literal_default_expected,
    private_reference,
    nested_too_deeply,
};

enum class comparator : std::uint8_t { none, less, at_most, greater, at_least, equal };

[[nodiscard]] constexpr std::string_view comparator_text(comparator c) {
    constexpr std::array<std::string_view, 6> texts{"", "<", "<=", ">", ">=", "=="};
    return texts[static_cast<std::size_t>(c)];
}
[[nodiscard]] constexpr bool is_exclusive(comparator c) {
    return c == comparator::less || c == comparator::greater;
}
[[nodiscard]] constexpr bool is_lower(comparator c) {
    return c == comparator::greater || c == comparator::at_least;
}
[[nodiscard]] constexpr comparator inverted(comparator c) {
    constexpr std::array<comparator, 6> to{comparator::none,     comparator::greater,
                                           comparator::at_least, comparator::less,
                                           comparator::at_most,  comparator::equal};
    return to[static_cast<std::size_t>(c)];
}

/// What an expression says besides its type: `number?`, `number = 5`.
enum class property_suffix : std::uint8_t { none, optional, defaulted };

template <class Node>
struct parsed_property {
    Node node;
    property_suffix suffix = property_suffix::none;
    std::optional<Node> default_value;  ///< A literal.
};

/// The text between quotes or slashes, its escapes not yet taken out: a backslash before the
/// closing character or before another backslash stands for that character.
struct enclosed_text {
    std::string_view raw;
    char closing = 0;
};

[[nodiscard]] constexpr bool is_type_space(char c) {
    return c == ' ' || c == '\t' || c == '\n';
}
[[nodiscard]] constexpr bool ends_token(char c) {
    constexpr std::string_view terminators = "<>=|&)[%,:?#";
    return is_type_space(c) || terminators.find(c) != std::string_view::npos;
}
[[nodiscard]] constexpr bool is_type_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Digits with at most one point and a leading minus, such as ArkType takes for a number.
[[nodiscard]] constexpr bool looks_like_number(std::string_view token) {
    token.remove_prefix(token.starts_with('-') ? 1 : 0);
    std::size_t digits = 0;
    std::size_t points = 0;
    for (char c : token) {
        digits += is_type_digit(c) ? 1 : 0;
        points += c == '.' ? 1 : 0;
    }
    return digits > 0 && points <= 1 && digits + points == token.size();
}

/// No leading or trailing zeros and no negative zero: one text for each number.
[[nodiscard]] constexpr bool is_well_formed_number(std::string_view token) {
    const bool negative = token.starts_with('-');
    token.remove_prefix(negative ? 1 : 0);
    const std::size_t point = token.find('.');
    const std::string_view whole = token.substr(0, point);
    if (!looks_like_number(whole) || (whole.size() > 1 && whole[0] == '0')) {
        return false;
    }
    if (point == std::string_view::npos) {
        return !(negative && whole == "0");
    }
    const std::string_view fraction = token.substr(point + 1);
    return !fraction.empty() && fraction.back() != '0';
}

/// Nearly exact, which is enough while compiling; at run time the exact value is read.
[[nodiscard]] constexpr double approximate_number(std::string_view token) {
    const bool negative = token.starts_with('-');
    double value = 0;
    double scale = 1;
    bool fraction = false;
    for (char c : token.substr(negative ? 1 : 0)) {
        if (c == '.') {
            fraction = true;
            continue;
        }
        value = value * 10 + (c - '0');
        scale *= fraction ? 10 : 1;
    }
    return (negative ? -value : value) / scale;
}

/// The grammar. `Builder` has the type `node`, a cheap value, and makes nodes of what is found; its
/// `refuse` does not return.
///
/// **Thread safety:** value. **Lifetime:** shorter than its text and its builder.
template <class Builder>
class type_parser {
public:
    using node = typename Builder::node;

    constexpr type_parser(std::string_view text, Builder& builder)
        : text_(text), builder_(builder) {}

    constexpr parsed_property<node> parse() {
        parse_operand();
        parse_until_finalizer();
        if (finalizer_ == '>') {
            // What follows is judged first, as it is upstream.
            skip_space();
            refuse(refusal::not_allowed_here, at_end() ? ">" : text_.substr(at_, 1));
        }
        parsed_property<node> out{*root_, property_suffix::none, std::nullopt};
        if (finalizer_ == '?') {
            out.suffix = property_suffix::optional;
        } else if (finalizer_ == '=') {
            out = parse_default();
        }
        skip_space();
        if (!at_end()) {
            refuse(refusal::not_allowed_here, next_character());
        }
        return out;
    }

private:
    static constexpr int depth_max = 64;
    static constexpr char open = '\1';  // no finalizer yet

    struct left_bound {
        comparator compared = comparator::none;  // none: there is none; else as seen from the type
        std::string_view limit;
    };
    struct branches {
        int keyofs = 0;
        left_bound left;
        std::optional<node> intersection;
        std::optional<node> united;
        std::optional<node> piped;
    };

    constexpr void refuse(refusal why, std::string_view token = {}, std::string_view rest = {}) {
        builder_.refuse(why, token, rest);
    }
    [[nodiscard]] constexpr bool at_end() const { return at_ >= text_.size(); }
    [[nodiscard]] constexpr char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    [[nodiscard]] constexpr bool next_is(char c) const { return !at_end() && text_[at_] == c; }
    [[nodiscard]] constexpr std::string_view rest() const {
        return text_.substr(at_ < text_.size() ? at_ : text_.size());
    }
    constexpr void skip_space() {
        while (!at_end() && is_type_space(text_[at_])) {
            ++at_;
        }
    }
    /// The whole character that comes next, as UTF-8.
    [[nodiscard]] constexpr std::string_view next_character() const {
        std::size_t size = 1;
        while (at_ + size < text_.size() &&
               (static_cast<unsigned char>(text_[at_ + size]) & 0xC0) == 0x80) {
            ++size;
        }
        return text_.substr(at_, size);
    }
    constexpr std::string_view take_token() {
        const std::size_t begin = at_;
        while (!at_end() && !ends_token(text_[at_])) {
            ++at_;
        }
        return text_.substr(begin, at_ - begin);
    }

    constexpr void parse_until_finalizer() {
        while (finalizer_ == open) {
            root_ ? parse_operator() : parse_operand();
        }
    }

    // Operands.

    constexpr void parse_operand() {
        skip_space();
        if (at_end()) {
            refuse_missing_operand();
        }
        const char c = text_[at_];
        if (c == '(') {
            ++at_;
            parse_group();
        } else if (c == '\'' || c == '"' || c == '/') {
            ++at_;
            parse_enclosed(text_.substr(at_ - 1, 1));
        } else if ((c == 'd' && (peek(1) == '\'' || peek(1) == '"')) ||
                   (c == 'x' && peek(1) == '/')) {
            at_ += 2;
            parse_enclosed(text_.substr(at_ - 2, 2));
        } else {
            parse_unenclosed();
        }
    }

    /// An operand that may only be a literal: a group or a prefix is left where it is.
    constexpr void parse_literal_operand() {
        skip_space();
        if (!next_is('(')) {
            parse_operand();
        }
    }

    constexpr void parse_group() {
        if (++depth_ > depth_max) {
            refuse(refusal::nested_too_deeply);
        }
        const branches outer = std::exchange(branches_, branches{});
        const std::size_t groups = groups_++;
        while (groups_ > groups) {
            root_ ? parse_operator() : parse_operand();
        }
        branches_ = outer;
        --depth_;
    }

    constexpr void parse_enclosed(std::string_view opening) {
        const char closing = opening.back();
        const std::size_t begin = at_;
        while (!at_end() && text_[at_] != closing) {
            at_ += text_[at_] == '\\' && at_ + 1 < text_.size() ? 2 : 1;
        }
        const enclosed_text found{text_.substr(begin, at_ - begin), closing};
        if (at_end()) {
            refuse(refusal::unterminated_literal, opening, found.raw);
        }
        ++at_;
        if (closing == '/') {
            root_ = builder_.regex(found, opening.size() == 2);
        } else if (opening[0] == 'd') {
            root_ = builder_.date(found);
        } else {
            root_ = builder_.text(found);
        }
    }

    constexpr void parse_unenclosed() {
        const std::string_view token = take_token();
        if (token == "keyof") {
            ++branches_.keyofs;
        } else if (builder_.is_generic(token)) {
            root_ = parse_generic(token);
        } else if (auto named = builder_.named(token)) {
            root_ = named;
        } else {
            root_ = parse_number(token);
        }
    }

    constexpr node parse_number(std::string_view token) {
        if (looks_like_number(token)) {
            if (!is_well_formed_number(token)) {
                refuse(refusal::malformed_number, token, "a number");
            }
            return builder_.number(token);
        }
        const std::string_view digits = token.substr(0, token.empty() ? 0 : token.size() - 1);
        if (token.ends_with('n') && looks_like_number(digits) &&
            digits.find('.') == std::string_view::npos) {
            if (!is_well_formed_number(digits)) {
                refuse(refusal::malformed_number, token, "a bigint");
            }
            return builder_.bigint(digits);
        }
        if (!token.empty()) {
            refuse(refusal::unresolvable, token);
        }
        if (next_is('#')) {
            ++at_;
            refuse(refusal::private_reference, take_token());
        }
        refuse_missing_operand();
        return builder_.number("0");  // not reached
    }

    constexpr node parse_generic(std::string_view name) {
        skip_space();
        if (!next_is('<')) {
            return builder_.generic(name, nullptr, 0);
        }
        ++at_;
        if (++depth_ > depth_max) {
            refuse(refusal::nested_too_deeply);
        }
        std::array<std::optional<node>, 4> arguments{};
        std::size_t count = 0;
        for (char end = ','; end == ',';) {
            type_parser inner(text_, builder_);
            inner.at_ = at_;
            inner.depth_ = depth_;
            inner.parse_until_finalizer();
            at_ = inner.at_;
            end = inner.finalizer_;
            if (end != '>' && end != ',') {
                refuse(refusal::unclosed_arguments);
            }
            arguments[count < arguments.size() ? count : arguments.size() - 1] = inner.root_;
            ++count;
        }
        --depth_;
        return builder_.generic(name, arguments.data(), count);
    }

    constexpr void refuse_missing_operand() {
        const std::string_view before = previous_operator();
        refuse(before.empty() ? refusal::expression_expected : refusal::operand_expected,
               before.empty() ? rest() : before, rest());
    }
    [[nodiscard]] constexpr std::string_view previous_operator() const {
        if (branches_.left.compared != comparator::none) {
            return comparator_text(branches_.left.compared);
        }
        if (branches_.keyofs > 0) {
            return "keyof";
        }
        return branches_.intersection ? "&" : branches_.united ? "|" : branches_.piped ? "|>" : "";
    }

    // Operators.

    constexpr void parse_operator() {
        skip_space();
        if (at_end()) {
            finalize('\0');
            return;
        }
        const std::string_view shifted = next_character();
        const char c = shifted[0];
        at_ += shifted.size();
        if (c == '[') {
            parse_array();
        } else if (c == '|' && next_is('>')) {
            ++at_;
            push_branch("|>");
        } else if (c == '|' || c == '&') {
            push_branch(shifted);
        } else if (c == ')') {
            close_group();
        } else if (finalizes(c)) {
            finalize(c);
        } else if (c == '<' || c == '>' || c == '=') {
            parse_bound(c);
        } else if (c == '%') {
            parse_divisor();
        } else if (c == '#') {
            skip_space();
            root_ = builder_.brand(*root_, take_token());
        } else {
            refuse(refusal::not_allowed_here, shifted);
        }
    }

    constexpr void parse_array() {
        if (!next_is(']')) {
            refuse(refusal::unclosed_bracket);
        }
        ++at_;
        root_ = builder_.array(*root_);
    }

    [[nodiscard]] constexpr bool finalizes(char c) const {
        if (c == ',' || c == '?') {
            return true;
        }
        if (c == '=') {
            return !next_is('=');
        }
        if (c != '>') {
            return false;
        }
        if (next_is('=')) {
            return peek(1) == '=';
        }
        std::size_t ahead = 0;
        while (is_type_space(peek(ahead))) {
            ++ahead;
        }
        return at_ + ahead >= text_.size() || ends_token(peek(ahead));
    }

    constexpr void finalize(char finalizer) {
        if (groups_ > 0) {
            refuse(refusal::unclosed_group);
        }
        finalize_branches();
        finalizer_ = finalizer;
    }

    constexpr void close_group() {
        finalize_branches();
        if (groups_ == 0) {
            refuse(refusal::unmatched_group, rest());
        }
        --groups_;
    }

    constexpr void finalize_branches() {
        refuse_open_bound();
        if (branches_.piped) {
            push_branch("|>");
            root_ = branches_.piped;
        } else if (branches_.united) {
            push_branch("|");
            root_ = branches_.united;
        } else if (branches_.intersection) {
            push_branch("&");
            root_ = branches_.intersection;
        } else {
            apply_prefixes();
        }
    }

    constexpr void refuse_open_bound() {
        if (branches_.left.compared != comparator::none) {
            refuse(refusal::open_bound, comparator_text(branches_.left.compared),
                   branches_.left.limit);
        }
    }

    constexpr void apply_prefixes() {
        for (; branches_.keyofs > 0; --branches_.keyofs) {
            root_ = builder_.key_of(*root_);
        }
    }

    constexpr void push_branch(std::string_view token) {
        refuse_open_bound();
        apply_prefixes();
        const node found = *root_;
        root_.reset();
        branches& b = branches_;
        b.intersection = b.intersection ? builder_.intersection(*b.intersection, found) : found;
        if (token == "&") {
            return;
        }
        b.united = b.united ? builder_.united(*b.united, *b.intersection) : *b.intersection;
        b.intersection.reset();
        if (token == "|") {
            return;
        }
        b.piped = b.piped ? builder_.piped(*b.piped, *b.united) : *b.united;
        b.united.reset();
    }

    // Bounds.

    constexpr comparator take_comparator(char first) {
        const bool equal = next_is('=');
        at_ += equal ? 1 : 0;
        switch (first) {
            case '<':
                return equal ? comparator::at_most : comparator::less;
            case '>':
                return equal ? comparator::at_least : comparator::greater;
            default:
                return comparator::equal;
        }
    }

    constexpr void parse_bound(char first) {
        const comparator compared = take_comparator(first);
        const auto literal = builder_.limit_of(*root_);
        if (!literal) {
            parse_right_bound(compared);
            return;
        }
        root_.reset();
        const comparator seen = inverted(compared);
        if (!is_lower(seen)) {
            refuse(refusal::unpairable_bound, comparator_text(compared));
        }
        if (branches_.left.compared != comparator::none) {
            refuse(refusal::two_left_bounds, branches_.left.limit, *literal);
        }
        branches_.left = {seen, *literal};
    }

    constexpr void parse_right_bound(comparator compared) {
        const node bounded = *root_;
        root_.reset();
        const std::size_t begin = at_;
        parse_literal_operand();
        if (!root_) {
            refuse(refusal::limit_expected, comparator_text(compared),
                   text_.substr(begin, at_ - begin));
        }
        const auto limit = builder_.limit_of(*root_);
        if (!limit) {
            refuse(refusal::limit_expected, comparator_text(compared),
                   text_.substr(begin, at_ - begin));
        }
        root_ = builder_.bounded(bounded, compared, *limit);
        if (branches_.left.compared == comparator::none) {
            return;
        }
        if (compared != comparator::less && compared != comparator::at_most) {
            refuse(refusal::unpairable_bound, comparator_text(compared));
        }
        root_ = builder_.bounded(*root_, branches_.left.compared, branches_.left.limit);
        branches_.left = {};
    }

    constexpr void parse_divisor() {
        skip_space();
        const std::string_view token = take_token();
        if (!looks_like_number(token) || token.find('.') != std::string_view::npos) {
            refuse(refusal::divisor_expected, token);
        }
        if (approximate_number(token) == 0) {
            refuse(refusal::divisor_expected, "0");
        }
        root_ = builder_.divisible(*root_, token);
    }

    constexpr parsed_property<node> parse_default() {
        const node base = *root_;
        root_.reset();
        parse_literal_operand();
        if (!root_ || !builder_.is_literal(*root_)) {
            builder_.refuse_default(root_);
        }
        return {base, property_suffix::defaulted, *root_};
    }

    std::string_view text_;
    Builder& builder_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::size_t groups_ = 0;
    char finalizer_ = open;
    std::optional<node> root_;
    branches branches_;
};

}  // namespace dormouse::detail
