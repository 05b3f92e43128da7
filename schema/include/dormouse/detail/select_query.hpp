// SELECT. Part of <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/query_run.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

namespace dormouse::detail {

enum class join_kind : std::uint8_t { inner, left };

template <auto const& Table, class Condition, join_kind Kind>
struct join_clause {
    static constexpr join_kind kind = Kind;
    static constexpr std::size_t switches = Condition::switches;
    Condition condition;

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        sql += Kind == join_kind::left ? " LEFT JOIN " : " JOIN ";
        append_source<Table>(sql);
        sql += " ON ";
        condition.template append_sql<Scope>(sql);
    }
    void bind(binder& to) const { condition.bind(to); }
    void add_shape(query_shape& shape) const { condition.add_shape(shape); }
};

/// What a SELECT has or has not.
struct select_options {
    bool distinct = false;
    bool limited = false;
    bool shifted = false;
};

/// The clauses of a SELECT other than its tables. `Row` is void when it follows from the columns.
template <class Row, class Columns, class Where, class Groups, class Having, class Order,
          select_options Options>
struct select_clauses {
    using row_type = Row;
    using columns_type = Columns;
    using order_type = Order;
    static constexpr select_options options = Options;
    static constexpr std::size_t switches =
        Columns::switches + Where::switches + Groups::switches + Having::switches + Order::switches;

    Columns columns{};
    Where where{};
    Groups groups{};
    Having having{};
    Order order{};
    std::int64_t limit = -1;  // SQLite's "no limit"
    std::int64_t offset = 0;

    template <class Changed>
    auto with_columns(Changed changed) const {
        return select_clauses<void, Changed, Where, Groups, Having, Order, Options>{
            std::move(changed), where, groups, having, order, limit, offset};
    }
    template <class Changed>
    auto with_row() const {
        return select_clauses<Changed, Columns, Where, Groups, Having, Order, Options>{
            columns, where, groups, having, order, limit, offset};
    }
    template <class Changed>
    auto with_where(Changed changed) const {
        return select_clauses<Row, Columns, Changed, Groups, Having, Order, Options>{
            columns, std::move(changed), groups, having, order, limit, offset};
    }
    template <class Changed>
    auto with_groups(Changed changed) const {
        return select_clauses<Row, Columns, Where, Changed, Having, Order, Options>{
            columns, where, std::move(changed), having, order, limit, offset};
    }
    template <class Changed>
    auto with_having(Changed changed) const {
        return select_clauses<Row, Columns, Where, Groups, Changed, Order, Options>{
            columns, where, groups, std::move(changed), order, limit, offset};
    }
    template <class Changed>
    auto with_order(Changed changed) const {
        return select_clauses<Row, Columns, Where, Groups, Having, Changed, Options>{
            columns, where, groups, having, std::move(changed), limit, offset};
    }
    template <select_options Changed>
    auto with_options() const {
        return select_clauses<Row, Columns, Where, Groups, Having, Order, Changed>{
            columns, where, groups, having, order, limit, offset};
    }

    void bind_before_joins(binder& to) const { columns.bind(to); }
    void bind_after_joins(binder& to) const {
        where.bind(to);
        groups.bind(to);
        having.bind(to);
        order.bind(to);
        if constexpr (Options.limited || Options.shifted) {
            to.integer(limit);
        }
        if constexpr (Options.shifted) {
            to.integer(offset);
        }
    }
    void add_shape(query_shape& shape) const {
        columns.add_shape(shape);
        where.add_shape(shape);
        groups.add_shape(shape);
        having.add_shape(shape);
        order.add_shape(shape);
    }

    template <class Scope>
    [[gnu::cold]] void append_after_joins(std::string& sql) const {
        where.template append_sql<Scope>(sql, " WHERE ");
        append_list<Scope>(sql, " GROUP BY ", groups);
        having.template append_sql<Scope>(sql, " HAVING ");
        append_list<Scope>(sql, " ORDER BY ", order);
        if constexpr (Options.limited || Options.shifted) {
            sql += " LIMIT ?";
        }
        if constexpr (Options.shifted) {
            sql += " OFFSET ?";
        }
    }

private:
    template <class Scope, class List>
    [[gnu::cold]] static void append_list(std::string& sql, std::string_view keyword,
                                          const List& list) {
        if constexpr (!List::empty) {
            sql += keyword;
            list.template append_operands<Scope>(sql);
        }
    }
};

using plain_select = select_clauses<void, expression_list<>, condition_list<>, expression_list<>,
                                    condition_list<>, expression_list<>, select_options{}>;

/// The type of a selected expression: a column of a left-joined table may be NULL.
template <class Expression, class Scope, class... Joins>
struct selected_type {
    using type = typename Expression::value_type;
};
template <auto Member, auto const&... Named, class Scope, class... Joins>
struct selected_type<column<Member, Named...>, Scope, Joins...> {
    using declared = column<Member, Named...>;
    static constexpr std::size_t at = Scope::template find<typename declared::owner, Named...>();
    static constexpr std::array<bool, sizeof...(Joins) + 1> left_joined{
        false, (Joins::kind == join_kind::left)...};
    static constexpr bool may_miss = at < left_joined.size() && left_joined[at];
    using value = typename declared::value_type;
    using type = std::conditional_t<may_miss, std::optional<without_optional<value>>, value>;
};

template <class Columns, class Scope, class... Joins>
struct row_of_columns;
template <auto const& First, auto const&... Rest, class... Joins>
struct row_of_columns<expression_list<>, scope<First, Rest...>, Joins...> {
    using type = row_of<First>;
};
template <class Only, class Scope, class... Joins>
struct row_of_columns<expression_list<Only>, Scope, Joins...> {
    using type = typename selected_type<Only, Scope, Joins...>::type;
};
template <class First, class Second, class... Rest, class Scope, class... Joins>
struct row_of_columns<expression_list<First, Second, Rest...>, Scope, Joins...> {
    using type = std::tuple<typename selected_type<First, Scope, Joins...>::type,
                            typename selected_type<Second, Scope, Joins...>::type,
                            typename selected_type<Rest, Scope, Joins...>::type...>;
};

template <class Clauses, class Scope, class... Joins>
using selected_row =
    typename std::conditional_t<std::is_void_v<typename Clauses::row_type>,
                                row_of_columns<typename Clauses::columns_type, Scope, Joins...>,
                                std::type_identity<typename Clauses::row_type>>::type;

enum class compound_kind : std::uint8_t { unite, unite_all, intersect, except };
template <compound_kind Kind, class Left, class Right, class Order, bool Limited>
class compound_query;
template <auto const& Table, class Rows>
struct named_query;
template <class Query, class... Named>
class with_query;
template <class Query>
class count_query;

/// What can be made of a query that reads.
template <class Query>
class combinable_query {
public:
    static constexpr bool writes = false;
    static constexpr bool is_select = true;

    /// Rows of either, each once.
    template <subquery Right>
    [[nodiscard]] auto union_with(Right right) const {
        return compounded<compound_kind::unite>(std::move(right));
    }
    /// Rows of either.
    template <subquery Right>
    [[nodiscard]] auto union_all(Right right) const {
        return compounded<compound_kind::unite_all>(std::move(right));
    }
    /// Rows of both.
    template <subquery Right>
    [[nodiscard]] auto intersect(Right right) const {
        return compounded<compound_kind::intersect>(std::move(right));
    }
    /// Rows of this one that the other has not.
    template <subquery Right>
    [[nodiscard]] auto except(Right right) const {
        return compounded<compound_kind::except>(std::move(right));
    }
    /// A common table expression: in this query, `Table` is the rows of `rows`, by position. They
    /// may refer to `Table` again.
    template <auto const& Table, subquery Rows>
    [[nodiscard]] auto with(Rows rows) const {
        static_assert(row_width<row_of<Table>>() == row_width<typename Rows::row_type>(),
                      "dormouse: the table's row has another number of columns than the query");
        using named = named_query<Table, Rows>;
        return with_query<Query, named>(self(), {{named{std::move(rows)}}});
    }
    /// The number of rows.
    [[nodiscard]] std::int64_t count() const { return count_query<Query>(self()).one(); }

private:
    [[nodiscard]] const Query& self() const { return static_cast<const Query&>(*this); }
    template <compound_kind Kind, class Right>
    [[nodiscard]] auto compounded(Right right) const {
        static_assert(
            row_width<typename Query::row_type>() == row_width<typename Right::row_type>(),
            "dormouse: the two queries have different numbers of columns");
        return compound_query<Kind, Query, Right, expression_list<>, false>(self(),
                                                                            std::move(right));
    }
};

template <class Scope, class Clauses, class... Joins>
class select_query;

/// A SELECT being put together; every member function answers a new query.
///
/// Bound lvalues are referred to, not copied: run the query while they live.
template <auto const& First, auto const&... Rest, class Clauses, class... Joins>
class select_query<scope<First, Rest...>, Clauses, Joins...>
    : public row_query<select_query<scope<First, Rest...>, Clauses, Joins...>,
                       selected_row<Clauses, scope<First, Rest...>, Joins...>>,
      public combinable_query<select_query<scope<First, Rest...>, Clauses, Joins...>> {
public:
    using tables = scope<First, Rest...>;
    using row_type = selected_row<Clauses, tables, Joins...>;
    static constexpr bool writes = false;
    static constexpr std::size_t switches = (Clauses::switches + ... + Joins::switches);
    /// It has neither an order nor a limit.
    static constexpr bool is_plain =
        Clauses::order_type::empty && !Clauses::options.limited && !Clauses::options.shifted;

    select_query(db& database, Clauses clauses, part_list<Joins...> joins)
        : database_(&database), clauses_(std::move(clauses)), joins_(std::move(joins)) {}

    /// Rows for which `condition` holds. Called again: and this one too.
    template <sql_expression Condition>
    [[nodiscard]] auto where(Condition condition) const {
        return with_clauses(clauses_.with_where(clauses_.where.with(std::move(condition))));
    }
    /// The same, but only if `wanted`; otherwise the query has no such condition.
    template <sql_expression Condition>
    [[nodiscard]] auto where_if(bool wanted, Condition condition) const {
        return with_clauses(clauses_.with_where(
            clauses_.where.with(optional_part<Condition>{std::move(condition), wanted})));
    }

    /// By these, ascending unless wrapped in `desc`.
    template <sql_expression... Keys>
    [[nodiscard]] auto order_by(Keys... keys) const {
        return with_clauses(clauses_.with_order(expression_list<Keys...>{{{std::move(keys)}...}}));
    }

    template <sql_expression... Keys>
    [[nodiscard]] auto group_by(Keys... keys) const {
        return with_clauses(clauses_.with_groups(expression_list<Keys...>{{{std::move(keys)}...}}));
    }
    /// Groups for which `condition` holds. Called again: and this one too.
    template <sql_expression Condition>
    [[nodiscard]] auto having(Condition condition) const {
        return with_clauses(clauses_.with_having(clauses_.having.with(std::move(condition))));
    }

    /// Rows are tuples of these instead of whole rows; of one alone, its values.
    template <sql_expression... Columns>
    requires(sizeof...(Columns) > 0) [[nodiscard]] auto select(Columns... columns) const {
        return with_clauses(
            clauses_.with_columns(expression_list<Columns...>{{{std::move(columns)}...}}));
    }
    /// No two rows alike.
    [[nodiscard]] auto distinct() const {
        constexpr auto options = Clauses::options;
        return with_clauses(
            clauses_
                .template with_options<select_options{true, options.limited, options.shifted}>());
    }

    /// Rows are read into `Row`, by position.
    template <class Row>
    requires(row_width<Row>() == row_width<row_type>()) [[nodiscard]] auto into() const {
        return with_clauses(clauses_.template with_row<Row>());
    }

    [[nodiscard]] auto limit(std::int64_t rows) const {
        constexpr auto options = Clauses::options;
        auto changed =
            clauses_
                .template with_options<select_options{options.distinct, true, options.shifted}>();
        changed.limit = rows;
        return with_clauses(std::move(changed));
    }
    [[nodiscard]] auto offset(std::int64_t rows) const {
        constexpr auto options = Clauses::options;
        auto changed =
            clauses_
                .template with_options<select_options{options.distinct, options.limited, true}>();
        changed.offset = rows;
        return with_clauses(std::move(changed));
    }

    template <auto const& Table, sql_expression Condition>
    [[nodiscard]] auto join(Condition on) const {
        return joined<Table, join_kind::inner>(std::move(on));
    }
    /// Also rows without a partner, for which the columns of `Table` are NULL: selected ones are
    /// optional.
    template <auto const& Table, sql_expression Condition>
    [[nodiscard]] auto left_join(Condition on) const {
        return joined<Table, join_kind::left>(std::move(on));
    }

    [[nodiscard, gnu::cold]] std::string sql_text() const {
        std::string sql;
        append_text<scope<>>(sql);
        return sql;
    }
    template <class Outer>
    [[gnu::cold]] void append_text(std::string& sql) const {
        using visible = nested_scope<tables, Outer>;
        sql += Clauses::options.distinct ? "SELECT DISTINCT " : "SELECT ";
        if constexpr (Clauses::columns_type::empty) {
            append_all_columns(sql, First, visible::size > 1);
        } else {
            clauses_.columns.template append_sql<visible>(sql);
        }
        sql += " FROM ";
        append_source<First>(sql);
        joins_.each([&](const auto& join) { join.template append_sql<visible>(sql); });
        clauses_.template append_after_joins<visible>(sql);
    }

    void bind_values(binder& to) const {
        clauses_.bind_before_joins(to);
        joins_.bind(to);
        clauses_.bind_after_joins(to);
    }
    void bind_all(binder& to, generator_context& /*generators*/) const { bind_values(to); }
    void add_shape(query_shape& shape) const {
        clauses_.add_shape(shape);
        joins_.add_shape(shape);
    }
    [[nodiscard]] db& database() const { return *database_; }

private:
    template <class Changed>
    [[nodiscard]] auto with_clauses(Changed changed) const {
        return select_query<tables, Changed, Joins...>(*database_, std::move(changed), joins_);
    }

    template <auto const& Table, join_kind Kind, class Condition>
    [[nodiscard]] auto joined(Condition on) const {
        using added = join_clause<Table, Condition, Kind>;
        return select_query<scope<First, Rest..., Table>, Clauses, Joins..., added>(
            *database_, clauses_, joins_.with(added{std::move(on)}));
    }

    db* database_;
    Clauses clauses_;
    part_list<Joins...> joins_;
};

}  // namespace dormouse::detail
