#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/insert_source.hpp>
#include <dormouse/detail/query_run.hpp>
#include <dormouse/detail/text_query.hpp>
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

void append_insert(std::string& sql, const table_view& table, const insert_form* forms) {
    std::string names;
    std::string values;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (forms[i] == insert_form::omitted) {
            continue;
        }
        const auto& column = table.columns[i];
        append_identifier(names += names.empty() ? "" : ", ", column.name);
        values += values.empty() ? "" : ", ";
        values += forms[i] == insert_form::value
                      ? "?"
                      : "coalesce(?, " + default_text(column.default_value) + ")";
    }
    sql += "INSERT INTO ";
    append_identifier(sql, table.name);
    if (names.empty()) {
        sql += " DEFAULT VALUES";
    } else {
        sql.append(" (").append(names).append(") VALUES (").append(values).append(")");
    }
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
