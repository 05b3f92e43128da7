// INSERT. The columns are those the value's struct has fields for, by name. Part of
// <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/conflict.hpp>
#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/insert_source.hpp>
#include <dormouse/detail/query_run.hpp>
#include <dormouse/detail/returning_query.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace dormouse::detail {

/// `Kept` is a reference to the value given as an lvalue, or the value itself.
template <auto const& Table, class Kept, class Conflict>
class insert_query {
    using value = std::remove_cvref_t<Kept>;

public:
    static constexpr bool writes = true;
    static constexpr std::size_t switches = Conflict::switches;

    insert_query(db& database, Kept&& kept, Conflict conflict)
        : database_(&database), value_(std::forward<Kept>(kept)), conflict_(std::move(conflict)) {}

    /// Runs it; answers how many rows were written.
    std::int64_t execute() const { return run_to_end(*this); }

    /// Answers the written rows, generated values included.
    [[nodiscard]] auto returning_all() const {
        return returning_query<Table, insert_query, expression_list<>>(*this, {});
    }
    /// Answers these columns of the written rows.
    template <sql_expression... Columns>
    requires(sizeof...(Columns) > 0) [[nodiscard]] auto returning(Columns... columns) const {
        using list = expression_list<Columns...>;
        return returning_query<Table, insert_query, list>(*this, list{{{std::move(columns)}...}});
    }

    [[nodiscard, gnu::cold]] std::string sql_text() const {
        std::string sql;
        append_insert(sql, Table, forms.data());
        conflict_.template append_sql<Table>(sql);
        return sql;
    }

    void bind_all(binder& to, generator_context& generators) const {
        [&]<std::size_t... Column>(std::index_sequence<Column...>) {
            (bind_column<Column>(to, generators), ...);
        }
        (field_indexes<row_of<Table>>{});
        conflict_.template bind<Table>(to, generators);
    }
    void add_shape(query_shape& shape) const { conflict_.add_shape(shape); }
    [[nodiscard]] db& database() const { return *database_; }

private:
    template <std::size_t Column>
    static constexpr std::size_t field_index = find_field<value>(Table.columns[Column].field);

    template <std::size_t Column>
    static constexpr insert_form form_of() {
        constexpr column_source source = source_of<Table, value, Column>();
        constexpr const column_definition& column = Table.columns[Column];
        if constexpr (source == column_source::value) {
            using given = field_type<value, field_index<Column>>;
            constexpr bool may_be_empty = is_optional<unwrapped_type<given>>;
            if (may_be_empty && column.has_default() &&
                (!column.nullable || may_be_left_out<given>)) {
                return insert_form::value_or_default;
            }
        }
        return source == column_source::omitted ? insert_form::omitted : insert_form::value;
    }
    static constexpr auto forms = []<std::size_t... Column>(std::index_sequence<Column...>) {
        return std::array<insert_form, sizeof...(Column)>{form_of<Column>()...};
    }
    (field_indexes<row_of<Table>>{});

    template <std::size_t Column>
    void bind_column(binder& to, generator_context& generators) const {
        constexpr column_source source = source_of<Table, value, Column>();
        constexpr const column_definition& column = Table.columns[Column];
        if constexpr (source == column_source::generator) {
            bind_generated<Table, Column>(to, generators, column.default_fn);
        } else if constexpr (source == column_source::value) {
            const auto& given = field<field_index<Column>>(value_);
            using column_value_type = field_type<row_of<Table>, Column>;
            if constexpr (is_optional<unwrapped_type<decltype(given)>> && column.has_default_fn) {
                if (is_left_out(given) || (!column.nullable && !member_value(given).has_value())) {
                    return bind_generated<Table, Column>(to, generators, column.default_fn);
                }
            }
            bind_stored<column_value_type>(to, given);
        }
    }

    db* database_;
    Kept value_;
    Conflict conflict_;
};

template <class Value>
using kept_value =
    std::conditional_t<std::is_lvalue_reference_v<Value>, const std::remove_cvref_t<Value>&,
                       std::remove_cvref_t<Value>>;

template <class Rows>
using element_of = std::remove_cvref_t<decltype(*std::declval<const Rows&>().begin())>;

template <auto const& Table, class Kept, class Conflict>
class insert_each;
template <auto const& Table, class Query, class Conflict, auto... Members>
class insert_from;
template <auto const& Table, auto... Key>
class conflict_start;

template <auto const& Table, class Conflict = on_conflict_fail>
class insert_start {
public:
    explicit insert_start(db& database, Conflict conflict = {})
        : database_(&database), conflict_(std::move(conflict)) {}

    /// The row to write: any struct whose fields are named like columns. Columns it leaves out get
    /// their default. An lvalue is referred to, not copied.
    template <class Value>
    requires insertable<std::remove_cvref_t<Value>, Table>
    [[nodiscard]] auto values(Value&& value) const {
        return insert_query<Table, kept_value<Value>, Conflict>(
            *database_, std::forward<Value>(value), conflict_);
    }

    /// Says which field or column is wrong.
    template <class Value>
    requires(!insertable<std::remove_cvref_t<Value>, Table>) void values(Value&&) const {
        explain_insert<Table, std::remove_cvref_t<Value>>();
    }

    /// Several rows: all are written, or, when one is refused, none. There may be any number. An
    /// lvalue is referred to, not copied.
    template <class Rows>
    requires insertable<element_of<Rows>, Table>
    [[nodiscard]] auto each_of(Rows&& rows) const {
        return insert_each<Table, kept_value<Rows>, Conflict>(*database_, std::forward<Rows>(rows),
                                                              conflict_);
    }

    /// The rows of a query, whose columns go to `Members` in this order.
    template <auto... Members, subquery Query>
    requires(sizeof...(Members) > 0) [[nodiscard]] auto from(Query query) const {
        return insert_from<Table, Query, Conflict, Members...>(std::move(query), conflict_);
    }

    /// A row that would violate a constraint of uniqueness is not written.
    [[nodiscard]] auto or_ignore() const {
        return insert_start<Table, on_conflict_ignore>(*database_);
    }

    /// What to do where a row with the same values in `Key` exists.
    template <auto... Key>
    requires(sizeof...(Key) > 0) [[nodiscard]] auto on_conflict() const {
        static_assert((std::same_as<typename member_of<Key>::owner, row_of<Table>> && ...),
                      "dormouse: a column of the conflict belongs to another table");
        return conflict_start<Table, Key...>(*database_);
    }

    /// Where a row with the same `Key` exists, its `Updated` columns get the new values instead.
    template <auto Key, auto... Updated>
    requires(sizeof...(Updated) > 0) [[nodiscard]] auto upsert() const {
        return on_conflict<Key>().template update<Updated...>();
    }

private:
    db* database_;
    Conflict conflict_;
};

/// `on_conflict<&membership::orgId, &membership::userId>()`
template <auto const& Table, auto... Key>
class conflict_start {
public:
    explicit conflict_start(db& database) : database_(&database) {}

    /// The row that is there stays as it is.
    [[nodiscard]] auto ignore() const { return made(on_key_ignore<conflict_key<Key...>>{}); }
    /// Its `Updated` columns get the new values.
    template <auto... Updated>
    requires(sizeof...(Updated) > 0) [[nodiscard]] auto update() const {
        require_settable<Table, new_value<Updated>...>();
        return made(on_conflict_set<conflict_key<Key...>, new_value<Updated>...>{});
    }
    /// Assignments as in an UPDATE; `excluded<&user::name>` is the value that was to be inserted.
    template <class... Assignments>
    requires(sizeof...(Assignments) > 0) [[nodiscard]] auto set(Assignments... assignments) const {
        require_settable<Table, Assignments...>();
        return made(
            on_conflict_set<conflict_key<Key...>, Assignments...>{{{std::move(assignments)}...}});
    }

private:
    template <class Conflict>
    [[nodiscard]] auto made(Conflict conflict) const {
        return insert_start<Table, Conflict>(*database_, std::move(conflict));
    }
    db* database_;
};

}  // namespace dormouse::detail

#include <dormouse/detail/insert_many.hpp>
