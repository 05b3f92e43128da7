// The tables a query can name columns of, and which of its optional parts are there. Part of
// <dormouse/query.hpp>.
#pragma once

#include <dormouse/schema.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace dormouse {

/// A table under a second name, for a query that uses it twice. Made by `alias<users>("author")`.
template <auto const& Table>
struct table_alias {
    using row_type = typename std::remove_cvref_t<decltype(Table)>::row_type;
    static constexpr auto const& aliased = Table;
    static constexpr auto const& columns = Table.columns;

    detail::short_text<detail::name_length_max> name;

    constexpr operator table_view() const { return {name.view(), columns}; }
};

/// `inline constexpr auto author = alias<users>("author");`, then
/// `join<author>(col<&user::id, author> == ...)`.
template <auto const& Table>
[[nodiscard]] consteval table_alias<Table> alias(std::string_view name) {
    table_alias<Table> made;
    made.name.append(name);
    return made;
}

namespace detail {

template <auto const& Table>
using row_of = typename std::remove_cvref_t<decltype(Table)>::row_type;

template <auto const& Left, auto const& Right>
inline constexpr bool same_table = false;
template <auto const& Table>
inline constexpr bool same_table<Table, Table> = true;

/// One table of a query, without its type.
struct query_source {
    std::string_view name;
    const column_definition* columns = nullptr;
};

/// The tables a query can name columns of, those of enclosing queries last.
template <auto const&... Tables>
struct scope {
    static constexpr std::size_t size = sizeof...(Tables);
    static constexpr std::array<query_source, size> sources{
        query_source{Tables.name.view(), Tables.columns.data()}...};

    /// The first table of such rows, or the one named; `not_found` when there is none.
    template <class Row, auto const&... Named>
    static constexpr std::size_t find() {
        std::size_t at = 0;
        std::size_t found = not_found;
        (
            [&] {
                if (found == not_found && matches<Row, Tables, Named...>) {
                    found = at;
                }
                ++at;
            }(),
            ...);
        return found;
    }

private:
    template <class Row, auto const& Table, auto const&... Named>
    static constexpr bool matches = sizeof...(Named) == 0 ? std::same_as<Row, row_of<Table>>
                                                          : (same_table<Table, Named> || ...);
};

template <class Inner, class Outer>
struct nested_scope_of;
template <auto const&... Inner, auto const&... Outer>
struct nested_scope_of<scope<Inner...>, scope<Outer...>> {
    using type = scope<Inner..., Outer...>;
};
template <class Inner, class Outer>
using nested_scope = typename nested_scope_of<Inner, Outer>::type;

void append_identifier(std::string& sql, std::string_view name);

/// The table as it stands after FROM.
template <auto const& Table>
void append_source(std::string& sql) {
    if constexpr (requires { Table.aliased; }) {
        append_identifier(sql, Table.aliased.name);
        sql += " AS ";
    }
    append_identifier(sql, Table.name);
}

/// Which of a query's optional parts are there. The text of a query is a function of its type and
/// its shape.
class query_shape {
public:
    static constexpr std::size_t switches_max = 8;

    void add(bool present) noexcept { index_ |= std::size_t{present} << count_++; }
    [[nodiscard]] std::size_t index() const noexcept { return index_; }

private:
    std::size_t index_ = 0;
    std::size_t count_ = 0;
};

}  // namespace detail
}  // namespace dormouse
