#include "migrations/statements.hpp"

#include "migrations/rebuild_marks.hpp"
#include "migrations/row_check.hpp"
#include "migrations/sql_tokens.hpp"
#include "migrations/statement_split.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace dormouse {
namespace {

std::vector<sql_token> counting_tokens(std::string_view sql, std::size_t count_max) {
    std::vector<sql_token> tokens;
    while (!sql.empty() && tokens.size() < count_max) {
        if (const auto token = take_token(sql); token.counts()) {
            tokens.push_back(token);
        }
    }
    return tokens;
}

/// `PRAGMA foreign_keys=OFF`, as tools write it around a rebuilt table.
bool switches_foreign_keys(std::string_view sql) {
    const auto tokens = counting_tokens(sql, 3);
    return tokens.size() == 3 && tokens[0].is_word("pragma") && tokens[1].is_word("foreign_keys");
}

void run_one(lease& turn, std::string_view sql) {
    auto running = turn.prepare(sql);
    const std::string column(running->column_count() == 1 ? running->column_name(0)
                                                          : std::string_view());
    if (follow_rebuild_mark(turn, column)) {
        return;
    }
    const auto problem = checked_problem(column);
    if (!problem) {
        running->run();
        return;
    }
    while (running->step()) {
        if (const auto rows = running->integer(0); rows > 0) {
            throw error(errc::migration_failed, describe_refusal(*problem, rows));
        }
    }
}

}  // namespace

bool is_of_surroundings(const error& failure) {
    // SQLite's primary codes NOMEM, IOERR, FULL and CANTOPEN.
    static constexpr std::array sqlite_codes{7, 10, 13, 14};
    if (const auto* sql = dynamic_cast<const sql_error*>(&failure)) {
        return std::ranges::find(sqlite_codes, sql->extended_code() & 0xff) != sqlite_codes.end();
    }
    static constexpr std::array reasons{errc::overloaded, errc::storage_failed, errc::storage_full,
                                        errc::shutting_down};
    return std::ranges::find(reasons, failure.reason()) != reasons.end();
}

void run_statements(lease& turn, std::string_view sql) {
    std::size_t count = 0;
    for (const auto statement : split_statements(sql)) {
        ++count;
        if (switches_foreign_keys(statement)) {
            continue;
        }
        try {
            run_one(turn, statement);
        } catch (const error& failed) {
            if (is_of_surroundings(failed)) {
                throw;
            }
            throw statement_failure{count, std::string(statement), failed.what()};
        }
    }
}

std::string without_code(std::string message) {
    if (const auto code = message.rfind(": SQLITE_"); code != std::string::npos) {
        message.erase(code);
    }
    return message;
}

}  // namespace dormouse
