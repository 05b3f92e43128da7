// SQL expressions as types: the text is a function of the type, the object holds the values.
//
// Every expression has `value_type`, `append_sql<Scope>(std::string&) const` and
// `bind(binder&) const`; `switches` counts the optional parts in it and `add_shape` says which of
// them are there. Texts are made once for each connection, so what makes them is marked cold: not
// inlined, and compiled in less time.
#pragma once

#include <dormouse/detail/column_codec.hpp>
#include <dormouse/detail/part_list.hpp>
#include <dormouse/detail/query_scope.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace dormouse::detail {

struct expression_tag {
    static constexpr std::size_t switches = 0;
    void add_shape(query_shape& /*shape*/) const {}
    void bind(binder& /*to*/) const {}
};
template <class T>
concept sql_expression = std::is_base_of_v<expression_tag, std::remove_cvref_t<T>>;

/// A query whose rows another query can use.
template <class T>
concept subquery = requires {
    typename std::remove_cvref_t<T>::row_type;
    requires std::remove_cvref_t<T>::is_select;
};

/// A value. `Kept` is a reference to an lvalue, or the value itself.
template <class Kept>
struct bound_value : expression_tag {
    using value_type = std::remove_cvref_t<Kept>;
    Kept value;

    explicit bound_value(Kept&& kept) : value(std::forward<Kept>(kept)) {}

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        sql += '?';
    }
    void bind(binder& to) const { bind_value(to, value); }
    template <class Column>
    void bind_as(binder& to) const {
        bind_stored<Column>(to, value);
    }
};

/// A query in parentheses: a value, or the rows after IN and EXISTS.
template <class Query>
struct subquery_expression : expression_tag {
    using value_type = typename Query::row_type;
    static constexpr std::size_t switches = Query::switches;
    Query query;

    explicit subquery_expression(Query asked) : query(std::move(asked)) {}

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        sql += '(';
        query.template append_text<Scope>(sql);
        sql += ')';
    }
    void bind(binder& to) const { query.bind_values(to); }
    void add_shape(query_shape& shape) const { query.add_shape(shape); }
};

/// An expression as it is, a query in parentheses; anything else as a bound value.
template <class T>
auto lift(T&& value) {
    if constexpr (sql_expression<T>) {
        return std::remove_cvref_t<T>(std::forward<T>(value));
    } else if constexpr (subquery<T>) {
        return subquery_expression<std::remove_cvref_t<T>>(std::forward<T>(value));
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
    not_like,
    plus,
    minus,
    in,
    not_in
};

template <operation Operation>
inline constexpr std::string_view operation_text =
    std::array<std::string_view, 14>{" = ",  " <> ",  " < ",  " <= ",    " > ",
                                     " >= ", " AND ", " OR ", " LIKE ",  " NOT LIKE ",
                                     " + ",  " - ",   " IN ", " NOT IN "}[static_cast<std::size_t>(
        Operation)];

/// Appends an expression that is compared or ordered by. A column of moments that another program
/// declared may hold them in several forms, and is brought to one.
template <class Scope, class Expression>
void append_operand(std::string& sql, const Expression& expression) {
    if constexpr (requires { expression.template append_comparable<Scope>(sql); }) {
        expression.template append_comparable<Scope>(sql);
    } else {
        expression.template append_sql<Scope>(sql);
    }
}

/// The same as part of a larger expression: SQL that a program wrote stays one operand.
template <class Scope, class Expression>
[[gnu::cold]] void append_tested(std::string& sql, const Expression& expression) {
    constexpr bool written = requires {
        Expression::is_written_sql;
    };
    if constexpr (written) {
        sql += '(';
    }
    append_operand<Scope>(sql, expression);
    if constexpr (written) {
        sql += ')';
    }
}

template <operation Operation, class Left, class Right>
struct binary_expression;

template <operation Operation, class Left, class Right>
auto combine(Left&& left, Right&& right) {
    auto l = lift(std::forward<Left>(left));
    auto r = lift(std::forward<Right>(right));
    return binary_expression<Operation, decltype(l), decltype(r)>(std::move(l), std::move(r));
}

/// An expression between two texts: `NOT (...)`, `... IS NULL`, `max(...)`, `... DESC`.
template <fixed_string Before, class Inner, fixed_string After, class Value>
struct framed_expression;
/// `... IN` a list.
template <class Inner, operation Operation>
struct in_list_expression;
/// A comparison with a moment, which has two forms on disk that mean the same.
template <operation Operation, class Left, class Kept>
struct moment_comparison;

template <class T>
struct operand_type_of {
    using type = std::remove_cvref_t<T>;
};
template <sql_expression T>
struct operand_type_of<T> {
    using type = typename std::remove_cvref_t<T>::value_type;
};
template <subquery T>
struct operand_type_of<T> {
    using type = typename std::remove_cvref_t<T>::row_type;
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
/// SQL adds texts and moments too, as the numbers they begin with.
template <class T>
concept number_operand =
    number_like<plain_type<operand_type<T>>> && !std::same_as<plain_type<operand_type<T>>, bool>;
template <class Left, class Right>
concept number_operands = number_operand<Left> && number_operand<Right>;
template <class Left, class Right>
concept comparable_value = !sql_expression<Right> && comparable_operands<Left, Right>;

template <operation Operation, class Left, class Right>
auto compare(Left&& left, Right&& right) {
    if constexpr (!sql_expression<Right> && !subquery<Right> &&
                  moment<plain_type<operand_type<Left>>>) {
        auto value = lift(std::forward<Right>(right));
        return moment_comparison<Operation, std::remove_cvref_t<Left>, decltype(value)>(
            std::forward<Left>(left), std::move(value));
    } else {
        return combine<Operation>(std::forward<Left>(left), std::forward<Right>(right));
    }
}

template <class Values>
concept listable = requires(const Values& values) {
    values.begin();
    values.end();
}
&&!text_like<Values> && !subquery<Values>;
/// JSON keeps the values of these types as SQL has them.
template <class Column>
concept listed_in_json = text_like<plain_type<Column>> || std::is_enum_v<plain_type<Column>> ||
    (number_like<plain_type<Column>> && !std::same_as<plain_type<Column>, bool>);

[[noreturn]] void refuse_listed_text();

/// The values as JSON. Errors: `errc::invalid_arguments` for a text with a zero in it, at which
/// SQLite would end it, and for numbers that JSON cannot give back.
template <class Values>
std::string list_json(const Values& values) {
    for (const auto& value : values) {
        if constexpr (text_like<std::remove_cvref_t<decltype(value)>>) {
            if (std::string_view(value).find('\0') != std::string_view::npos) {
                refuse_listed_text();
            }
        }
    }
    require_json_keeps(values);
    return to_json(values);
}

/// What can be asked of a column and of any other expression.
template <class Self, class Value>
struct questionable : expression_tag {
    [[nodiscard]] auto is_null() const {
        return framed_expression<"(", Self, " IS NULL)", bool>(self());
    }
    [[nodiscard]] auto is_not_null() const {
        return framed_expression<"(", Self, " IS NOT NULL)", bool>(self());
    }
    /// `%` stands for any text, `_` for one character; ASCII letters match in either case.
    template <class Pattern>
    requires text_like<plain_type<Value>>
    [[nodiscard]] auto like(Pattern&& pattern) const {
        return combine<operation::like>(self(), std::forward<Pattern>(pattern));
    }
    template <class Pattern>
    requires text_like<plain_type<Value>>
    [[nodiscard]] auto not_like(Pattern&& pattern) const {
        return combine<operation::not_like>(self(), std::forward<Pattern>(pattern));
    }
    /// Both ends belong to it.
    template <class Low, class High>
    requires(
        comparable_types<Value, operand_type<Low>>&& comparable_types<Value, operand_type<High>>)
        [[nodiscard]] auto between(Low&& low, High&& high) const {
        auto l = compare<operation::greater_equal>(self(), std::forward<Low>(low));
        auto h = compare<operation::less_equal>(self(), std::forward<High>(high));
        return combine<operation::both>(std::move(l), std::move(h));
    }
    /// One of the rows of a query with one column.
    template <subquery Query>
    requires comparable_types<Value, operand_type<Query>>
    [[nodiscard]] auto in(Query query) const {
        return combine<operation::in>(self(), std::move(query));
    }
    template <subquery Query>
    requires comparable_types<Value, operand_type<Query>>
    [[nodiscard]] auto not_in(Query query) const {
        return combine<operation::not_in>(self(), std::move(query));
    }
    /// One of the values of a container, of which there may be any number.
    template <listable Values>
    requires listed_in_json<Value>
    [[nodiscard]] auto in(const Values& values) const {
        return in_list_expression<Self, operation::in>(self(), list_json(values));
    }
    template <listable Values>
    requires listed_in_json<Value>
    [[nodiscard]] auto not_in(const Values& values) const {
        return in_list_expression<Self, operation::not_in>(self(), list_json(values));
    }

private:
    [[nodiscard]] const Self& self() const { return static_cast<const Self&>(*this); }
};

template <operation Operation>
inline constexpr bool is_comparison = Operation <= operation::greater_equal;
template <operation Operation>
inline constexpr bool is_arithmetic_operation =
    Operation == operation::plus || Operation == operation::minus;
template <operation Operation, class Left, class Right>
struct operation_result_of {
    using type = bool;
};
/// Two integers stay one; NULL and a number are NULL.
template <operation Operation, class Left, class Right>
requires is_arithmetic_operation<Operation>
struct operation_result_of<Operation, Left, Right> {
    using left = plain_type<typename Left::value_type>;
    using right = plain_type<typename Right::value_type>;
    using number = std::conditional_t<std::floating_point<left> || std::floating_point<right>,
                                      double, std::common_type_t<left, right>>;
    static constexpr bool nullable = is_optional<unwrapped_type<typename Left::value_type>> ||
                                     is_optional<unwrapped_type<typename Right::value_type>>;
    using type = std::conditional_t<nullable, std::optional<number>, number>;
};
template <operation Operation, class Left, class Right>
using operation_result = typename operation_result_of<Operation, Left, Right>::type;

template <operation Operation, class Left, class Right>
struct binary_expression : questionable<binary_expression<Operation, Left, Right>,
                                        operation_result<Operation, Left, Right>> {
    using value_type = operation_result<Operation, Left, Right>;
    static constexpr std::size_t switches = Left::switches + Right::switches;
    Left left;
    Right right;

    binary_expression(Left l, Right r) : left(std::move(l)), right(std::move(r)) {}

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        sql += '(';
        append_side<Scope>(sql, left);
        sql += operation_text<Operation>;
        append_side<Scope>(sql, right);
        sql += ')';
    }
    void bind(binder& to) const {
        left.bind(to);
        right.bind(to);
    }
    void add_shape(query_shape& shape) const {
        left.add_shape(shape);
        right.add_shape(shape);
    }

private:
    /// Two moments on disk may have different forms.
    template <class Scope, class Side>
    static void append_side(std::string& sql, const Side& side) {
        if constexpr (is_comparison<Operation> && moment<plain_type<typename Side::value_type>>) {
            constexpr bool seconds =
                std::same_as<plain_type<typename Side::value_type>, timestamp_seconds>;
            sql += seconds ? "strftime('%Y-%m-%d %H:%M:%S', " : "strftime('%Y-%m-%d %H:%M:%f', ";
            append_operand<Scope>(sql, side);
            sql += ')';
        } else {
            append_tested<Scope>(sql, side);
        }
    }
};

template <fixed_string Before, class Inner, fixed_string After, class Value>
struct framed_expression : questionable<framed_expression<Before, Inner, After, Value>, Value> {
    using value_type = Value;
    static constexpr std::size_t switches = Inner::switches;
    Inner inner;

    explicit framed_expression(Inner framed) : inner(std::move(framed)) {}

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        sql += Before.view();
        if constexpr (Before.view().starts_with('(')) {
            append_tested<Scope>(sql, inner);
        } else {
            append_operand<Scope>(sql, inner);
        }
        sql += After.view();
    }
    void bind(binder& to) const { inner.bind(to); }
    void add_shape(query_shape& shape) const { inner.add_shape(shape); }
};

/// A fixed text without values.
template <fixed_string Text, class Value>
struct literal_expression : questionable<literal_expression<Text, Value>, Value> {
    using value_type = Value;

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        sql += Text.view();
    }
};

/// The list is bound as one JSON text, so that the SQL does not depend on its length.
template <class Inner, operation Operation>
struct in_list_expression : expression_tag {
    using value_type = bool;
    static constexpr std::size_t switches = Inner::switches;
    Inner inner;
    std::string list;

    in_list_expression(Inner tested, std::string values)
        : inner(std::move(tested)), list(std::move(values)) {}

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        sql += '(';
        append_tested<Scope>(sql, inner);
        sql += operation_text<Operation>;
        sql += "(SELECT value FROM json_each(?)))";
    }
    void bind(binder& to) const {
        inner.bind(to);
        to.text(list);
    }
    void add_shape(query_shape& shape) const { inner.add_shape(shape); }
};

/// On disk 00:00:00 and 00:00:00.000 are one moment, the shorter text sorting first, and a column
/// of seconds takes any fraction as its second. So a comparison is made with the first or the last
/// form of its moment, and equality is lying between them.
template <operation Operation, class Left, class Kept>
struct moment_comparison : expression_tag {
    using value_type = bool;
    static constexpr std::size_t switches = Left::switches;
    static constexpr bool equality =
        Operation == operation::equal || Operation == operation::not_equal;
    static constexpr bool to_first =
        Operation == operation::less || Operation == operation::greater_equal;
    Left left;
    Kept right;

    moment_comparison(Left l, Kept r) : left(std::move(l)), right(std::move(r)) {}

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        sql += '(';
        append_tested<Scope>(sql, left);
        if constexpr (equality) {
            sql += Operation == operation::equal ? " BETWEEN ? AND ?" : " NOT BETWEEN ? AND ?";
        } else {
            sql.append(operation_text<Operation>).append("?");
        }
        sql += ')';
    }
    void bind(binder& to) const {
        using column = plain_type<typename Left::value_type>;
        left.bind(to);
        if constexpr (equality || to_first) {
            bind_moment<column>(to, moment_form::first, right.value);
        }
        if constexpr (equality || !to_first) {
            bind_moment<column>(to, moment_form::last, right.value);
        }
    }
    void add_shape(query_shape& shape) const { left.add_shape(shape); }
};

/// `column = expression` in an UPDATE.
template <auto Member, class Value>
struct assignment {
    static constexpr std::size_t index = member_of<Member>::index;
    static constexpr std::size_t switches = Value::switches;
    using owner = typename member_of<Member>::owner;
    Value value;

    static constexpr bool always_given = true;
    static constexpr bool sets(std::size_t column) { return column == index; }
    [[nodiscard]] static bool is_given() { return true; }
    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        append_identifier(sql, Scope::sources[0].columns[index].name);
        sql += " = ";
        value.template append_sql<Scope>(sql);
    }
    void bind(binder& to, generator_context& /*generators*/) const {
        if constexpr (requires { value.template bind_as<typename member_of<Member>::type>(to); }) {
            value.template bind_as<typename member_of<Member>::type>(to);
        } else {
            value.bind(to);
        }
    }
    void add_shape(query_shape& shape) const { value.add_shape(shape); }
};

/// `Named` is the table it belongs to, if a query uses several with such rows.
template <auto Member, auto const&... Named>
struct column : questionable<column<Member, Named...>, typename member_of<Member>::type> {
    using owner = typename member_of<Member>::owner;
    using value_type = typename member_of<Member>::type;
    static constexpr std::size_t index = member_of<Member>::index;

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        constexpr std::size_t at = Scope::template find<owner, Named...>();
        static_assert(at != not_found,
                      "dormouse: this column belongs to a table that is not part of the query");
        if constexpr (Scope::size > 1) {
            append_identifier(sql, Scope::sources[at].name);
            sql += '.';
        }
        append_identifier(sql, Scope::sources[at].columns[index].name);
    }
    template <class Scope>
    [[gnu::cold]] void append_comparable(
        std::string& sql) const requires moment<plain_type<value_type>> {
        constexpr std::size_t at = Scope::template find<owner, Named...>();
        static_assert(at != not_found,
                      "dormouse: this column belongs to a table that is not part of the query");
        std::string name;
        append_sql<Scope>(name);
        const bool text = Scope::sources[at].columns[index].type == column_type::text;
        const bool seconds = std::same_as<plain_type<value_type>, timestamp_seconds>;
        sql += text ? name : sortable_moment(name, seconds ? "1.0" : "1000.0");
    }

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
};

/// Expressions separated by commas.
template <class... Expressions>
struct expression_list {
    static constexpr bool empty = sizeof...(Expressions) == 0;
    static constexpr std::size_t switches = (std::size_t{0} + ... + Expressions::switches);
    part_list<Expressions...> all;

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        std::string_view separator;
        auto append = [&](const auto& each) {
            sql += std::exchange(separator, ", ");
            each.template append_sql<Scope>(sql);
        };
        all.each(append);
    }
    template <class Scope>
    void append_operands(std::string& sql) const {
        std::string_view separator;
        auto append = [&](const auto& each) {
            sql += std::exchange(separator, ", ");
            append_operand<Scope>(sql, each);
        };
        all.each(append);
    }
    void bind(binder& to) const { all.bind(to); }
    void add_shape(query_shape& shape) const { all.add_shape(shape); }
};

/// All columns of a table, as a row holds them.
void append_all_columns(std::string& sql, const table_view& table, bool qualified);

}  // namespace dormouse::detail

#include <dormouse/detail/condition.hpp>
#include <dormouse/detail/expression_operators.hpp>
