// The layout of a table is known three times: by the struct a program uses, by the SQL it sends and
// by the database file. `table<Row>()` makes the struct the only place where it is written:
// columns, their names and types come from the fields, and a constant describes what a struct
// cannot say.
//
//     inline constexpr auto users = dormouse::table<user>("users")
//         .primary_key(&user::id)
//         .unique(&user::email)
//         .default_fn(&user::id, dormouse::uuid);
//
// Field and table names become snake_case in SQL. Field types: std::string, bool, integers,
// floating point, `timestamp`, `timestamp_seconds`, std::vector<std::byte>, enums (stored by name),
// `json<T>`, and std::optional of these, which is a column that may be NULL. Everything here
// happens at compile time.
//
// **Thread safety:** values. **Lifetime:** tables are constants; views point into them.
#pragma once

#include <dormouse/detail/column_default.hpp>
#include <dormouse/detail/column_traits.hpp>
#include <dormouse/detail/reflection.hpp>
#include <dormouse/detail/snake_case.hpp>
#include <dormouse/generators.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace dormouse {

using blob = std::vector<std::byte>;

/// What happens to a row when the row it refers to is deleted, or its key changed.
enum class foreign_key_action : std::uint8_t { none, cascade, set_null, set_default, restricted };

struct foreign_key_actions {
    foreign_key_action on_delete{};
    foreign_key_action on_update{};
};

/// Writes a generated value into the field at `field`, which has the column's C++ type.
using generator_function = void (*)(void* field, generator_context& context);

struct column_definition {
    std::string_view field;  ///< The member's name.
    detail::short_text<detail::name_length_max> name;
    column_type type{};
    column_mode mode{};
    bool nullable = false;
    bool primary_key = false;
    bool autoincrement = false;
    bool unique = false;
    bool has_default_fn =
        false;  // comparing a function pointer with null in a constant is a g++ warning
    bool has_on_update = false;
    generator_function default_fn = nullptr;
    generator_function on_update = nullptr;
    detail::short_text<96> default_sql;  ///< Empty: no default.
    std::string_view check;
    detail::short_text<detail::name_length_max> references_table;  ///< Empty: no foreign key.
    detail::short_text<detail::name_length_max> references_column;
    foreign_key_action on_delete{};
    foreign_key_action on_parent_update{};

    /// An INSERT may leave the column out.
    [[nodiscard]] constexpr bool may_be_omitted() const {
        return nullable || autoincrement || has_default_fn || !default_sql.empty();
    }
};

struct index_definition {
    static constexpr std::size_t columns_max = 8;

    std::string_view name;
    bool unique = false;
    std::uint8_t column_count = 0;
    std::array<std::uint8_t, columns_max> columns{};  ///< Positions in the table.
};

/// A table without its row type, for code that is compiled once: migrations, tools.
struct table_view {
    std::string_view name;
    std::span<const column_definition> columns;
    std::span<const index_definition> indexes;
};

/// The layout of one table. Made by `table<Row>()`; every member function answers a changed copy.
template <class Row>
struct table_definition {
    using row_type = Row;
    static constexpr std::size_t indexes_max = 8;

    detail::short_text<detail::name_length_max> name;
    std::array<column_definition, detail::field_count<Row>> columns{};
    std::array<index_definition, indexes_max> indexes{};
    std::size_t index_count = 0;

    /// Several members make one composite key.
    template <class... Member>
    requires(sizeof...(Member) > 0) [[nodiscard]] consteval table_definition
        primary_key(Member Row::*... members) const {
        auto changed = *this;
        ((changed.at(members).primary_key = true), ...);
        return changed;
    }

    /// An integer key that SQLite assigns and never uses again.
    template <class Member>
    requires std::integral<Member>
    [[nodiscard]] consteval table_definition autoincrement(Member Row::*member) const {
        auto changed = *this;
        changed.at(member).primary_key = true;
        changed.at(member).autoincrement = true;
        return changed;
    }

    template <class Member>
    [[nodiscard]] consteval table_definition unique(Member Row::*member) const {
        auto changed = *this;
        changed.at(member).unique = true;
        return changed;
    }

    template <class... Member>
    requires(sizeof...(Member) > 0 &&
             sizeof...(Member) <= index_definition::columns_max) consteval table_definition
        index(std::string_view index_name, Member Row::*... members) const {
        return with_index(index_name, false, members...);
    }

    template <class... Member>
    requires(sizeof...(Member) > 0 &&
             sizeof...(Member) <= index_definition::columns_max) consteval table_definition
        unique_index(std::string_view index_name, Member Row::*... members) const {
        return with_index(index_name, true, members...);
    }

    /// A foreign key. The two members must have the same type, optional or not.
    template <class Member, class Parent, class ParentMember>
    requires std::same_as<detail::without_optional<Member>, detail::without_optional<ParentMember>>
    [[nodiscard]] consteval table_definition references(Member Row::*member,
                                                        const table_definition<Parent>& parent,
                                                        ParentMember Parent::*parent_member,
                                                        foreign_key_actions actions = {}) const {
        auto changed = *this;
        auto& column = changed.at(member);
        column.references_table = parent.name;
        column.references_column = parent.columns[detail::index_of(parent_member)].name;
        column.on_delete = actions.on_delete;
        column.on_parent_update = actions.on_update;
        return changed;
    }

    /// An SQL condition every row must meet.
    template <class Member>
    consteval table_definition check(Member Row::*member, std::string_view condition) const {
        auto changed = *this;
        changed.at(member).check = condition;
        return changed;
    }

    /// A default that SQLite computes: a literal, CURRENT_TIMESTAMP, or an expression in
    /// parentheses.
    template <class Member>
    consteval table_definition default_sql(Member Row::*member, std::string_view expression) const {
        auto changed = *this;
        auto& column = changed.at(member);
        column.default_sql = {};
        column.default_sql.append(expression);
        return changed;
    }

    /// A default that is one value, kept in the database's schema.
    template <class Member, class Value>
    requires detail::literal_for<detail::without_optional<Member>, Value>
    [[nodiscard]] consteval table_definition default_to(Member Row::*member,
                                                        const Value& value) const {
        auto changed = *this;
        changed.at(member).default_sql =
            detail::sql_literal<detail::without_optional<Member>>(value);
        return changed;
    }

    /// A default that the program computes for every inserted row that has no value for the column.
    template <class Member, class Generator>
    requires detail::generator_for<Generator, Member>
    [[nodiscard]] [[nodiscard]] consteval table_definition default_fn(Member Row::*member,
                                                                      Generator) const {
        auto changed = *this;
        auto& column = changed.at(member);
        column.has_default_fn = true;
        column.default_fn = &detail::generate<Member, Generator>;
        return changed;
    }

    /// Computed for every UPDATE that does not set the column.
    template <class Member, class Generator>
    requires detail::generator_for<Generator, Member>
    [[nodiscard]] consteval table_definition on_update(Member Row::*member, Generator) const {
        auto changed = *this;
        auto& column = changed.at(member);
        column.has_on_update = true;
        column.on_update = &detail::generate<Member, Generator>;
        return changed;
    }

    /// Gives the column exactly this name in SQL.
    template <class Member>
    consteval table_definition rename(Member Row::*member, std::string_view column_name) const {
        auto changed = *this;
        auto& column = changed.at(member);
        column.name = {};
        column.name.append(column_name);
        return changed;
    }

    constexpr operator table_view() const {
        return {name.view(), columns, std::span(indexes).first(index_count)};
    }

private:
    template <class Member>
    constexpr column_definition& at(Member Row::*member) {
        return columns[detail::index_of(member)];
    }

    template <class... Member>
    constexpr table_definition with_index(std::string_view index_name, bool unique_values,
                                          Member Row::*... members) const {
        auto changed = *this;
        auto& added = changed.indexes[changed.index_count++];
        added.name = index_name;
        added.unique = unique_values;
        ((added.columns[added.column_count++] =
              static_cast<std::uint8_t>(detail::index_of(members))),
         ...);
        return changed;
    }
};

/// Describes the table that keeps `Row`s. `name` becomes snake_case.
template <class Row>
consteval table_definition<Row> table(std::string_view name) {
    table_definition<Row> made;
    made.name = detail::snake_case(name);
    detail::for_each_index<Row>([&]<std::size_t Index>(detail::index_constant<Index>) {
        using value = detail::field_type<Row, Index>;
        static_assert(detail::column_value<value>,
                      "dormouse: a field of this row has a type that cannot be a column; wrap "
                      "structs, vectors and maps in dormouse::json<...>");
        auto& column = made.columns[Index];
        column.field = detail::field_name<Row, Index>;
        column.name = detail::snake_case(column.field);
        column.type = detail::column_traits<value>::type;
        column.mode = detail::column_traits<value>::mode;
        column.nullable = detail::column_traits<value>::nullable;
    });
    return made;
}

namespace detail {
template <auto const&... Tables>
inline constexpr std::array<table_view, sizeof...(Tables)> table_views{table_view(Tables)...};
}

/// The tables of one database.
template <auto const&... Tables>
inline constexpr std::span<const table_view> schema{detail::table_views<Tables...>};

/// The statements that create the table and its indexes, each ending in ";\n".
[[nodiscard]] std::string create_table_sql(const table_view& table);

/// The SQL name of a C++ or JavaScript name: createdAt is created_at. The same conversion as for
/// columns.
[[nodiscard]] std::string to_snake_case(std::string_view name);

}  // namespace dormouse
