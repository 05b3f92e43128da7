// What a table consists of, as constants. Part of <dormouse/schema.hpp>.
#pragma once

#include <dormouse/detail/column_traits.hpp>
#include <dormouse/detail/fixed_string.hpp>
#include <dormouse/detail/reflection.hpp>
#include <dormouse/detail/snake_case.hpp>
#include <dormouse/generators.hpp>
#include <dormouse/table_description.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dormouse {

namespace detail {
/// Most columns of one key or index.
inline constexpr std::size_t key_columns_max = 8;
/// Positions of columns in their table.
using column_positions = short_list<std::uint8_t, key_columns_max>;
}  // namespace detail

/// Writes a generated value into the field at `field`, which has the column's C++ type.
using generator_function = void (*)(void* field, generator_context& context);

enum class default_kind : std::uint8_t { none, sql, text, integer, real };

/// A default that stands in the database's schema.
struct default_definition {
    default_kind kind{};
    std::string_view text{};
    std::int64_t integer = 0;
    double real = 0;
};

struct column_definition {
    std::string_view field;  ///< The member's name.
    std::string_view name;   ///< The column's name in SQL.
    column_type type{};
    column_mode mode{};
    bool nullable = false;
    std::uint8_t key_position = 0;  ///< In the primary key, from 1; 0 when it is no part of it.
    bool autoincrement = false;
    bool unique = false;
    bool has_default_fn =
        false;  // comparing a function pointer with null in a constant is a g++ warning
    bool has_on_update = false;
    generator_function default_fn = nullptr;
    generator_function on_update = nullptr;
    default_definition default_value{};
    std::string_view generated_sql{};  ///< Empty: an ordinary column.
    generated_kind generated{};
    std::string_view old_name{};  ///< What it was called before; empty: always so.

    [[nodiscard]] constexpr bool is_generated() const { return !generated_sql.empty(); }
    [[nodiscard]] constexpr bool has_default() const {
        return default_value.kind != default_kind::none;
    }
    /// An INSERT may leave the column out.
    [[nodiscard]] constexpr bool may_be_omitted() const {
        return nullable || autoincrement || has_default_fn || has_default() || is_generated();
    }
};

struct index_definition {
    std::string_view name;
    std::string_view where{};
    std::string_view expression{};
    bool unique = false;
    detail::column_positions columns{};
};

struct foreign_key_definition {
    detail::column_positions columns{};
    std::string_view parent_table{};            ///< Empty: the table itself.
    const column_definition* parent = nullptr;  ///< The parent's columns.
    detail::column_positions parent_columns{};
    foreign_key_action on_delete{};
    foreign_key_action on_update{};
};

struct check_definition {
    std::string_view name;
    std::string_view condition;
};

/// A table without its row type, for code that is compiled once: migrations, tools.
struct table_view {
    std::string_view name;
    std::span<const column_definition> columns;
    std::span<const index_definition> indexes{};
    std::span<const foreign_key_definition> foreign_keys{};
    std::span<const check_definition> checks{};
    std::string_view old_name{};  ///< What it was called before; empty: always so.
};

namespace detail {

/// As it stands after DEFAULT.
[[nodiscard]] std::string default_text(const default_definition& value);

template <class Row, std::size_t Index>
inline constexpr auto default_column_name = snake_case(field_name<Row, Index>);

/// Fails to compile; the compiler's message names the row and the field.
template <class Row, class Type, auto Field>
consteval void refuse_field_type() {
    static_assert(column_value<Type>,
                  "dormouse: this field of the row has a type that cannot be a column; wrap "
                  "structs, vectors and maps in dormouse::json<...>");
}

constexpr void refuse_equal_names(std::span<const column_definition> columns) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (!columns[i].name.empty() && columns[i].name == columns[j].name) {
                throw "dormouse: two columns of this table have the same name in SQL";
            }
        }
    }
}

template <class Row, std::size_t Index>
consteval column_definition column_of() {
    using value = field_type<Row, Index>;
    column_definition column;
    if constexpr (column_value<value>) {
        column.field = field_name<Row, Index>;
        column.name = default_column_name<Row, Index>.view();
        column.type = column_traits<value>::type;
        column.mode = column_traits<value>::mode;
        column.nullable = column_traits<value>::nullable;
    } else {
        refuse_field_type<Row, value, field_pointer<Row, Index>>();
    }
    return column;
}

}  // namespace detail
}  // namespace dormouse
