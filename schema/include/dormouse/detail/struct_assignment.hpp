// SET in an UPDATE, of what may not be given. The text stays the same: what is not given is
// assigned to itself, or refreshed if its column has `on_update`. Part of <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/insert_source.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace dormouse::detail {

/// What a column gets that is not given.
template <auto const& Table, std::size_t Column>
void append_not_given(std::string& sql) {
    sql += " ELSE ";
    if constexpr (Table.columns[Column].has_on_update) {
        sql += '?';
    } else {
        append_identifier(sql, Table.columns[Column].name);
    }
    sql += " END";
}
template <auto const& Table, std::size_t Column>
void bind_not_given(binder& to, generator_context& generators, bool given) {
    if constexpr (Table.columns[Column].has_on_update) {
        given ? to.null()
              : bind_generated<Table, Column>(to, generators, Table.columns[Column].on_update);
    }
}

/// An assignment that is made only if `wanted`.
template <auto const& Table, class Assignment>
struct assignment_if {
    static constexpr bool always_given = false;
    static constexpr std::size_t index = Assignment::index;
    static constexpr std::size_t switches = Assignment::switches;
    using owner = typename Assignment::owner;
    Assignment inner;
    bool wanted;

    static constexpr bool sets(std::size_t column) { return Assignment::sets(column); }
    [[nodiscard]] bool is_given() const { return wanted; }
    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        append_identifier(sql, Table.columns[index].name);
        sql += " = CASE WHEN ? THEN ";
        inner.value.template append_sql<Scope>(sql);
        append_not_given<Table, index>(sql);
    }
    void bind(binder& to, generator_context& generators) const {
        to.integer(wanted ? 1 : 0);
        inner.bind(to, generators);
        bind_not_given<Table, index>(to, generators, wanted);
    }
    void add_shape(query_shape& shape) const { inner.add_shape(shape); }
};

/// The fields of a struct that are columns outside of the primary key.
template <auto const& Table, class Kept>
struct struct_assignment {
    using value_type = std::remove_cvref_t<Kept>;
    static constexpr std::size_t switches = 0;
    Kept value;

    explicit struct_assignment(Kept&& kept) : value(std::forward<Kept>(kept)) {}

    static constexpr bool always_given = false;
    static constexpr bool sets(std::size_t column) {
        const auto& target = Table.columns[column];
        return find_field<value_type>(target.field) != not_found && target.key_position == 0 &&
               !target.is_generated();
    }
    [[nodiscard]] bool is_given() const {
        bool given = false;
        for_each_set([&]<std::size_t Column>(index_constant<Column>, const auto& field) {
            given = given || !is_empty(field);
        });
        return given;
    }
    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        std::string_view separator;
        for_each_set([&]<std::size_t Column>(index_constant<Column>, const auto& field) {
            const std::string_view name = Table.columns[Column].name;
            append_identifier(sql += std::exchange(separator, ", "), name);
            if constexpr (may_be_empty<std::remove_cvref_t<decltype(field)>>) {
                sql += " = CASE WHEN ? THEN ?";
                append_not_given<Table, Column>(sql);
            } else {
                sql += " = ?";
            }
        });
    }
    void bind(binder& to, generator_context& generators) const {
        for_each_set([&]<std::size_t Column>(index_constant<Column>, const auto& field) {
            using stored = field_type<row_of<Table>, Column>;
            if constexpr (may_be_empty<std::remove_cvref_t<decltype(field)>>) {
                to.integer(is_empty(field) ? 0 : 1);
                bind_stored<stored>(to, field);
                bind_not_given<Table, Column>(to, generators, !is_empty(field));
            } else {
                bind_stored<stored>(to, field);
            }
        });
    }
    void add_shape(query_shape& /*shape*/) const {}

private:
    template <class Field>
    static constexpr bool may_be_empty = is_optional<Field> || may_be_left_out<Field>;

    template <class Field>
    static bool is_empty(const Field& field) {
        if constexpr (is_optional<Field>) {
            return !field.has_value();
        } else {
            return is_left_out(field);
        }
    }

    template <class Visitor>
    void for_each_set(Visitor visit) const {
        for_each_field(value, [&]<std::size_t Field>(index_constant<Field>, const auto& field) {
            constexpr std::size_t column = find_field<row_of<Table>>(field_name<value_type, Field>);
            constexpr const column_definition& target = Table.columns[column];
            if constexpr (target.key_position == 0 && !target.is_generated()) {
                visit(index_constant<column>{}, field);
            }
        });
    }
};

}  // namespace dormouse::detail
