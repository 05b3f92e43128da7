#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/query_run.hpp>
#include <dormouse/error.hpp>

#include <sqlite3.h>

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

std::int64_t total_changes(const statement& of) {
    return sqlite3_total_changes64(sqlite3_db_handle(of.handle()));
}

void refuse_listed_text() {
    throw error(errc::invalid_arguments,
                "a text in the list holds the character zero, which a list cannot keep");
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
