#include "tests/conformance/memory_database.hpp"

#include <memory>
#include <stdexcept>

namespace conformance {
namespace {

using compiled_statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

compiled_statement compile(sqlite3* database, std::string_view sql, const char** rest) {
    sqlite3_stmt* compiled = nullptr;
    if (sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &compiled, rest) !=
        SQLITE_OK) {
        throw std::runtime_error(sqlite3_errmsg(database));
    }
    return {compiled, sqlite3_finalize};
}

bool step(sqlite3* database, sqlite3_stmt* running) {
    const int code = sqlite3_step(running);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        throw std::runtime_error(sqlite3_errmsg(database));
    }
    return code == SQLITE_ROW;
}

std::string text_of(sqlite3_stmt* row, int column) {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(row, column));
    return {bytes == nullptr ? "" : bytes,
            static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
}

std::string quoted_as(char quote, std::string_view text) {
    std::string out(1, quote);
    for (const char c : text) {
        out.append(c == quote ? 2 : 1, c);
    }
    return out + quote;
}

}  // namespace

memory_database::memory_database() {
    if (sqlite3_open(":memory:", &database_) != SQLITE_OK) {
        throw std::runtime_error("no database in memory");
    }
}

memory_database::~memory_database() {
    sqlite3_close(database_);
}

void memory_database::execute(std::string_view sql) {
    while (!sql.empty()) {
        const char* rest = nullptr;
        const auto compiled = compile(database_, sql, &rest);
        sql.remove_prefix(static_cast<std::size_t>(rest - sql.data()));
        while (compiled && step(database_, compiled.get())) {
        }
    }
}

std::string memory_database::query_value(std::string_view sql) {
    const auto compiled = compile(database_, sql, nullptr);
    return step(database_, compiled.get()) ? text_of(compiled.get(), 0) : std::string();
}

// Blobs have no JSON; they are shown as {"$blob": hexadecimal digits}.
std::string memory_database::rows_as(std::string_view function, std::string_view table) {
    const auto columns = compile(
        database_, "SELECT name FROM pragma_table_xinfo(" + quoted_as('\'', table) + ")", nullptr);
    std::string values;
    while (step(database_, columns.get())) {
        const auto name = text_of(columns.get(), 0);
        const auto value = quoted(name);
        values += values.empty() ? "" : ", ";
        if (function == "json_object") {
            values.append(quoted_as('\'', name)).append(", ");
        }
        values.append("CASE typeof(").append(value);
        values.append(") WHEN 'blob' THEN json_object('$blob', lower(hex(").append(value);
        values.append("))) ELSE ").append(value).append(" END");
    }
    return query_value("SELECT json_group_array(" + std::string(function) + "(" + values +
                       ")) FROM " + quoted(table));
}

std::string memory_database::rows_as_arrays(std::string_view table) {
    return rows_as("json_array", table);
}

std::string memory_database::rows_as_objects(std::string_view table) {
    return rows_as("json_object", table);
}

std::string quoted(std::string_view name) {
    return quoted_as('`', name);
}

}  // namespace conformance
