// Some things are done to an object, not by it: taking it back in time, removing it, putting a file
// in its place. An operator does them from outside, whether the object is awake, asleep or unable
// to wake.
#pragma once

#include <dormouse/bookmark.hpp>
#include <dormouse/migration_status.hpp>
#include <dormouse/storage_node.hpp>

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace dormouse {

class host;
struct object_class;

/// A hold on one object. Each operation lets running calls end, within
/// `runtime_options::maintenance_grace`, after which they fail with `errc::object_reset`; puts the
/// object to sleep; works on its file; and lets calls that arrived meanwhile wake it.
///
/// **Thread safety:** thread-safe. **Lifetime:** shorter than its runtime. An operation does not
/// need the handle any more once it has been started. Must not be awaited by the object itself.
/// **Errors:** `errc::overloaded`, `errc::shutting_down`, `errc::storage_failed`.
class object_admin {
public:
    /// Made by the runtime.
    object_admin(host& on, const object_class& kind, std::string key)
        : host_(&on), kind_(&kind), key_(std::move(key)) {}

    /// What the node keeps of the object beside its pages; nothing when there is no such object.
    [[nodiscard]] boost::asio::awaitable<std::optional<object_info>> info() const;

    /// The end of its last turn.
    /// Errors: `errc::invalid_bookmark` when there is no such object.
    [[nodiscard]] boost::asio::awaitable<bookmark> current_bookmark() const;
    /// Takes the object back; answers the bookmark that undoes it. Failed attempts at migrating are
    /// forgotten.
    /// Errors: `errc::invalid_bookmark` when `mark` is another object's or not kept any more.
    [[nodiscard]] boost::asio::awaitable<bookmark> restore(bookmark mark) const;
    /// Removes the object and all its past, for good. The next call makes a new one.
    [[nodiscard]] boost::asio::awaitable<void> destroy() const;
    /// Makes the object what a SQLite database of any origin is, which is left as it is. Failed
    /// attempts at migrating are forgotten.
    [[nodiscard]] boost::asio::awaitable<void> import_file(std::filesystem::path from) const;

    // --- migrations. Each of these may be asked of an object that does not exist yet.

    /// How far the database has come, and how often it has failed to go on.
    /// Errors: `errc::migration_failed` for a journal of another tool that does not fit the list.
    [[nodiscard]] boost::asio::awaitable<dormouse::migration_status> migration_status() const;
    [[nodiscard]] boost::asio::awaitable<dormouse::migration_attempts> migration_attempts() const;
    /// What waking would apply. Errors: the same, and `migration_error` for a migration that was
    /// changed after it was applied.
    [[nodiscard]] boost::asio::awaitable<dormouse::migration_plan> migration_plan() const;
    /// Where to go back to: of an object whose migrations have failed, what they found. Nothing
    /// when no past is kept. Errors: `errc::invalid_bookmark` when there is no such object.
    [[nodiscard]] boost::asio::awaitable<std::optional<bookmark>> migration_bookmark() const;
    /// `restore`, by the name that durable-db has for it.
    [[nodiscard]] boost::asio::awaitable<bookmark> restore_to_bookmark(bookmark mark) const {
        return restore(mark);
    }
    /// Empties the database and cancels its alarm; the next call migrates it afresh. A bookmark
    /// from before brings everything back.
    [[nodiscard]] boost::asio::awaitable<void> destroy_database() const;
    /// Records every migration up to `last` as applied without running it, for a database whose
    /// tables were made in another way. Failed attempts at migrating are forgotten.
    /// Errors: `errc::invalid_arguments` when there is no such migration, naming those there are;
    /// `errc::migration_failed` when the schema is not the one that they make, naming every
    /// difference.
    [[nodiscard]] boost::asio::awaitable<void> baseline(std::string last) const;

private:
    host* host_;
    const object_class* kind_;
    std::string key_;
};

}  // namespace dormouse
