// When a node does not start, or before anybody repairs it, somebody has to see what its directory
// holds: what the log says of which object, whether every byte is as it was written, what an object
// held an hour ago. A look must change nothing, not even what opening the node would change, and
// must show what the log has and the files do not. So recovery runs on the directory as usual, but
// everything it writes stays in memory.
#pragma once

#include <dormouse/bookmark.hpp>
#include <dormouse/storage_node.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace dormouse {

/// What the header of a record of the commit log says.
struct log_entry {
    std::string segment;       ///< The segment's file in `log/`.
    std::uint64_t offset = 0;  ///< In that file.
    std::uint64_t position = 0;
    std::uint64_t bytes = 0;
    std::chrono::system_clock::time_point time{};
    std::string_view
        kind;  ///< "changes", "create", "destroy", "checkpoint", "class", "adopt", "swap".

    std::string class_name{};  ///< Of the object, or of the class; empty: the catalog's, or none.
    std::string id{};          ///< Empty unless the record is about an object.
    std::uint32_t sequence = 0;
    std::uint32_t pages = 0;  ///< That the record changes.
    std::uint64_t redo = 0;   ///< Of a checkpoint: everything before is in the files.
};

/// The log as a whole.
struct log_summary {
    std::uint64_t segments = 0;
    std::uint64_t records = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t redo = 0;
    std::uint64_t torn_bytes = 0;  ///< Behind the end: what a crash cut off.
};

/// An object as the next start of the node would find it.
struct inspected_object {
    object_info known;
    bookmark now;
};

/// Which state of an object: the last, that of a bookmark, or the last before or at a time.
using object_moment = std::variant<std::monostate, bookmark, std::chrono::system_clock::time_point>;

enum class finding_kind : std::uint8_t {
    note,   ///< Worth knowing; the node deals with it.
    damage  ///< Something is not as it was written, or missing.
};

struct finding {
    finding_kind kind = finding_kind::note;
    std::string path;  ///< Relative to the data directory; ".": that as a whole.
    std::string text;
};

struct verification {
    std::uint64_t segments = 0;
    std::uint64_t records = 0;  ///< Of the log.
    std::uint64_t objects = 0;
    std::uint64_t archive_files = 0;
    std::uint64_t archived_records = 0;
    std::uint64_t notes = 0;
    std::uint64_t damages = 0;
};

/// Hears how far long work has come: a stage's name, and `done` of `total`.
using progress_listener =
    std::function<void(std::string_view stage, std::uint64_t done, std::uint64_t total)>;

/// A look into the directory of a node that does not run. It may be on a file system that cannot be
/// written. Takes memory for what the log has and the files do not.
///
/// **Thread safety:** confined. **Lifetime:** no node can open the directory meanwhile.
/// **Errors:** `errc::storage_failed`, naming segment and offset when the log is damaged.
class node_inspection {
public:
    /// Errors: `errc::storage_locked` when a node holds the directory, naming it;
    /// `errc::storage_failed` when it is no node's data directory.
    explicit node_inspection(const std::filesystem::path& directory);
    node_inspection(const node_inspection&) = delete;
    node_inspection& operator=(const node_inspection&) = delete;
    ~node_inspection();

    /// Calls `found` for each record of the log, in order: of a damaged log, those before the
    /// damage.
    log_summary read_log(const std::function<void(const log_entry&)>& found,
                         const progress_listener& progress = {}) const;

    /// Calls `found` for every object that meets `filter`, in the order of class and id.
    void visit(const object_filter& filter,
               const std::function<void(const inspected_object&)>& found);

    /// The object that `text` names: an id of 64 hexadecimal digits, or "CLASS/ID", or
    /// "CLASS/NAME". Errors: `errc::invalid_id` when there is none, or several.
    [[nodiscard]] object_key find(std::string_view text);

    /// Writes that state of the object to a new file, a plain SQLite database.
    /// Errors: `errc::invalid_bookmark` when it is not kept, naming what is; `errc::invalid_id`.
    void export_object(const object_key& key, const object_moment& at,
                       const std::filesystem::path& to, const progress_listener& progress = {});

    /// Reads everything: checksums of the log and the archives, SQLite's `integrity_check` of every
    /// object, and whether the catalog says what the files say. Calls `found` for whatever is not
    /// as it should be. Takes memory of the largest database's size.
    verification verify(const std::function<void(const finding&)>& found,
                        const progress_listener& progress = {});

private:
    class state;
    std::unique_ptr<state> state_;
};

}  // namespace dormouse
