// A program has thousands of small databases and one disk. The storage node is that disk: it opens
// an object's database, orders the commits of all objects, and says when each is safe.
#pragma once

#include <dormouse/lease.hpp>
#include <dormouse/log.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace dormouse {

/// Which database: its place on disk is `<class_name>/<first byte of id>/<id>.sqlite`.
struct object_key {
    std::string class_name;
    std::string id;    ///< 64 hexadecimal digits.
    std::string name;  ///< What the object was called when first woken; may be empty.
};

/// What must not wait for what: a commit never waits until a file has been brought up to date.
enum class background_lane : std::uint8_t {
    commits,     ///< Makes commits durable.
    maintenance  ///< Everything that may take its time.
};

/// Runs blocking storage work away from the objects' loops, each lane in the order given.
class background_runner {
public:
    /// Never runs `work` before it returns: the caller may hold a lock that `work` takes.
    virtual void run_later(background_lane lane, std::function<void()> work) = 0;

protected:
    ~background_runner() = default;
};

class disk;

struct storage_options {
    std::filesystem::path directory;
    std::shared_ptr<disk> on{};  ///< For tests; null: the disk of this machine.
    /// The clock that deadlines of leases are in.
    std::function<std::chrono::steady_clock::time_point()> ticks = std::chrono::steady_clock::now;
    /// The clock that commits are dated by.
    std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
    std::shared_ptr<log_sink> log{};  ///< Null is silent.

    std::uint64_t segment_bytes = std::uint64_t{64} << 20;  ///< Of one file of the commit log.
    std::size_t idle_connections_max = 64;
    std::size_t turn_bytes_max = std::size_t{256} << 20;  ///< Of the pages one turn changes.
    /// Above so many bytes of changed pages a turn is committed as a new file of the object, which
    /// takes as long as writing that takes twice: history keeps a copy.
    std::size_t record_bytes_max = std::size_t{32} << 20;
    /// Of all pages that wait in memory for a checkpoint, and of all commits that wait for the
    /// disk. Above, turns that write fail with `errc::overloaded`.
    std::size_t overlay_bytes_max = std::size_t{256} << 20;
    std::size_t waiting_bytes_max = std::size_t{64} << 20;
    /// Turns that write fail with `errc::storage_full` while the disk has less left. Not given: two
    /// segments.
    std::optional<std::uint64_t> free_bytes_min{};
    std::size_t checkpoint_pages = 64;  ///< Changed pages at which an object's file is updated.

    /// How far back every object can be taken: no longer than this (0: not at all), and no more
    /// than so many bytes or databases' sizes, whichever is more.
    std::chrono::hours history_age_max{24 * 30};
    std::uint64_t history_bytes_min = std::uint64_t{1} << 20;
    std::uint64_t history_databases_max = 4;
};

/// One object's open database.
///
/// **Thread safety:** actor-confined.
/// **Lifetime:** shorter than its node. Close it through `storage_node::close`.
class object_storage {
public:
    object_storage(const object_storage&) = delete;
    object_storage& operator=(const object_storage&) = delete;
    ~object_storage();

    /// Begins a turn. No I/O happens until the first statement. One lease at a time.
    [[nodiscard]] lease begin_turn();

    /// Switches foreign key enforcement, which SQLite allows only between transactions.
    void enforce_foreign_keys(bool enforced);

    /// Keeps no file open until the next turn. Between turns; for objects that may have none for
    /// long.
    void close_file();

private:
    friend class storage_node;
    explicit object_storage(std::unique_ptr<object_database> opened) noexcept;
    std::unique_ptr<object_database> database_;
};

/// What the node knows of an object without opening it.
struct object_info {
    std::string class_name;
    std::string id;
    object_metadata metadata;
    std::uint64_t bytes = 0;    ///< Of its file, when that was last brought up to date.
    std::uint32_t commits = 0;  ///< By then.
    std::chrono::system_clock::time_point last_commit{};
};

/// Which objects to list: those that meet every condition given.
struct object_filter {
    std::string class_name{};  ///< Empty: all.
    std::string name_prefix{};
    std::optional<object_state> state{};
    std::optional<std::string> version{};
    std::uint64_t bytes_min = 0;
    std::optional<std::chrono::system_clock::time_point> alarm_until{};  ///< It has one, by then.
    std::int64_t limit = -1;                                             ///< Negative: none.
};

/// The disk of one runtime.
///
/// **Thread safety:** thread-safe. **Lifetime:** outlives every `object_storage` it opened.
class storage_node {
public:
    /// Takes the directory, creating it if needed, and recovers what a crash left. Blocks.
    /// Errors: `errc::storage_locked` when another process holds it, `errc::storage_failed`; among
    /// them that the commit log is damaged.
    storage_node(storage_options options, background_runner& background);
    storage_node(const storage_node&) = delete;
    storage_node& operator=(const storage_node&) = delete;
    /// Brings the files of all objects up to date. No background work may be left to run; neither
    /// that nor the clocks are used any more.
    ~storage_node();

    /// Opens the database, creating it when it does not exist. Blocks. One opening per key at a
    /// time. Errors: `errc::storage_failed`.
    [[nodiscard]] std::unique_ptr<object_storage> open(const object_key& key);

    /// Closes once its last commit is durable, leaving one plain `.sqlite` file; then calls
    /// `closed`, on the background.
    void close(std::unique_ptr<object_storage> storage, std::function<void()> closed);

    /// The same, and returns when it is done. Blocks.
    void close_now(std::unique_ptr<object_storage> storage);

    /// Objects can be taken back in time.
    [[nodiscard]] bool keeps_history() const noexcept;

    // --- objects that are not open. These block.

    /// What the node keeps of the object; nothing when there is none.
    [[nodiscard]] std::optional<object_info> find(const object_key& key);
    /// The end of the object's last turn. Errors: `errc::invalid_bookmark` when there is no such.
    [[nodiscard]] bookmark current_bookmark(const object_key& key);
    /// Takes the object back; answers the bookmark that undoes it.
    /// Errors: `errc::invalid_bookmark` when `mark` is another object's or not kept any more.
    [[nodiscard]] bookmark restore(const object_key& key, const bookmark& mark);
    /// Removes the object and all its past, for good.
    void destroy(const object_key& key);
    /// Makes the object what a SQLite database of any origin is, which may be in use and is left as
    /// it is. Bookmarks from before stay valid. An alarm found in a database of workerd is kept.
    /// Errors: `errc::storage_failed` naming the file.
    void import_file(const object_key& key, const std::filesystem::path& from);

    /// Builds the object's file anew, without free pages. Between its turns. Blocks.
    /// Errors: `errc::storage_full` when there is no room for both files.
    void vacuum(object_storage& storage);

    /// Calls `found` for every object that meets `filter`, in the order of class and id.
    void visit(const object_filter& filter, const std::function<void(const object_info&)>& found);

    /// Calls `action` once every commit up to `position` is durable: at once if it is, otherwise on
    /// the background, in order of position. `failed` is true when the node can no longer make it
    /// durable.
    void when_durable(ticket position, std::function<void(bool failed)> action);

    [[nodiscard]] bool is_durable(ticket position) const noexcept;

    /// Returns when every commit up to `position` is durable, which the calling thread sees to
    /// itself unless another is at it. Errors: `errc::storage_failed`.
    void wait_durable(ticket position);

private:
    class state;
    std::shared_ptr<state> state_;
};

}  // namespace dormouse
