#include "tests/support/database_text.hpp"

namespace dormouse::test {
namespace {

std::vector<std::vector<std::string>> rows_of(lease& turn, const std::string& sql) {
    std::vector<std::vector<std::string>> rows;
    auto query = turn.prepare(sql);
    while (query->step()) {
        auto& row = rows.emplace_back();
        for (int column = 0; column < query->column_count(); ++column) {
            row.emplace_back(query->text(column));
        }
    }
    return rows;
}

std::string quoted(char mark, const std::string& text) {
    std::string result(1, mark);
    for (const char c : text) {
        result.append(c == mark ? 2 : 1, c);
    }
    return result + mark;
}

std::string columns_of(const query_runner& query, const std::string& table) {
    std::string columns;
    for (const auto& column :
         query("SELECT name FROM pragma_table_info(" + quoted('\'', table) + ")")) {
        columns.append(columns.empty() ? "" : ", ").append("quote(" + quoted('"', column[0]) + ")");
    }
    return columns;
}

}  // namespace

std::string text_of_database(const query_runner& query) {
    std::string text;
    const auto add = [&text](const std::vector<std::vector<std::string>>& rows) {
        for (const auto& row : rows) {
            for (const auto& value : row) {
                text.append(value).append("|");
            }
            text += '\n';
        }
    };
    add(query("PRAGMA user_version"));
    add(query("PRAGMA application_id"));
    add(query("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"));
    for (const auto& table : query("SELECT name FROM sqlite_schema WHERE type = 'table' "
                                   "AND sql IS NOT NULL ORDER BY name")) {
        const auto columns = columns_of(query, table[0]);
        text.append(table[0]).append(":\n");
        std::string rows = "SELECT ";
        rows.append(columns).append(" FROM ").append(quoted('"', table[0]));
        add(query(rows.append(" ORDER BY 1, ").append(columns)));
    }
    return text;
}

std::string text_of_database(object_storage& object) {
    auto turn = object.begin_turn();
    return text_of_database(
        query_runner([&](const std::string& sql) { return rows_of(turn, sql); }));
}

}  // namespace dormouse::test
