// Runs a migration's SQL statement by statement, so that an error can name the one that failed.
#pragma once

#include <dormouse/error.hpp>
#include <dormouse/lease.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace dormouse {

/// Thrown by `run_statements`.
struct statement_failure {
    std::size_t statement = 0;  ///< Counts from 1.
    std::string sql;            ///< Without its semicolon.
    std::string cause;
};

/// The disk or the memory has failed, not the migration: trying again may help.
[[nodiscard]] bool is_of_surroundings(const error& failure);

/// Runs every statement of `sql`. Throws `statement_failure`, and `error` of the surroundings.
///
/// A query whose only column is named by `row_check_name` refuses the migration when it finds rows.
/// One that is a mark of `migrations/rebuild_marks.hpp` is followed.
/// `PRAGMA foreign_keys` is passed over: SQLite ignores it in a transaction, and the runner has
/// lifted them already.
void run_statements(lease& turn, std::string_view sql);

/// SQLite's own words, as durable-db shows them: without the name of the code behind them.
[[nodiscard]] std::string without_code(std::string message);

}  // namespace dormouse
