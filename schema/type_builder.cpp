#include "schema/type_builder.hpp"

namespace dormouse::detail {

std::string refusal_text(refusal why, std::string_view token, std::string_view rest) {
    const std::string t(token);
    const std::string r(rest);
    switch (why) {
        case refusal::unresolvable:
            return "'" + t + "' is unresolvable";
        case refusal::expression_expected:
            return "Expected an expression" + (r.empty() ? "" : " before '" + r + "'");
        case refusal::operand_expected:
            return "Token '" + t + "' requires a right operand" +
                   (r.empty() ? "" : " before '" + r + "'");
        case refusal::not_allowed_here:
            return "'" + t + "' is not allowed here";
        case refusal::unclosed_bracket:
            return "Missing expected ']'";
        case refusal::unclosed_group:
            return "Missing )";
        case refusal::unclosed_arguments:
            return "Missing >";
        case refusal::unmatched_group:
            return "Unmatched )" + (t.empty() ? "" : " before " + t);
        case refusal::unterminated_literal:
            return t + r + " requires a closing " +
                   (t.ends_with('\'')  ? "single-quote"
                    : t.ends_with('"') ? "double-quote"
                                       : "forward slash");
        case refusal::malformed_number:
            return "'" + t + "' was parsed as " + r +
                   " but could not be narrowed to a literal value. Avoid unnecessary leading or "
                   "trailing zeros and other abnormal notation";
        case refusal::limit_expected:
            return "Comparator " + t + " must be followed by a corresponding literal (was " + r +
                   ")";
        case refusal::unpairable_bound:
            return "Left-bounded expressions must specify their limits using < or <= (was " + t +
                   ")";
        case refusal::open_bound:
            return "Left bounds are only valid when paired with right bounds (try ..." + t + r +
                   ")";
        case refusal::two_left_bounds:
            return "An expression may have at most one left bound (parsed " + t + ", " + r + ")";
        case refusal::divisor_expected:
            return "% operator must be followed by a non-zero integer literal (was " + t + ")";
        case refusal::literal_default_expected:
            return "Default value '" + t + "' must be a literal value";
        case refusal::private_reference:
            return "Private type references should not include '#'. Use '" + t + "' instead.";
        case refusal::nested_too_deeply:
            return "The expression is nested too deeply";
    }
    return {};
}

double exact_number(std::string_view token) {
    double value = 0;
    (void)std::from_chars(token.data(), token.data() + token.size(), value);
    if (value == 0 && token.ends_with('.')) {
        (void)std::from_chars(token.data(), token.data() + token.size() - 1, value);
    }
    return value;
}

std::string without_escapes(const enclosed_text& found) {
    std::string out;
    for (std::size_t i = 0; i < found.raw.size(); ++i) {
        const char next = i + 1 < found.raw.size() ? found.raw[i + 1] : '\0';
        if (found.raw[i] == '\\' && (next == found.closing || next == '\\')) {
            ++i;
        }
        out += found.raw[i];
    }
    return out;
}

}  // namespace dormouse::detail
