// A migration fails far from the person who wrote it. The error says which one, where in it, and
// what state the database is in.
#pragma once

#include <dormouse/error.hpp>

#include <cstddef>
#include <string>

namespace dormouse {

/// Where a migration failed, and why.
struct migration_failure {
    std::string name;       ///< The file's name, or the key of an inline migration.
    std::size_t chunk = 0;  ///< Counts the non-empty chunks of the migration from 0.
    std::size_t statement =
        0;            ///< Counts the statements of the chunk from 1; 0: not in a statement.
    std::string sql;  ///< The statement that failed.
    std::string cause;
    std::size_t applied_before = 0;  ///< How many migrations the database had before this attempt.
};

/// **Thread safety:** value.
class migration_error : public error {
public:
    explicit migration_error(migration_failure failure);
    [[nodiscard]] const migration_failure& failure() const noexcept { return failure_; }

private:
    migration_failure failure_;
};

}  // namespace dormouse
