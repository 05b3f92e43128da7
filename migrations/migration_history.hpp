// The migrations of one database, as they lie in the project: `.sql` files in order of name, and
// the snapshot of the schema they make. Two people who generate a migration from the same state
// each write a file and a snapshot; whichever way version control merges them, one of both is not
// in the snapshot. So every generated file says which snapshot it made, and from which one.
#pragma once

#include "migrations/snapshot.hpp"

#include <dormouse/lease.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

struct stored_migration {
    std::string name;  ///< Of the file, without ".sql".
    std::string sql;
};

struct migration_history {
    std::filesystem::path directory;
    std::vector<stored_migration> migrations;
    std::optional<schema_snapshot> snapshot;  ///< Of `_snapshot.json`, if there is one.
};

/// What stands at the top of a generated migration.
[[nodiscard]] std::string snapshot_note(const schema_snapshot& made);

/// It has such a note, so nobody wrote it by hand.
[[nodiscard]] bool is_generated(const stored_migration& migration);

/// The `.sql` files of a directory, in order of name, but for hidden ones. None when there is no
/// directory. Errors: `errc::storage_failed` naming what cannot be read.
[[nodiscard]] std::vector<stored_migration> read_migrations(const std::filesystem::path& directory);

/// Errors: `errc::migration_failed` when `_snapshot.json` is corrupt or not the last migration's,
/// or when the files show that one is missing, or that two were generated from the same state; it
/// says what to do.
[[nodiscard]] migration_history read_history(const std::filesystem::path& directory);

/// The schema after all migrations: the snapshot, or what running them makes when it is lost.
/// Errors: `errc::migration_failed` naming the statement that fails.
[[nodiscard]] schema_snapshot schema_after(const migration_history& history);

/// Runs all migrations. Errors: `errc::migration_failed` naming the statement that fails.
void replay(lease& turn, const std::vector<stored_migration>& migrations);

}  // namespace dormouse
