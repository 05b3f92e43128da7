// The operators that make conditions of columns and values. Part of <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/expression.hpp>

#include <utility>

namespace dormouse::detail {

template <class Left, class Right>
requires comparable_value<Left, Right>
auto operator==(const Left& left, Right&& right) {
    return compare<operation::equal>(left, std::forward<Right>(right));
}
template <class Left, class Right>
requires comparable_value<Left, Right>
auto operator!=(const Left& left, Right&& right) {
    return compare<operation::not_equal>(left, std::forward<Right>(right));
}
template <class Left, class Right>
requires comparable_value<Left, Right>
auto operator<(const Left& left, Right&& right) {
    return compare<operation::less>(left, std::forward<Right>(right));
}
template <class Left, class Right>
requires comparable_value<Left, Right>
auto operator<=(const Left& left, Right&& right) {
    return compare<operation::less_equal>(left, std::forward<Right>(right));
}
template <class Left, class Right>
requires comparable_value<Left, Right>
auto operator>(const Left& left, Right&& right) {
    return compare<operation::greater>(left, std::forward<Right>(right));
}
template <class Left, class Right>
requires comparable_value<Left, Right>
auto operator>=(const Left& left, Right&& right) {
    return compare<operation::greater_equal>(left, std::forward<Right>(right));
}

// Two expressions are taken alike: otherwise the compiler could not choose between a == b and b ==
// a.
template <class Left, sql_expression Right>
requires comparable_operands<Left, Right>
auto operator==(const Left& left, const Right& right) {
    return combine<operation::equal>(left, right);
}
template <class Left, sql_expression Right>
requires comparable_operands<Left, Right>
auto operator!=(const Left& left, const Right& right) {
    return combine<operation::not_equal>(left, right);
}
template <class Left, sql_expression Right>
requires comparable_operands<Left, Right>
auto operator<(const Left& left, const Right& right) {
    return combine<operation::less>(left, right);
}
template <class Left, sql_expression Right>
requires comparable_operands<Left, Right>
auto operator<=(const Left& left, const Right& right) {
    return combine<operation::less_equal>(left, right);
}
template <class Left, sql_expression Right>
requires comparable_operands<Left, Right>
auto operator>(const Left& left, const Right& right) {
    return combine<operation::greater>(left, right);
}
template <class Left, sql_expression Right>
requires comparable_operands<Left, Right>
auto operator>=(const Left& left, const Right& right) {
    return combine<operation::greater_equal>(left, right);
}

template <sql_expression Left, sql_expression Right>
auto operator&&(const Left& left, const Right& right) {
    return combine<operation::both>(left, right);
}
template <sql_expression Left, sql_expression Right>
auto operator||(const Left& left, const Right& right) {
    return combine<operation::either>(left, right);
}
template <sql_expression Inner>
auto operator!(const Inner& inner) {
    return framed_expression<"(NOT ", Inner, ")", bool>(inner);
}
template <sql_expression Left, class Right>
requires number_operands<Left, Right>
auto operator+(const Left& left, Right&& right) {
    return combine<operation::plus>(left, std::forward<Right>(right));
}
template <sql_expression Left, class Right>
requires number_operands<Left, Right>
auto operator-(const Left& left, Right&& right) {
    return combine<operation::minus>(left, std::forward<Right>(right));
}

}  // namespace dormouse::detail
