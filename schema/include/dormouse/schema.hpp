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
#include <dormouse/detail/table_parts.hpp>
#include <dormouse/generators.hpp>
#include <dormouse/table_description.hpp>

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

struct foreign_key_actions {
    foreign_key_action on_delete{};
    foreign_key_action on_update{};
};

/// Several columns, for a key that consists of them: `columns(&member::orgId, &member::userId)`.
template <class Row, class... Member>
struct column_group {
    std::array<std::uint8_t, sizeof...(Member)> positions{};
};
template <class Row, class... Member>
requires(sizeof...(Member) > 0 && sizeof...(Member) <= detail::key_columns_max)
    [[nodiscard]] constexpr column_group<Row, detail::without_optional<Member>...> columns(
        Member Row::*... members) {
    return {{static_cast<std::uint8_t>(detail::index_of(members))...}};
}

/// An index of some rows only, or of something else than columns.
struct index_terms {
    std::string_view name;
    std::string_view where{};       ///< Only rows that meet this SQL condition.
    std::string_view expression{};  ///< Indexed after the columns, for example "lower(email)".
};

/// The layout of one table. Made by `table<Row>()`; every member function answers a changed copy.
template <class Row>
struct table_definition {
    using row_type = Row;

    detail::short_text<detail::name_length_max> name;
    std::array<column_definition, detail::field_count<Row>> columns{};
    detail::short_list<index_definition, 8> indexes{};
    detail::short_list<foreign_key_definition, 16> foreign_keys{};
    detail::short_list<check_definition, 8> checks{};
    std::string_view old_name{};

    /// Several members make one composite key, in this order.
    template <class... Member>
    requires(sizeof...(Member) > 0) [[nodiscard]] consteval table_definition
        primary_key(Member Row::*... members) const {
        auto changed = *this;
        std::uint8_t position = 0;
        ((changed.at(members).key_position = ++position), ...);
        return changed;
    }

    /// An integer key that SQLite assigns and never uses again.
    template <class Member>
    requires std::integral<Member>
    [[nodiscard]] consteval table_definition autoincrement(Member Row::*member) const {
        auto changed = *this;
        changed.at(member).key_position = 1;
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
    requires(sizeof...(Member) > 0 && sizeof...(Member) <= detail::key_columns_max)
        [[nodiscard]] consteval table_definition
        index(std::string_view index_name, Member Row::*... members) const {
        return with_index({.name = index_name}, false, members...);
    }
    /// `index({.name = "open_orders", .where = "closed_at IS NULL"}, &order::id)`
    template <class... Member>
    requires(sizeof...(Member) <= detail::key_columns_max) [[nodiscard]] consteval table_definition
        index(index_terms terms, Member Row::*... members) const {
        return with_index(terms, false, members...);
    }

    template <class... Member>
    requires(sizeof...(Member) > 0 && sizeof...(Member) <= detail::key_columns_max)
        [[nodiscard]] consteval table_definition
        unique_index(std::string_view index_name, Member Row::*... members) const {
        return with_index({.name = index_name}, true, members...);
    }
    template <class... Member>
    requires(sizeof...(Member) <= detail::key_columns_max) [[nodiscard]] consteval table_definition
        unique_index(index_terms terms, Member Row::*... members) const {
        return with_index(terms, true, members...);
    }

    /// A foreign key. The two members must have the same type, optional or not. `parent` is a
    /// constant.
    template <class Member, class Parent, class ParentMember>
    requires std::same_as<detail::without_optional<Member>, detail::without_optional<ParentMember>>
    [[nodiscard]] consteval table_definition references(Member Row::*member,
                                                        const table_definition<Parent>& parent,
                                                        ParentMember Parent::*parent_member,
                                                        foreign_key_actions actions = {}) const {
        auto changed = *this;
        auto& added = with_foreign_key(changed, dormouse::columns(member).positions,
                                       dormouse::columns(parent_member).positions, actions);
        added.parent_table = parent.name.view();
        added.parent = parent.columns.data();
        return changed;
    }
    /// A foreign key of several columns.
    template <class Parent, class... Key>
    [[nodiscard]] consteval table_definition references(column_group<Row, Key...> key,
                                                        const table_definition<Parent>& parent,
                                                        column_group<Parent, Key...> parent_key,
                                                        foreign_key_actions actions = {}) const {
        auto changed = *this;
        auto& added = with_foreign_key(changed, key.positions, parent_key.positions, actions);
        added.parent_table = parent.name.view();
        added.parent = parent.columns.data();
        return changed;
    }
    /// A foreign key to another row of this table.
    template <class Member, class ParentMember>
    requires std::same_as<detail::without_optional<Member>, detail::without_optional<ParentMember>>
    [[nodiscard]] consteval table_definition references(Member Row::*member,
                                                        ParentMember Row::*parent_member,
                                                        foreign_key_actions actions = {}) const {
        auto changed = *this;
        with_foreign_key(changed, dormouse::columns(member).positions,
                         dormouse::columns(parent_member).positions, actions);
        return changed;
    }

    /// An SQL condition that every row must meet.
    [[nodiscard]] consteval table_definition check(std::string_view check_name,
                                                   std::string_view condition) const {
        auto changed = *this;
        changed.checks.push_back({check_name, condition});
        return changed;
    }

    /// A default that SQLite computes: a literal, CURRENT_TIMESTAMP, or an expression in
    /// parentheses.
    template <class Member>
    [[nodiscard]] consteval table_definition default_sql(Member Row::*member,
                                                         std::string_view expression) const {
        auto changed = *this;
        changed.at(member).default_value = {.kind = default_kind::sql, .text = expression};
        return changed;
    }

    /// A default that is one value, kept in the database's schema.
    template <class Member, class Value>
    requires detail::literal_for<detail::without_optional<Member>, Value>
    [[nodiscard]] consteval table_definition default_to(Member Row::*member,
                                                        const Value& value) const {
        auto changed = *this;
        changed.at(member).default_value =
            detail::literal_default<detail::without_optional<Member>>(value);
        return changed;
    }

    /// A default that the program computes for every inserted row that has no value for the column.
    template <class Member, class Generator>
    requires detail::generator_for<Generator, Member>
    [[nodiscard]] consteval table_definition default_fn(Member Row::*member, Generator) const {
        auto changed = *this;
        auto& column = changed.at(member);
        column.has_default_fn = true;
        column.default_fn = &detail::generate<Member, Generator>;
        return changed;
    }

    /// Computed for every UPDATE that does not set the column, those of upserts included.
    template <class Member, class Generator>
    requires detail::generator_for<Generator, Member>
    [[nodiscard]] consteval table_definition on_update(Member Row::*member, Generator) const {
        auto changed = *this;
        auto& column = changed.at(member);
        column.has_on_update = true;
        column.on_update = &detail::generate<Member, Generator>;
        return changed;
    }

    /// A column that SQLite computes from others of the row. It cannot be written.
    template <class Member>
    [[nodiscard]] consteval table_definition generated(
        Member Row::*member, std::string_view expression,
        generated_kind kind = generated_kind::on_read) const {
        auto changed = *this;
        auto& column = changed.at(member);
        column.generated_sql = expression;
        column.generated = kind;
        return changed;
    }

    /// Gives the column exactly this name in SQL.
    template <class Member>
    [[nodiscard]] consteval table_definition rename(Member Row::*member,
                                                    std::string_view column_name) const {
        auto changed = *this;
        changed.at(member).name = column_name;
        detail::refuse_equal_names(changed.columns);
        return changed;
    }

    /// Gives the table exactly this name in SQL.
    [[nodiscard]] consteval table_definition rename(std::string_view table_name) const {
        auto changed = *this;
        changed.name = {};
        changed.name.append(table_name);
        return changed;
    }

    /// Declares the column with another SQL type than its field has by itself, as another program's
    /// database may: `stored_as(&user::createdAt, column_type::integer)`. What is written and read
    /// stays the same.
    template <class Member>
    [[nodiscard]] consteval table_definition stored_as(Member Row::*member,
                                                       column_type type) const {
        auto changed = *this;
        changed.at(member).type = type;
        return changed;
    }

    /// What the table was called before, so that a migration renames it instead of dropping one
    /// and creating another. Databases that never had the old name are not concerned; it may stay.
    [[nodiscard]] consteval table_definition renamed_from(std::string_view table_name) const {
        auto changed = *this;
        changed.old_name = table_name;
        return changed;
    }
    /// The same of a column: its name in SQL, or the member it was.
    template <class Member>
    [[nodiscard]] consteval table_definition renamed_from(Member Row::*member,
                                                          std::string_view column_name) const {
        auto changed = *this;
        changed.at(member).old_name = column_name;
        return changed;
    }

    constexpr operator table_view() const {
        return {name.view(), columns, indexes.view(), foreign_keys.view(), checks.view(), old_name};
    }

private:
    template <class Member>
    constexpr column_definition& at(Member Row::*member) {
        return columns[detail::index_of(member)];
    }

    template <class... Member>
    constexpr table_definition with_index(index_terms terms, bool unique_values,
                                          Member Row::*... members) const {
        auto changed = *this;
        auto& added = changed.indexes.push_back(
            {terms.name, terms.where, terms.expression, unique_values, {}});
        (added.columns.push_back(static_cast<std::uint8_t>(detail::index_of(members))), ...);
        return changed;
    }

    static constexpr foreign_key_definition& with_foreign_key(
        table_definition& changed, std::span<const std::uint8_t> key,
        std::span<const std::uint8_t> parent_key, foreign_key_actions actions) {
        auto& added = changed.foreign_keys.push_back({});
        for (std::size_t i = 0; i < key.size(); ++i) {
            added.columns.push_back(key[i]);
            added.parent_columns.push_back(parent_key[i]);
        }
        added.on_delete = actions.on_delete;
        added.on_update = actions.on_update;
        return added;
    }
};

/// Describes the table that keeps `Row`s. `name` becomes snake_case.
template <class Row>
[[nodiscard]] consteval table_definition<Row> table(std::string_view name) {
    table_definition<Row> made;
    made.name = detail::snake_case(name);
    detail::for_each_index<Row>([&]<std::size_t Index>(detail::index_constant<Index>) {
        made.columns[Index] = detail::column_of<Row, Index>();
    });
    detail::refuse_equal_names(made.columns);
    return made;
}

namespace detail {
template <auto const&... Tables>
inline constexpr std::array<table_view, sizeof...(Tables)> table_views{table_view(Tables)...};
}

/// The tables of one database.
template <auto const&... Tables>
inline constexpr std::span<const table_view> schema{detail::table_views<Tables...>};

/// The table's layout as plain values: what the database holds once it has been created.
[[nodiscard]] table_description describe(const table_view& table);
/// The same of every table of a database, in the order in which they were listed.
[[nodiscard]] std::vector<table_description> describe(std::span<const table_view> tables);

/// What tables and columns were called before, each as `old_table:table` or
/// `table.old_column:column`.
[[nodiscard]] std::vector<std::string> describe_renames(std::span<const table_view> tables);

/// The statements that create the table and its indexes, each ending in ";\n".
[[nodiscard]] std::string create_table_sql(const table_view& table);

/// The SQL name of a C++ or JavaScript name: createdAt is created_at. The same conversion as for
/// columns.
[[nodiscard]] std::string to_snake_case(std::string_view name);

}  // namespace dormouse
