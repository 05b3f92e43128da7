// What a developer does with migrations, without a word printed: push a changed schema to the
// development objects, make a migration of it that is kept, see where things stand, and find out
// before a deployment whether everything works.
//
// A database without tables has nothing to migrate; callers pass it over.
#pragma once

#include "migrations/schema_diff.hpp"

#include <dormouse/table_description.hpp>
#include <dormouse/timestamp.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dormouse {

/// Where a project keeps its migrations.
struct project_paths {
    std::filesystem::path migrations;  ///< `migrations`: a directory for each database in it.
    std::filesystem::path cache;       ///< `.dormouse`
};

/// One database, as the program declares it.
struct declared_database {
    std::string name;
    std::vector<table_description> tables;
};

/// What a person adds to a command.
struct command_hints {
    std::vector<std::string> renames;  ///< See `rename_in_schema`.
    std::vector<fill_hint> fills;
};

struct push_result {
    std::string database;
    std::string migration;       ///< `dev_<hash>`; empty: the schema is production's.
    std::size_t statements = 0;  ///< Of the change.
    bool changed = false;        ///< Something was written.
    std::vector<std::string> remarks;
};

/// Makes the database's one development migration, and remembers the push. An equal one is not
/// written again.
/// Errors: those of `read_history`, `diff_schemas` and `dev_cache`.
push_result push_one(const project_paths& paths, const declared_database& database,
                     const command_hints& hints, timestamp now);

struct generate_request {
    std::string name;  ///< Stands behind the time in the file's name; may be empty.
    command_hints hints;
};

struct generate_result {
    std::string database;
    std::string migration;  ///< Its name; empty: nothing to generate.
    std::filesystem::path file;
    std::size_t statements = 0;
    std::vector<std::string> remarks;
};

/// Writes a migration to keep, `<YYYYMMDDHHMMSS>[_<name>].sql`, and the snapshot with it; the
/// development migration, which it replaces, goes.
/// Errors: as `push_one`; `errc::invalid_arguments` for a name that is no file name, or when the
/// clock is behind the newest migration.
generate_result generate_one(const project_paths& paths, const declared_database& database,
                             const generate_request& request, timestamp now);

struct status_result {
    std::string database;
    std::size_t production_migrations = 0;
    std::size_t dev_migrations = 0;
    bool production_changed = false;   ///< Since the last push.
    std::vector<std::string> pending;  ///< Statements that are in no production migration.
    std::string last_push;             ///< ISO 8601; empty: never.
};

/// Errors: as `push_one`.
[[nodiscard]] status_result status_one(const project_paths& paths,
                                       const declared_database& database,
                                       const command_hints& hints, timestamp now);

/// A statement that fails.
struct validation_error {
    std::string migration;
    std::size_t chunk = 0;
    std::string statement;
    std::string message;
};

struct validation_result {
    std::string database;
    std::size_t migrations = 0;
    bool includes_dev = false;
    std::vector<validation_error> errors;
    std::vector<std::string> broken_references;  ///< "posts row 3 refers to no row of users"
    /// See `find_drift`; looked for only when there are no errors.
    std::vector<std::string> drift;

    [[nodiscard]] bool valid() const {
        return errors.empty() && broken_references.empty() && drift.empty();
    }
};

enum class dev_migrations : std::uint8_t { included, left_out };

/// Runs all migrations on an empty database, statement by statement past those that fail, and
/// compares what they make with what is declared.
/// Errors: those of `read_history`.
[[nodiscard]] validation_result validate_one(const project_paths& paths,
                                             const declared_database& database,
                                             dev_migrations which);

}  // namespace dormouse
