// RETURNING: the rows a statement has written. Part of <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/query_run.hpp>
#include <dormouse/detail/select_query.hpp>

#include <string>
#include <utility>

namespace dormouse::detail {

template <auto const& Table, class Columns>
using returned_row = typename row_of_columns<Columns, scope<Table>>::type;

/// A statement that writes, with RETURNING. No columns: the rows of the table.
template <auto const& Table, class Changes, class Columns>
class returning_query
    : public row_query<returning_query<Table, Changes, Columns>, returned_row<Table, Columns>> {
public:
    static constexpr bool writes = true;
    static constexpr std::size_t switches = Changes::switches + Columns::switches;

    returning_query(Changes changes, Columns columns)
        : changes_(std::move(changes)), columns_(std::move(columns)) {}

    [[nodiscard, gnu::cold]] std::string sql_text() const {
        std::string sql = changes_.sql_text() + " RETURNING ";
        if constexpr (Columns::empty) {
            append_all_columns(sql, Table, false);
        } else {
            columns_.template append_sql<scope<Table>>(sql);
        }
        return sql;
    }
    void bind_all(binder& to, generator_context& generators) const {
        changes_.bind_all(to, generators);
        columns_.bind(to);
    }
    void add_shape(query_shape& shape) const {
        changes_.add_shape(shape);
        columns_.add_shape(shape);
    }
    [[nodiscard]] db& database() const { return changes_.database(); }

private:
    Changes changes_;
    Columns columns_;
};

}  // namespace dormouse::detail
