#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/query_run.hpp>
#include <dormouse/error.hpp>

namespace dormouse::detail {

void refuse_row_count(bool none) {
    std::string text = "Expected exactly one result from SQL query, but got ";
    throw error(none ? errc::no_row : errc::several_rows,
                text + (none ? "no results." : "multiple results."));
}

void refuse_column_count(int wanted, int actual) {
    throw error(errc::invalid_state, "the query has " + std::to_string(actual) +
                                         " columns, but is read into " + std::to_string(wanted));
}

void require_turn(db& database, std::uint64_t turn) {
    if (database.current_lease().turn() != turn) {
        throw error(errc::turn_ended, "rows were read after the turn they belong to had ended");
    }
}

void append_identifier(std::string& sql, std::string_view name) {
    sql += quoted_identifier(name);
}

void append_all_columns(std::string& sql, const table_view& table, bool qualified) {
    std::string_view separator;
    for (const auto& column : table.columns) {
        sql += separator;
        if (qualified) {
            append_identifier(sql, table.name);
            sql += '.';
        }
        append_identifier(sql, column.name);
        separator = ", ";
    }
}

}  // namespace dormouse::detail
