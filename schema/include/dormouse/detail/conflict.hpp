// What an INSERT does about a row that is there already. Part of <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/insert_source.hpp>

#include <string>
#include <tuple>
#include <utility>

namespace dormouse::detail {

struct on_conflict_fail {
    static constexpr std::size_t switches = 0;
    template <auto const& Table>
    [[gnu::cold]] void append_sql(std::string& /*sql*/) const {}
    template <auto const& Table>
    void bind(binder& /*to*/, generator_context& /*generators*/) const {}
    void add_shape(query_shape& /*shape*/) const {}
};

struct on_conflict_ignore : on_conflict_fail {
    template <auto const& Table>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        sql += " ON CONFLICT DO NOTHING";
    }
};

/// The columns of the conflict that is resolved.
template <auto... Members>
struct conflict_key {
    template <auto const& Table>
    [[gnu::cold]] static void append_sql(std::string& sql) {
        std::string_view separator = " ON CONFLICT (";
        ((sql += std::exchange(separator, ", "),
          append_identifier(sql, Table.columns[member_of<Members>::index].name)),
         ...);
        sql += ')';
    }
};

template <class Key>
struct on_key_ignore : on_conflict_fail {
    template <auto const& Table>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        Key::template append_sql<Table>(sql);
        sql += " DO NOTHING";
    }
};

/// Says which assignment does not belong to the table, or is to a column that SQLite computes.
template <auto const& Table, class... Assignments>
constexpr void require_settable() {
    static_assert((std::same_as<typename Assignments::owner, row_of<Table>> && ...),
                  "dormouse: a column that is set belongs to another table");
    static_assert((!Table.columns[Assignments::index].is_generated() && ...),
                  "dormouse: a generated column cannot be set");
}

/// The value that was to be inserted.
template <auto Member>
struct excluded_column : questionable<excluded_column<Member>, typename member_of<Member>::type> {
    using value_type = typename member_of<Member>::type;

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        static_assert(Scope::template find<typename member_of<Member>::owner>() == 0,
                      "dormouse: an excluded column belongs to another table");
        sql += "excluded.";
        append_identifier(sql, Scope::sources[0].columns[member_of<Member>::index].name);
    }
};

template <auto Member>
using new_value = assignment<Member, excluded_column<Member>>;

/// An update refreshes the columns with `on_update` that it has no assignment for. Where whether it
/// sets one is known only when it runs, the assignment refreshes it.
template <auto const& Table, class... Assignments>
constexpr bool is_refreshed(std::size_t column) {
    return Table.columns[column].has_on_update && (!Assignments::sets(column) && ...);
}

template <auto const& Table, class... Assignments>
[[gnu::cold]] void append_refreshed(std::string& sql) {
    for (std::size_t i = 0; i < Table.columns.size(); ++i) {
        if (is_refreshed<Table, Assignments...>(i)) {
            sql += ", ";
            append_identifier(sql, Table.columns[i].name);
            sql += " = ?";
        }
    }
}

template <auto const& Table, class... Assignments>
void bind_refreshed(binder& to, generator_context& generators) {
    for_each_index<row_of<Table>>([&]<std::size_t Column>(index_constant<Column>) {
        if constexpr (is_refreshed<Table, Assignments...>(Column)) {
            bind_generated<Table, Column>(to, generators, Table.columns[Column].on_update);
        }
    });
}

template <class Key, class... Assignments>
struct on_conflict_set {
    static constexpr std::size_t switches = (std::size_t{0} + ... + Assignments::switches);
    part_list<Assignments...> assignments{};

    template <auto const& Table>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        Key::template append_sql<Table>(sql);
        std::string_view separator = " DO UPDATE SET ";
        auto append = [&](const auto& each) {
            sql += std::exchange(separator, ", ");
            each.template append_sql<scope<Table>>(sql);
        };
        assignments.each(append);
        append_refreshed<Table, Assignments...>(sql);
    }
    template <auto const& Table>
    void bind(binder& to, generator_context& generators) const {
        assignments.bind(to, generators);
        bind_refreshed<Table, Assignments...>(to, generators);
    }
    void add_shape(query_shape& shape) const { assignments.add_shape(shape); }
};

}  // namespace dormouse::detail
