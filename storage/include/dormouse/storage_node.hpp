// A program has thousands of small databases and one disk. The storage node is that disk: it opens
// an object's database, orders the commits of all objects, and says when each is safe.
#pragma once

#include <dormouse/lease.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace dormouse {

/// Which database: its place on disk is `<class_name>/<first byte of id>/<id>.sqlite`.
struct object_key {
    std::string class_name;
    std::string id;    ///< 64 hexadecimal digits.
    std::string name;  ///< What the object was called when first woken; may be empty.
};

/// Runs blocking storage work away from the objects' loops, in the order given.
class background_runner {
public:
    /// Never runs `work` before it returns: the caller may hold a lock that `work` takes.
    virtual void run_later(std::function<void()> work) = 0;

protected:
    ~background_runner() = default;
};

struct storage_options {
    std::filesystem::path directory;
    std::string vfs;  ///< SQLite's name of the file system to use; empty: the system's own.
    /// The clock that deadlines of leases are in.
    std::function<std::chrono::steady_clock::time_point()> ticks = std::chrono::steady_clock::now;
};

/// One object's open database.
///
/// **Thread safety:** actor-confined, except that the node's background work syncs it.
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

private:
    friend class storage_node;
    explicit object_storage(std::unique_ptr<connection> opened) noexcept;
    std::unique_ptr<connection> connection_;
};

/// The disk of one runtime.
///
/// **Thread safety:** thread-safe. **Lifetime:** outlives every `object_storage` it opened.
class storage_node {
public:
    /// Takes the directory, creating it if needed. Blocks.
    /// Errors: `errc::storage_locked` when another process holds it, `errc::storage_failed`.
    storage_node(storage_options options, background_runner& background);
    storage_node(const storage_node&) = delete;
    storage_node& operator=(const storage_node&) = delete;
    ~storage_node();

    /// Opens the database, creating it when it does not exist. Blocks. One opening per key at a
    /// time. Errors: `errc::storage_failed`.
    [[nodiscard]] std::unique_ptr<object_storage> open(const object_key& key);

    /// Closes in the background, leaving one plain `.sqlite` file; then calls `closed`, on the
    /// background.
    void close(std::unique_ptr<object_storage> storage, std::function<void()> closed);

    /// Calls `action` once every commit up to `position` is durable: at once if it is, otherwise on
    /// the background, in order of position. `failed` is true when the node can no longer make it
    /// durable.
    void when_durable(ticket position, std::function<void(bool failed)> action);

private:
    class state;
    std::unique_ptr<state> state_;
};

}  // namespace dormouse
