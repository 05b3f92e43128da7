// Every object can go back in time. The log holds each object's records, linked one to the one
// before; when a segment of the log retires, they move to the object's archive: generations, each a
// copy of the file (unless the object began empty) and the records that came after. A past state is
// a copy with records redone on it.
#pragma once

#include "storage/catalog.hpp"
#include "storage/commit_log.hpp"
#include "storage/disk.hpp"
#include "storage/object_facts.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace dormouse {

struct retention_limits {
    std::uint64_t milliseconds = 0;  ///< Older states may be dropped.
    std::uint64_t bytes_min = 0;     ///< An object's archive may always take this much,
    std::uint64_t databases = 0;     ///< or so many times its database's size.
    /// What copies leave of the disk.
    std::uint64_t free_bytes_min = 0;
};

/// **Thread safety:** thread-safe; one call works at a time. **Errors:** `errc::storage_failed`.
class history {
public:
    history(disk& on, std::string root, commit_log& log, retention_limits limits);

    void use(catalog& known) noexcept { catalog_ = &known; }

    /// Keeps a durable copy of a file that the object has after the record `next.sequence`, because
    /// its past does not lead there. `note_copy` makes it known, once that record is in the log.
    /// Errors: `errc::storage_full`, too.
    [[nodiscard]] generation keep_copy(const object_identity& object, const object_progress& next,
                                       const std::string& file) const;
    void note_copy(const object_identity& object, const generation& copy);

    /// Moves the records before `position` to the archives. They are durable there, and may be
    /// removed from the log, once the disk has been synced and the catalog written. Only whole
    /// segments move: answers where the first that did not begins.
    [[nodiscard]] log_position archive_before(log_position position);

    /// The last record that is not later than `time`. Errors: `errc::invalid_bookmark`, naming the
    /// range.
    [[nodiscard]] object_progress find_time(const object_identity& object,
                                            const object_progress& now, std::uint64_t time);
    /// Errors: `errc::invalid_bookmark` when the state after record `sequence` is not kept, naming
    /// the range.
    void require_kept(const object_identity& object, const object_progress& now,
                      std::uint32_t sequence);
    /// Writes the state after record `sequence` to `path`. Not synced.
    void rebuild(const object_identity& object, const object_progress& now, std::uint32_t sequence,
                 const std::string& path);

    /// Removes an object's archive except some copies; the catalog still has to forget it.
    void remove_all(const object_identity& object, const std::vector<generation>& except = {});

private:
    class walk;
    struct retired_record {
        std::uint32_t sequence;
        log_position life;  ///< Position of the record it began with.
        std::uint64_t time;
        std::span<const std::byte> bytes;
    };

    [[nodiscard]] std::string path_of(const object_identity& object, std::uint32_t sequence,
                                      const char* suffix) const;
    void archive_segment(const std::string& path);
    void archive_records(catalog_row& row, std::vector<retired_record> records);
    [[nodiscard]] static std::size_t total_bytes(const std::vector<retired_record>& records);
    void append(catalog_row& row, const std::vector<retired_record>& records);
    void require_room(std::uint64_t bytes) const;
    void drop_copy(const std::string& path) const noexcept;
    void copy_file(const std::string& from, const std::string& to) const;
    void roll_over(catalog_row& row, std::uint64_t now);
    void remove(const object_identity& object, const generation& gone);
    void trim(catalog_row& row, std::uint64_t now);
    [[nodiscard]] std::uint64_t bytes_max(const catalog_row& row) const noexcept;

    std::mutex mutex_;
    disk* disk_;
    std::string root_;
    commit_log* log_;
    catalog* catalog_ = nullptr;
    retention_limits limits_;
};

}  // namespace dormouse
