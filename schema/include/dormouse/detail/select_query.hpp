// SELECT. Part of <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/query_run.hpp>

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

namespace dormouse::detail {

enum class join_kind : std::uint8_t { inner, left };

template <auto const& Table, class Condition, join_kind Kind>
struct join_clause {
    Condition condition;

    template <class Scope>
    static void append_sql(std::string& sql) {
        sql += Kind == join_kind::left ? " LEFT JOIN " : " JOIN ";
        append_identifier(sql, Table.name);
        sql += " ON ";
        Condition::template append_sql<Scope>(sql);
    }
};

/// The clauses of a SELECT other than its tables.
template <class Row, class Columns, class Condition, class Groups, class Order, bool Limited,
          bool Shifted>
struct select_clauses {
    using row_type = Row;
    using columns_type = Columns;
    using condition_type = Condition;
    using groups_type = Groups;
    using order_type = Order;
    static constexpr bool limited = Limited;
    static constexpr bool shifted = Shifted;

    Columns columns{};
    Condition condition{};
    Groups groups{};
    Order order{};
    std::int64_t limit = -1;  // SQLite's "no limit"
    std::int64_t offset = 0;
};

template <class Row>
using plain_select = select_clauses<Row, expression_list<>, no_condition, expression_list<>,
                                    expression_list<>, false, false>;

template <class Scope, class Clauses, class... Joins>
class select_query;

/// A SELECT being put together; every member function answers a new query.
///
/// Bound lvalues are referred to, not copied: run the query while they live.
template <auto const& First, auto const&... Rest, class Clauses, class... Joins>
class select_query<scope<First, Rest...>, Clauses, Joins...>
    : public row_query<select_query<scope<First, Rest...>, Clauses, Joins...>,
                       typename Clauses::row_type> {
    using tables = scope<First, Rest...>;
    using row = typename Clauses::row_type;
    using columns_type = typename Clauses::columns_type;
    using condition_type = typename Clauses::condition_type;
    using groups_type = typename Clauses::groups_type;
    using order_type = typename Clauses::order_type;
    static constexpr bool limited = Clauses::limited;
    static constexpr bool shifted = Clauses::shifted;

public:
    static constexpr bool writes = false;

    select_query(db& database, Clauses clauses, std::tuple<Joins...> joins)
        : database_(&database), clauses_(std::move(clauses)), joins_(std::move(joins)) {}

    /// Rows for which `condition` holds. Called again: and this one too.
    template <sql_expression Condition>
    [[nodiscard]] auto where(Condition condition) const {
        auto both = and_also(clauses_.condition, std::move(condition));
        using changed = select_clauses<row, columns_type, decltype(both), groups_type, order_type,
                                       limited, shifted>;
        return with(changed{clauses_.columns, std::move(both), clauses_.groups, clauses_.order,
                            clauses_.limit, clauses_.offset});
    }

    /// By these, ascending unless wrapped in `desc`.
    template <sql_expression... Keys>
    [[nodiscard]] auto order_by(Keys... keys) const {
        using list = expression_list<Keys...>;
        using changed =
            select_clauses<row, columns_type, condition_type, groups_type, list, limited, shifted>;
        return with(changed{clauses_.columns, clauses_.condition, clauses_.groups,
                            list{{std::move(keys)...}}, clauses_.limit, clauses_.offset});
    }

    template <sql_expression... Keys>
    [[nodiscard]] auto group_by(Keys... keys) const {
        using list = expression_list<Keys...>;
        using changed =
            select_clauses<row, columns_type, condition_type, list, order_type, limited, shifted>;
        return with(changed{clauses_.columns, clauses_.condition, list{{std::move(keys)...}},
                            clauses_.order, clauses_.limit, clauses_.offset});
    }

    /// Rows are tuples of these instead of whole rows.
    template <sql_expression... Columns>
    requires(sizeof...(Columns) > 0) [[nodiscard]] auto select(Columns... columns) const {
        using list = expression_list<Columns...>;
        using changed = select_clauses<std::tuple<typename Columns::value_type...>, list,
                                       condition_type, groups_type, order_type, limited, shifted>;
        return with(changed{list{{std::move(columns)...}}, clauses_.condition, clauses_.groups,
                            clauses_.order, clauses_.limit, clauses_.offset});
    }

    /// Rows are read into `Row`, by position.
    template <class Row>
    requires(row_width<Row>() == row_width<row>()) [[nodiscard]] auto into() const {
        using changed = select_clauses<Row, columns_type, condition_type, groups_type, order_type,
                                       limited, shifted>;
        return with(changed{clauses_.columns, clauses_.condition, clauses_.groups, clauses_.order,
                            clauses_.limit, clauses_.offset});
    }

    [[nodiscard]] auto limit(std::int64_t rows) const {
        using changed = select_clauses<row, columns_type, condition_type, groups_type, order_type,
                                       true, shifted>;
        return with(changed{clauses_.columns, clauses_.condition, clauses_.groups, clauses_.order,
                            rows, clauses_.offset});
    }

    [[nodiscard]] auto offset(std::int64_t rows) const {
        using changed = select_clauses<row, columns_type, condition_type, groups_type, order_type,
                                       limited, true>;
        return with(changed{clauses_.columns, clauses_.condition, clauses_.groups, clauses_.order,
                            clauses_.limit, rows});
    }

    template <auto const& Table, sql_expression Condition>
    [[nodiscard]] auto join(Condition on) const {
        return joined<Table, join_kind::inner>(std::move(on));
    }
    /// Columns of `Table` may be NULL: read them into a struct with optional fields, by `into`.
    template <auto const& Table, sql_expression Condition>
    [[nodiscard]] auto left_join(Condition on) const {
        return joined<Table, join_kind::left>(std::move(on));
    }

    static std::string sql_text() {
        std::string sql = "SELECT ";
        if constexpr (columns_type::empty) {
            append_all_columns(sql, First, tables::size > 1);
        } else {
            columns_type::template append_sql<tables>(sql);
        }
        sql += " FROM ";
        append_identifier(sql, First.name);
        (Joins::template append_sql<tables>(sql), ...);
        append_where<condition_type, tables>(sql);
        append_clause<groups_type>(sql, " GROUP BY ");
        append_clause<order_type>(sql, " ORDER BY ");
        if constexpr (limited || shifted) {
            sql += " LIMIT ?";
        }
        if constexpr (shifted) {
            sql += " OFFSET ?";
        }
        return sql;
    }

    void bind_values(binder& to) const {
        clauses_.columns.bind(to);
        std::apply([&](const auto&... joins) { (joins.condition.bind(to), ...); }, joins_);
        clauses_.condition.bind(to);
        clauses_.groups.bind(to);
        clauses_.order.bind(to);
        if constexpr (limited || shifted) {
            to.integer(clauses_.limit);
        }
        if constexpr (shifted) {
            to.integer(clauses_.offset);
        }
    }
    void bind_all(binder& to, generator_context& /*generators*/) const { bind_values(to); }
    [[nodiscard]] db& database() const { return *database_; }

private:
    template <class Changed>
    [[nodiscard]] auto with(Changed changed) const {
        return select_query<tables, Changed, Joins...>(*database_, std::move(changed), joins_);
    }

    template <auto const& Table, join_kind Kind, class Condition>
    [[nodiscard]] auto joined(Condition on) const {
        using added = join_clause<Table, Condition, Kind>;
        return select_query<scope<First, Rest..., Table>, Clauses, Joins..., added>(
            *database_, clauses_, std::tuple_cat(joins_, std::tuple(added{std::move(on)})));
    }

    template <class List>
    static void append_clause(std::string& sql, std::string_view keyword) {
        if constexpr (!List::empty) {
            sql += keyword;
            List::template append_sql<tables>(sql);
        }
    }

    db* database_;
    Clauses clauses_;
    std::tuple<Joins...> joins_;
};

}  // namespace dormouse::detail
