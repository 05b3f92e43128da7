// Queries made of queries: UNION and its kin, common table expressions, counts. Part of
// <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/select_query.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

namespace dormouse::detail {

/// Two queries of as many columns, read into the rows of the first.
template <compound_kind Kind, class Left, class Right, class Order, bool Limited>
class compound_query
    : public row_query<compound_query<Kind, Left, Right, Order, Limited>, typename Left::row_type>,
      public combinable_query<compound_query<Kind, Left, Right, Order, Limited>> {
public:
    using tables = typename Left::tables;
    using row_type = typename Left::row_type;
    static constexpr bool writes = false;
    static constexpr std::size_t switches = Left::switches + Right::switches + Order::switches;

    compound_query(Left left, Right right, Order order = {}, std::int64_t limit = -1)
        : left_(std::move(left)),
          right_(std::move(right)),
          order_(std::move(order)),
          limit_(limit) {}

    /// By these, which must be columns that the first query selects.
    template <sql_expression... Keys>
    [[nodiscard]] auto order_by(Keys... keys) const {
        using keys_type = expression_list<Keys...>;
        return compound_query<Kind, Left, Right, keys_type, Limited>(
            left_, right_, keys_type{{std::move(keys)...}}, limit_);
    }
    [[nodiscard]] auto limit(std::int64_t rows) const {
        return compound_query<Kind, Left, Right, Order, true>(left_, right_, order_, rows);
    }

    [[nodiscard, gnu::cold]] std::string sql_text() const {
        std::string sql;
        append_text<scope<>>(sql);
        return sql;
    }
    template <class Outer>
    [[gnu::cold]] void append_text(std::string& sql) const {
        constexpr std::array<std::string_view, 4> words{" UNION ", " UNION ALL ", " INTERSECT ",
                                                        " EXCEPT "};
        append_part<Outer>(sql, left_);
        sql += words[static_cast<std::size_t>(Kind)];
        append_part<Outer>(sql, right_);
        if constexpr (!Order::empty) {
            sql += " ORDER BY ";
            order_.template append_sql<nested_scope<tables, Outer>>(sql);
        }
        if constexpr (Limited) {
            sql += " LIMIT ?";
        }
    }
    void bind_values(binder& to) const {
        left_.bind_values(to);
        right_.bind_values(to);
        order_.bind(to);
        if constexpr (Limited) {
            to.integer(limit_);
        }
    }
    void bind_all(binder& to, generator_context& /*generators*/) const { bind_values(to); }
    void add_shape(query_shape& shape) const {
        left_.add_shape(shape);
        right_.add_shape(shape);
        order_.add_shape(shape);
    }
    [[nodiscard]] db& database() const { return left_.database(); }

private:
    // A part with an order, a limit or parts of its own must be a table first. Any other must not:
    // the second part of a recursive expression refers to it directly.
    template <class Outer, class Part>
    static void append_part(std::string& sql, const Part& part) {
        if constexpr (requires { requires Part::is_plain; }) {
            part.template append_text<Outer>(sql);
        } else {
            sql += "SELECT * FROM (";
            part.template append_text<Outer>(sql);
            sql += ')';
        }
    }

    Left left_;
    Right right_;
    Order order_;
    std::int64_t limit_;
};

/// `name (columns) AS (query)`
template <auto const& Table, class Rows>
struct named_query {
    static constexpr std::size_t switches = Rows::switches;
    Rows rows;

    [[gnu::cold]] void append_sql(std::string& sql) const {
        append_identifier(sql, Table.name);
        sql += " (";
        append_all_columns(sql, Table, false);
        sql += ") AS (";
        rows.template append_text<scope<>>(sql);
        sql += ')';
    }
    void bind(binder& to) const { rows.bind_values(to); }
    void add_shape(query_shape& shape) const { rows.add_shape(shape); }
};

/// A query with common table expressions.
template <class Query, class... Named>
class with_query : public row_query<with_query<Query, Named...>, typename Query::row_type> {
public:
    using row_type = typename Query::row_type;
    using tables = typename Query::tables;
    static constexpr bool writes = false;
    static constexpr bool is_select = true;
    static constexpr std::size_t switches = (Query::switches + ... + Named::switches);

    with_query(Query query, part_list<Named...> named)
        : query_(std::move(query)), named_(std::move(named)) {}

    /// Another one, which the earlier ones may use.
    template <auto const& Table, subquery Rows>
    [[nodiscard]] auto with(Rows rows) const {
        static_assert(row_width<row_of<Table>>() == row_width<typename Rows::row_type>(),
                      "dormouse: the table's row has another number of columns than the query");
        using added = named_query<Table, Rows>;
        return with_query<Query, Named..., added>(query_, named_.with(added{std::move(rows)}));
    }

    [[nodiscard, gnu::cold]] std::string sql_text() const {
        std::string sql;
        append_text<scope<>>(sql);
        return sql;
    }
    template <class Outer>
    [[gnu::cold]] void append_text(std::string& sql) const {
        std::string_view separator = "WITH RECURSIVE ";
        auto append = [&](const auto& each) {
            sql += std::exchange(separator, ", ");
            each.append_sql(sql);
        };
        named_.each(append);
        sql += ' ';
        query_.template append_text<Outer>(sql);
    }
    void bind_values(binder& to) const {
        named_.bind(to);
        query_.bind_values(to);
    }
    void bind_all(binder& to, generator_context& /*generators*/) const { bind_values(to); }
    void add_shape(query_shape& shape) const {
        query_.add_shape(shape);
        named_.add_shape(shape);
    }
    [[nodiscard]] db& database() const { return query_.database(); }

private:
    Query query_;
    part_list<Named...> named_;
};

template <class Query>
class count_query : public row_query<count_query<Query>, std::int64_t> {
public:
    static constexpr bool writes = false;
    static constexpr std::size_t switches = Query::switches;

    explicit count_query(const Query& query) : query_(&query) {}

    [[nodiscard, gnu::cold]] std::string sql_text() const {
        return "SELECT count(*) FROM (" + query_->sql_text() + ")";
    }
    void bind_all(binder& to, generator_context& /*generators*/) const { query_->bind_values(to); }
    void add_shape(query_shape& shape) const { query_->add_shape(shape); }
    [[nodiscard]] db& database() const { return query_->database(); }

private:
    const Query* query_;
};

}  // namespace dormouse::detail
