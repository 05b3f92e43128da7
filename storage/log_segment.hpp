// The commit log is kept in files of bounded size, so that what is no longer needed can be removed.
// A segment's header says where in the log it begins, and repeats what a reader of this segment
// alone must know: the classes of objects by number.
#pragma once

#include "storage/disk.hpp"
#include "storage/log_record.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dormouse {

inline constexpr std::uint32_t storage_format_version = 1;

struct segment_header {
    log_position start = 0;
    std::uint32_t epoch = 0;           ///< Grows with every opening of the node.
    std::vector<std::string> classes;  ///< By number.
};

/// A multiple of the page size; the first record follows.
[[nodiscard]] std::vector<std::byte> encode_segment_header(const segment_header& header);

struct decoded_segment_header {
    segment_header header;
    std::size_t bytes = 0;  ///< Its size in the file.
};

/// Nothing when there is no undamaged header. Errors: `errc::storage_failed` when it is of a newer
/// version than this program knows.
[[nodiscard]] std::optional<decoded_segment_header> decode_segment_header(
    std::span<const std::byte> bytes);

/// The same from the beginning of a file, of which no more is read.
[[nodiscard]] std::optional<decoded_segment_header> read_segment_header(const disk_file& file);

/// "seg-" and the start in 16 hexadecimal digits.
[[nodiscard]] std::string segment_name(log_position start);
[[nodiscard]] bool is_segment_name(std::string_view name);

/// A zeroed file that waits to become a segment.
inline constexpr std::string_view spare_segment_name = "spare";
/// A file that becomes a segment without having been zeroed.
inline constexpr std::string_view hasty_segment_name = "next";

/// The segment that is being written.
///
/// **Thread safety:** one writer; `prepare_spare` may run beside it.
class segment_writer {
public:
    segment_writer(disk& on, std::string directory, std::uint64_t segment_bytes);

    /// Begins a segment. What was written to the one before must be durable.
    void begin(const segment_header& header);
    /// Writes whole records at `position`, behind what was written before.
    void write(log_position position, std::span<const std::byte> records);
    void sync();
    /// It is time to begin the next segment: this one has its size, or was begun in a hurry, is
    /// slow to write and a better one is ready.
    [[nodiscard]] bool is_full(log_position position) const noexcept;

    /// Makes the next segment ready: a file of zeros, which costs half as much to write to as one
    /// that grows. Slow.
    void prepare_spare();

private:
    [[nodiscard]] std::unique_ptr<disk_file> take_spare();

    disk* disk_;
    std::string directory_;
    std::uint64_t segment_bytes_;
    std::unique_ptr<disk_file> file_;
    log_position start_ = 0;
    std::uint64_t header_bytes_ = 0;

    bool zeroed_ = false;  // this segment was a spare

    std::mutex spare_mutex_;
    std::unique_ptr<disk_file> spare_;
    std::atomic<bool> spare_ready_ = false;
};

}  // namespace dormouse
