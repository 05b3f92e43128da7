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

/// Something in a database that no migration it remembers has made.
struct untracked_schema {
    std::string object;    ///< "table users", "column users.bio"
    std::string baseline;  ///< The last migration that made the schema there; empty: none did.
    /// The last of those behind it that change only rows; empty: there are none. Whether the
    /// database has seen them, its schema does not tell.
    std::string baseline_with_rows{};
    /// The development migration that the database has applied and that another push has replaced;
    /// empty: none.
    std::string pushed{};
};

/// **Thread safety:** value.
class migration_error : public error {
public:
    explicit migration_error(migration_failure failure);
    [[nodiscard]] const migration_failure& failure() const noexcept { return failure_; }

protected:
    migration_error(migration_failure failure, const untracked_schema& found);

private:
    migration_failure failure_;
};

/// A migration was to create what is there already: the database had its tables before it had a
/// journal. The text says how to record that.
///
/// **Thread safety:** value.
class schema_conflict_error : public migration_error {
public:
    schema_conflict_error(migration_failure failure, untracked_schema found);
    [[nodiscard]] const untracked_schema& found() const noexcept { return found_; }

private:
    untracked_schema found_;
};

}  // namespace dormouse
