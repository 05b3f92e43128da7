// While a program is developed, its schema changes many times before a migration is worth keeping.
// What `push` makes of it lives in a cache that is never committed: the epoch all development
// objects belong to, and one squashed migration for each database.
//
//     .dormouse/state.json                            epoch, and what was pushed when
//     .dormouse/lock                                  who is changing it, see `project_lock`
//     .dormouse/databases/<db>/_snapshot.json         the schema pushed last
//     .dormouse/databases/<db>/migrations/dev_<hash>.sql
#pragma once

#include "migrations/migration_history.hpp"
#include "migrations/snapshot.hpp"

#include <dormouse/timestamp.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// How the name of a development migration begins.
inline constexpr std::string_view dev_migration_prefix = "dev_";

/// What is known of one database since it was pushed.
struct pushed_database {
    std::string production_hash;  ///< Of the production schema the push was made from.
    std::string last_push;        ///< ISO 8601; empty: never.
    std::int64_t dev_migrations = 0;
    std::string own_epoch{};  ///< Empty: the one of all.
};

/// What `state.json` holds.
///
/// **Thread safety:** value.
struct dev_state {
    std::string epoch;
    std::map<std::string, pushed_database> databases;

    [[nodiscard]] const std::string& epoch_of(const std::string& database) const;
    /// Forgets what was pushed. An epoch of the database's own stays.
    void forget_push(const std::string& database);
    /// An epoch that was never used before, of `moment` if it can be.
    [[nodiscard]] std::string unused_epoch(timestamp moment) const;
};

/// **Thread safety:** one thread. **Errors:** `errc::storage_failed` naming the file.
class dev_cache {
public:
    explicit dev_cache(std::filesystem::path root) : root_(std::move(root)) {}

    /// Makes the directory, which brings its own `.gitignore`.
    void create() const;

    /// The state on disk; without one, a new state of a new epoch, which is saved at once.
    /// Errors: `errc::migration_failed` when the file is corrupt. A new epoch in its place would
    /// orphan every development database.
    [[nodiscard]] dev_state load(timestamp moment) const;
    /// The same, but nothing when there is none: writes nothing.
    [[nodiscard]] std::optional<dev_state> find() const;
    void save(const dev_state& state) const;

    /// None, or one; two when a push was interrupted.
    [[nodiscard]] std::vector<stored_migration> migrations(const std::string& database) const;
    /// What `replace` leaves, all of it and nothing else.
    [[nodiscard]] bool holds_only(const std::string& database, const std::string& name) const;
    /// Puts `migration` in the place of all others of the database.
    void replace(const std::string& database, const stored_migration& migration,
                 const schema_snapshot& schema) const;
    /// Removes the database's migrations and snapshot.
    void clear(const std::string& database) const;
    /// Removes those of every database, of such that are no more, too.
    void clear() const;

private:
    [[nodiscard]] std::filesystem::path directory(const std::string& database) const;

    std::filesystem::path root_;
};

}  // namespace dormouse
