// Runs a migration's SQL statement by statement, so that an error can name the one that failed.
#pragma once

#include <dormouse/lease.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace dormouse {

/// Thrown by `run_statements`.
struct statement_failure {
    std::size_t statement = 0;  ///< Counts from 1.
    std::string sql;            ///< Trimmed.
    std::string cause;
};

/// Runs every statement of `sql`, cut apart by SQLite itself. Throws `statement_failure`.
void run_statements(lease& turn, std::string_view sql);

}  // namespace dormouse
