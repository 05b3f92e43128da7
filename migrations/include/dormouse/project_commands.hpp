// What a developer does with migrations, without a word printed: push a changed schema to the
// development objects, make a migration of it that is kept, see where things stand, begin afresh,
// and find out before a deployment whether everything works. The commands of `<program>-db` print
// what these functions return.
//
// Each works on the databases of a project that have tables, or on the one that is named. None
// leaves half of its work behind: what can be refused is refused before anything is written.
//
// **Thread safety:** thread-safe. Of those that change a project's files one works at a time, here
// or in another process; a second is refused with `errc::storage_locked`, naming the first.
// **Errors:** `errc::unknown_database` for a name that is none, listing those there are;
// `errc::migration_failed` when what is declared cannot be created, or the change to it fails on an
// empty database, when `_snapshot.json` or `state.json` is corrupt, or when two migrations were
// made from the same state; `errc::invalid_arguments` for hints that name nothing, and for a
// trigger or view that the change would break; `errc::storage_failed` naming a file. The text says
// what to do.
#pragma once

#include <dormouse/migration_hints.hpp>
#include <dormouse/project.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace dormouse {

// In every options: `database` empty means all, and `verbose` that the project's log is told each
// step as `log_level::info` instead of `debug`.

struct push_options {
    std::string database{};
    migration_hints hints{};  ///< For one database: name it when several have tables.
    bool verbose = false;
};

struct push_result {
    std::string database;
    std::string migration;                ///< `dev_<hash>`; empty: the schema is production's.
    std::vector<std::string> statements;  ///< Of the change.
    bool changed = false;                 ///< Something was written.
    bool needs_reset = false;             ///< Of objects that have applied the one before.
    std::vector<std::string> remarks;     ///< What whoever pushes should know, a sentence each.
};

/// Makes each database's one development migration, and remembers the push. An equal one is not
/// written again.
[[nodiscard]] std::vector<push_result> push(const project& in, const push_options& options = {});
[[nodiscard]] push_result push_one(const project& in, const declared_database& database,
                                   const push_options& options = {});

struct generate_options {
    std::string database{};
    std::string name{};       ///< Stands behind the time in the file's name; may be empty.
    migration_hints hints{};  ///< As in `push_options`.
    bool verbose = false;
};

struct generate_result {
    std::string database;
    std::string migration;  ///< Its name; empty: nothing to generate.
    std::filesystem::path file;
    std::vector<std::string> statements;
    bool needs_reset = false;       ///< Of objects that have applied the development migration.
    bool derived_snapshot = false;  ///< A lost `_snapshot.json` was made again.
    std::vector<std::string> remarks;
};

/// Writes migrations to keep, `<YYYYMMDDHHMMSS>[_<name>].sql`, and the snapshots with them; the
/// development migrations, which they replace, go.
/// Errors: `errc::invalid_arguments`, too, for a name that is no file name, or when the clock is
/// behind the newest migration.
[[nodiscard]] std::vector<generate_result> generate(const project& in,
                                                    const generate_options& options = {});
[[nodiscard]] generate_result generate_one(const project& in, const declared_database& database,
                                           const generate_options& options = {});

struct status_options {
    std::string database{};
    migration_hints hints{};  ///< As in `push_options`.
    bool verbose = false;
};

struct database_status {
    std::string database;
    std::string own_epoch;  ///< Empty: the project's.
    std::size_t production_migrations = 0;
    std::size_t dev_migrations = 0;
    bool production_changed = false;   ///< Since the last push.
    std::vector<std::string> pending;  ///< Statements that are in no production migration.
    std::string last_push;             ///< ISO 8601; empty: never.
};

struct status_result {
    std::string epoch;  ///< Empty: none has begun yet.
    std::vector<database_status> databases;
};

/// Where every database stands. Changes nothing.
[[nodiscard]] status_result status(const project& in, const status_options& options = {});

struct reset_options {
    std::string database{};
    bool keep_epoch = false;
    /// Also destroys the development objects, for good, in the project's data directory.
    bool purge_local_storage = false;
    bool verbose = false;
};

struct reset_result {
    std::string new_epoch;               ///< Empty: kept. There may be none to keep.
    std::vector<std::string> databases;  ///< That were reset.
    std::vector<std::filesystem::path>
        purged;  ///< Folders of classes whose objects were destroyed.
};

/// Removes development migrations, and begins a new epoch: each object is another one, empty, on
/// its next call. A database that is named gets an epoch of its own.
/// Errors: with `purge_local_storage` also `errc::storage_locked` while a program holds the data
/// directory; then nothing has been changed.
[[nodiscard]] reset_result reset(const project& in, const reset_options& options = {});

struct reset_and_push_result {
    reset_result reset;
    std::vector<push_result> push;
};

/// Both, the second with the same database.
[[nodiscard]] reset_and_push_result reset_and_push(const project& in,
                                                   const reset_options& options = {});

struct validate_options {
    std::string database{};
    bool no_dev = false;  ///< Leaves development migrations out.
    bool verbose = false;
};

/// A statement that fails, a trigger or view that cannot run afterwards, or what keeps all
/// statements from being run.
struct validation_error {
    std::string migration;  ///< Empty: about the database as a whole.
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
    /// `[missing] table users: column bio`: what the migrations make, against what is declared and,
    /// for those of production, against what `_snapshot.json` says. After statements that fail it
    /// lists what these would have made, too.
    std::vector<std::string> drift;
    std::vector<std::string> snapshot_drift;

    [[nodiscard]] bool migrations_run() const {
        return errors.empty() && broken_references.empty();
    }
    [[nodiscard]] bool schema_matches() const { return drift.empty() && snapshot_drift.empty(); }
    [[nodiscard]] bool valid() const { return migrations_run() && schema_matches(); }
};

/// Runs all migrations on an empty database, statement by statement past those that fail, and
/// compares what they make with what is declared. What is wrong with a database is in its result;
/// thrown is only what concerns none.
[[nodiscard]] std::vector<validation_result> validate(const project& in,
                                                      const validate_options& options = {});
[[nodiscard]] validation_result validate_one(const project& in, const declared_database& database,
                                             const validate_options& options = {});

}  // namespace dormouse
