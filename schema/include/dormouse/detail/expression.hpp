// SQL expressions as types: the text is a function of the type alone, the object holds only the
// values.
//
// Every expression has `value_type`, `static void append_sql<Scope>(std::string&)` and
// `bind(binder&)`.
#pragma once

#include <dormouse/detail/column_codec.hpp>
#include <dormouse/schema.hpp>

#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace dormouse::detail {

/// The tables a query can name columns of.
template <auto const&... Tables>
struct scope {
    static constexpr std::size_t size = sizeof...(Tables);
};

template <auto const& Table>
using row_of = typename std::remove_cvref_t<decltype(Table)>::row_type;

template <class Row, auto const& Table>
inline constexpr bool is_table_of = std::same_as<Row, row_of<Table>>;

template <class Row, class Scope>
struct table_lookup;
template <class Row, auto const&... Tables>
struct table_lookup<Row, scope<Tables...>> {
    static_assert((is_table_of<Row, Tables> || ...),
                  "dormouse: this column belongs to a table that is not part of the query");

    static constexpr const table_definition<Row>& table() {
        const table_definition<Row>* found = nullptr;
        (
            (void)[&] {
                if constexpr (is_table_of<Row, Tables>) {
                    found = found ? found : &Tables;
                }
            }(),
            ...);
        return *found;
    }
};

void append_identifier(std::string& sql, std::string_view name);

struct expression_tag {};
template <class T>
concept sql_expression = std::derived_from<std::remove_cvref_t<T>, expression_tag>;

/// A value. `Kept` is a reference to an lvalue, or the value itself.
template <class Kept>
struct bound_value : expression_tag {
    using value_type = std::remove_cvref_t<Kept>;
    Kept value;

    explicit bound_value(Kept&& kept) : value(std::forward<Kept>(kept)) {}

    template <class Scope>
    static void append_sql(std::string& sql) {
        sql += '?';
    }
    void bind(binder& to) const { bind_value(to, value); }
    template <class Column>
    void bind_as(binder& to) const {
        bind_stored<Column>(to, value);
    }
};

/// An expression as it is; anything else as a bound value.
template <class T>
auto lift(T&& value) {
    if constexpr (sql_expression<T>) {
        return std::remove_cvref_t<T>(std::forward<T>(value));
    } else if constexpr (std::is_array_v<std::remove_reference_t<T>>) {
        return bound_value<std::string_view>(std::string_view(value));
    } else if constexpr (std::is_lvalue_reference_v<T>) {
        return bound_value<const std::remove_cvref_t<T>&>(std::as_const(value));
    } else {
        return bound_value<std::remove_cvref_t<T>>(std::forward<T>(value));
    }
}

enum class operation {
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    both,
    either,
    like,
    plus,
    minus
};

template <operation Operation>
inline constexpr std::string_view operation_text =
    std::array<std::string_view,
               11>{" = ",   " <> ", " < ",    " <= ", " > ", " >= ",
                   " AND ", " OR ", " LIKE ", " + ",  " - "}[static_cast<std::size_t>(Operation)];

template <operation Operation, class Left, class Right>
struct binary_expression : expression_tag {
    static constexpr bool arithmetic =
        Operation == operation::plus || Operation == operation::minus;
    using value_type = std::conditional_t<arithmetic, typename Left::value_type, bool>;
    Left left;
    Right right;

    binary_expression(Left l, Right r) : left(std::move(l)), right(std::move(r)) {}

    template <class Scope>
    static void append_sql(std::string& sql) {
        sql += '(';
        Left::template append_sql<Scope>(sql);
        sql += operation_text<Operation>;
        Right::template append_sql<Scope>(sql);
        sql += ')';
    }
    void bind(binder& to) const {
        left.bind(to);
        right.bind(to);
    }
};

template <operation Operation, class Left, class Right>
auto combine(Left&& left, Right&& right) {
    auto l = lift(std::forward<Left>(left));
    auto r = lift(std::forward<Right>(right));
    return binary_expression<Operation, decltype(l), decltype(r)>(std::move(l), std::move(r));
}

/// An expression between two texts: `NOT (...)`, `... IS NULL`, `max(...)`, `... DESC`.
template <fixed_string Before, class Inner, fixed_string After, class Value>
struct framed_expression : expression_tag {
    using value_type = Value;
    Inner inner;

    explicit framed_expression(Inner framed) : inner(std::move(framed)) {}

    template <class Scope>
    static void append_sql(std::string& sql) {
        sql += Before.view();
        Inner::template append_sql<Scope>(sql);
        sql += After.view();
    }
    void bind(binder& to) const { inner.bind(to); }
};

/// A fixed text without values.
template <fixed_string Text, class Value>
struct literal_expression : expression_tag {
    using value_type = Value;

    template <class Scope>
    static void append_sql(std::string& sql) {
        sql += Text.view();
    }
    void bind(binder& /*to*/) const {}
};

/// `... IN (SELECT ...)`.
template <class Inner, class Query>
struct in_query_expression : expression_tag {
    using value_type = bool;
    Inner inner;
    Query query;

    in_query_expression(Inner tested, Query asked)
        : inner(std::move(tested)), query(std::move(asked)) {}

    template <class Scope>
    static void append_sql(std::string& sql) {
        Inner::template append_sql<Scope>(sql);
        sql.append(" IN (").append(Query::sql_text()).append(")");
    }
    void bind(binder& to) const {
        inner.bind(to);
        query.bind_values(to);
    }
};

/// `... IN` a list. The list is bound as one JSON text, so that the SQL does not depend on its
/// length.
template <class Inner>
struct in_list_expression : expression_tag {
    using value_type = bool;
    Inner inner;
    std::string list;

    in_list_expression(Inner tested, std::string values)
        : inner(std::move(tested)), list(std::move(values)) {}

    template <class Scope>
    static void append_sql(std::string& sql) {
        Inner::template append_sql<Scope>(sql);
        sql += " IN (SELECT value FROM json_each(?))";
    }
    void bind(binder& to) const {
        inner.bind(to);
        to.text(list, value_life::ends_now);
    }
};

/// `column = expression` in an UPDATE.
template <auto Member, class Value>
struct assignment {
    static constexpr std::size_t index = member_of<Member>::index;
    using owner = typename member_of<Member>::owner;
    Value value;

    template <class Scope>
    static void append_sql(std::string& sql) {
        append_identifier(sql, table_lookup<owner, Scope>::table().columns[index].name);
        sql += " = ";
        Value::template append_sql<Scope>(sql);
    }
    void bind(binder& to) const {
        if constexpr (requires { value.template bind_as<typename member_of<Member>::type>(to); }) {
            value.template bind_as<typename member_of<Member>::type>(to);
        } else {
            value.bind(to);
        }
    }
};

template <class T>
struct operand_type_of {
    using type = std::remove_cvref_t<T>;
};
template <sql_expression T>
struct operand_type_of<T> {
    using type = typename std::remove_cvref_t<T>::value_type;
};
template <std::size_t Size>
struct operand_type_of<const char (&)[Size]> {
    using type = std::string_view;
};
template <class T>
using operand_type = typename operand_type_of<T>::type;

/// The right side of a comparison has a type that the left side can be compared with.
template <class Left, class Right>
concept comparable_operands =
    sql_expression<Left> && comparable_types<operand_type<Left>, operand_type<Right>>;
template <class Left, class Right>
concept comparable_value = !sql_expression<Right> && comparable_operands<Left, Right>;

template <class Query>
concept subquery = requires {
    Query::sql_text();
}
&&requires {
    typename Query::row_type;
};
template <class Values>
concept listable = requires(const Values& values) {
    values.begin();
    values.end();
}
&&!text_like<Values>;
/// JSON keeps the values of these types as SQL has them.
template <class Column>
concept listed_in_json = text_like<plain_type<Column>> || std::is_enum_v<plain_type<Column>> ||
    (number_like<plain_type<Column>> && !std::same_as<plain_type<Column>, bool>);

template <auto Member>
struct column : expression_tag {
    using owner = typename member_of<Member>::owner;
    using value_type = typename member_of<Member>::type;
    static constexpr std::size_t index = member_of<Member>::index;

    template <class Scope>
    static void append_sql(std::string& sql) {
        const auto& table = table_lookup<owner, Scope>::table();
        if constexpr (Scope::size > 1) {
            append_identifier(sql, table.name);
            sql += '.';
        }
        append_identifier(sql, table.columns[index].name);
    }
    void bind(binder& /*to*/) const {}

    /// For `set`.
    template <class Value>
    requires(sql_expression<Value> || storable_types<value_type, operand_type<Value>>) auto
    operator=(Value&& value) const {
        auto lifted = lift(std::forward<Value>(value));
        return assignment<Member, decltype(lifted)>{std::move(lifted)};
    }
    auto operator=(std::nullopt_t) const requires is_optional<value_type> {
        using null = literal_expression<"NULL", value_type>;
        return assignment<Member, null>{null{}};
    }

    [[nodiscard]] auto is_null() const {
        return framed_expression<"", column, " IS NULL", bool>(*this);
    }
    [[nodiscard]] auto is_not_null() const {
        return framed_expression<"", column, " IS NOT NULL", bool>(*this);
    }
    template <class Pattern>
    requires text_like<plain_type<value_type>>
    [[nodiscard]] auto like(Pattern&& pattern) const {
        return combine<operation::like>(*this, std::forward<Pattern>(pattern));
    }
    template <subquery Query>
    [[nodiscard]] auto in(Query query) const {
        return in_query_expression<column, Query>(*this, std::move(query));
    }
    template <listable Values>
    requires(!subquery<Values> && listed_in_json<value_type>)
        [[nodiscard]] auto in(const Values& values) const {
        return in_list_expression<column>(*this, to_json(values));
    }
};

template <class Left, class Right>
requires comparable_value<Left, Right>
auto operator==(const Left& left, Right&& right) {
    return combine<operation::equal>(left, std::forward<Right>(right));
}
template <class Left, class Right>
requires comparable_value<Left, Right>
auto operator!=(const Left& left, Right&& right) {
    return combine<operation::not_equal>(left, std::forward<Right>(right));
}
template <class Left, class Right>
requires comparable_value<Left, Right>
auto operator<(const Left& left, Right&& right) {
    return combine<operation::less>(left, std::forward<Right>(right));
}
template <class Left, class Right>
requires comparable_value<Left, Right>
auto operator<=(const Left& left, Right&& right) {
    return combine<operation::less_equal>(left, std::forward<Right>(right));
}
template <class Left, class Right>
requires comparable_value<Left, Right>
auto operator>(const Left& left, Right&& right) {
    return combine<operation::greater>(left, std::forward<Right>(right));
}
template <class Left, class Right>
requires comparable_value<Left, Right>
auto operator>=(const Left& left, Right&& right) {
    return combine<operation::greater_equal>(left, std::forward<Right>(right));
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
    return framed_expression<"NOT ", Inner, "", bool>(inner);
}
template <sql_expression Left, class Right>
auto operator+(const Left& left, Right&& right) {
    return combine<operation::plus>(left, std::forward<Right>(right));
}
template <sql_expression Left, class Right>
auto operator-(const Left& left, Right&& right) {
    return combine<operation::minus>(left, std::forward<Right>(right));
}

/// Expressions separated by commas.
template <class... Expressions>
struct expression_list {
    static constexpr bool empty = sizeof...(Expressions) == 0;
    std::tuple<Expressions...> all;

    template <class Scope>
    static void append_sql(std::string& sql) {
        std::string_view separator;
        ((sql += std::exchange(separator, ", "), Expressions::template append_sql<Scope>(sql)),
         ...);
    }
    void bind(binder& to) const {
        std::apply([&](const auto&... each) { (each.bind(to), ...); }, all);
    }
};

/// No condition.
struct no_condition {
    template <class Scope>
    static void append_sql(std::string& /*sql*/) {}
    void bind(binder& /*to*/) const {}
};
template <class Condition>
inline constexpr bool has_condition = !std::same_as<Condition, no_condition>;

template <class Condition, class Scope>
void append_where(std::string& sql) {
    if constexpr (has_condition<Condition>) {
        sql += " WHERE ";
        Condition::template append_sql<Scope>(sql);
    }
}

/// Both conditions, or the one that is there.
template <class Condition, class Added>
auto and_also(Condition condition, Added added) {
    if constexpr (has_condition<Condition>) {
        return combine<operation::both>(std::move(condition), std::move(added));
    } else {
        return added;
    }
}

/// All columns of a table, as `row` holds them.
void append_all_columns(std::string& sql, const table_view& table, bool qualified);

}  // namespace dormouse::detail
