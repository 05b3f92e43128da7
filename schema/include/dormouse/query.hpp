// SQL in strings is checked when it runs, and every string is one more place that knows the
// columns. These queries are C++: a column that is not in the query's tables, a comparison of
// different types, an INSERT without a required column or an UPDATE without a condition does not
// compile.
//
//     db.select_from<users>().where(col<&user::email> == email).find_one();
//     db.insert_into<users>().values(args).returning_all().one();
//     db.update<users>().set(col<&user::name> = name).where(col<&user::id> == id).execute();
//     db.select_from<posts>().join<users>(col<&post::authorId> == col<&user::id>)
//         .select(col<&user::name>, count_all()).group_by(col<&user::name>).all();
//     db.sql<"SELECT name FROM users WHERE age > ?", std::string>(18).all();
//
// The SQL text is a function of the query's type, made once; every type has its prepared statement.
// Values are only ever bound. Terminals: `one()`, `find_one()`, `all()`, `each(f)`, `rows()`,
// `scalar()`, `count()` for what has rows; `execute()`, which answers the number of rows changed,
// for what writes. docs/queries.md shows all of it.
//
// Include this where queries are written, not in headers: it is the slowest part of dormouse to
// compile.
//
// **Thread safety:** actor-confined. **Lifetime:** a query refers to the lvalues it was given; text
// bound from a temporary is kept. Errors: as `db`; a stored value that does not fit its field is
// `errc::sql_failed`.
#pragma once

#include <dormouse/db.hpp>
#include <dormouse/detail/change_query.hpp>
#include <dormouse/detail/compound_query.hpp>
#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/insert_query.hpp>
#include <dormouse/detail/query_run.hpp>
#include <dormouse/detail/select_query.hpp>
#include <dormouse/detail/text_query.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace dormouse {

/// The column of a member: `col<&user::email>`, or `col<&user::email, author>` when the query uses
/// several tables of such rows. Comparisons, `&&`, `||`, `!`, `+`, `-`, and the members `like`,
/// `between`, `in`, `is_null` and their opposites make conditions of it; `=` makes an assignment
/// for `set`.
template <auto Member, auto const&... Table>
requires(sizeof...(Table) <= 1) inline constexpr detail::column<Member, Table...> col{};

/// In an upsert's `set`: the value that was to be inserted.
template <auto Member>
inline constexpr detail::excluded_column<Member> excluded{};

/// Descending, in `order_by`.
template <detail::sql_expression Expression>
[[nodiscard]] auto desc(Expression expression) {
    return detail::framed_expression<"", Expression, " DESC", typename Expression::value_type>(
        std::move(expression));
}
/// Ascending, in `order_by`, for those who like to say so.
template <detail::sql_expression Expression>
[[nodiscard]] auto asc(Expression expression) {
    return detail::framed_expression<"", Expression, " ASC", typename Expression::value_type>(
        std::move(expression));
}

/// The number of rows.
[[nodiscard]] inline auto count_all() {
    return detail::literal_expression<"count(*)", std::int64_t>{};
}
/// The number of values that are not NULL.
template <detail::sql_expression Expression>
[[nodiscard]] auto count(Expression expression) {
    return detail::framed_expression<"count(", Expression, ")", std::int64_t>(
        std::move(expression));
}
/// The number of different values.
template <detail::sql_expression Expression>
[[nodiscard]] auto count_distinct(Expression expression) {
    return detail::framed_expression<"count(DISTINCT ", Expression, ")", std::int64_t>(
        std::move(expression));
}

/// Of the values that are not NULL; nothing when there are none.
template <detail::sql_expression Expression>
[[nodiscard]] auto max(Expression expression) {
    using value = std::optional<detail::plain_type<typename Expression::value_type>>;
    return detail::framed_expression<"max(", Expression, ")", value>(std::move(expression));
}
template <detail::sql_expression Expression>
[[nodiscard]] auto min(Expression expression) {
    using value = std::optional<detail::plain_type<typename Expression::value_type>>;
    return detail::framed_expression<"min(", Expression, ")", value>(std::move(expression));
}
template <detail::sql_expression Expression>
requires detail::number_like<detail::plain_type<typename Expression::value_type>>
[[nodiscard]] auto sum(Expression expression) {
    using number = detail::plain_type<typename Expression::value_type>;
    using value = std::conditional_t<std::is_integral_v<number>, std::int64_t, double>;
    return detail::framed_expression<"sum(", Expression, ")", std::optional<value>>(
        std::move(expression));
}
template <detail::sql_expression Expression>
requires detail::number_like<detail::plain_type<typename Expression::value_type>>
[[nodiscard]] auto avg(Expression expression) {
    return detail::framed_expression<"avg(", Expression, ")", std::optional<double>>(
        std::move(expression));
}

/// The query has rows.
template <detail::subquery Query>
[[nodiscard]] auto exists(Query query) {
    using rows = detail::subquery_expression<Query>;
    return detail::framed_expression<"EXISTS ", rows, "", bool>(rows(std::move(query)));
}

/// SQL of your own inside of a query, in parentheses where it is a condition; each `{}` stands for
/// a column, an expression or a value:
/// `sql_part<"row_number() OVER (PARTITION BY {} ORDER BY {})", std::int64_t>(a, b)`.
template <detail::fixed_string Text, class Value, class... Parts>
requires(detail::placeholders(Text.view()) == sizeof...(Parts))
    [[nodiscard]] auto sql_part(Parts&&... parts) {
    using part =
        detail::text_part<Text, Value, decltype(detail::lift(std::forward<Parts>(parts)))...>;
    return part(detail::lift(std::forward<Parts>(parts))...);
}

template <auto const& Table>
auto db::select_from() {
    using clauses = detail::plain_select;
    return detail::select_query<detail::scope<Table>, clauses>(*this, clauses{}, {});
}

template <auto const& Table>
auto db::insert_into() {
    return detail::insert_start<Table>(*this);
}

template <auto const& Table>
auto db::update() {
    return detail::update_query<Table, detail::condition_missing>(*this, {}, {});
}

template <auto const& Table>
auto db::delete_from() {
    return detail::delete_query<Table, detail::condition_missing>(*this, {});
}

template <detail::fixed_string Text, class Row, class... Values>
auto db::sql(Values&&... values) {
    using query =
        detail::text_query<Text, Row, decltype(detail::lift(std::forward<Values>(values)))...>;
    return query(*this, detail::lift(std::forward<Values>(values))...);
}

}  // namespace dormouse
