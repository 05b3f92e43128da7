// Reads single records out of the middle of the commit log.
#pragma once

#include "storage/disk.hpp"
#include "storage/log_record.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dormouse {

/// The record that `file` holds at `offset`, in the bytes of `buffer`, which grows as needed;
/// nothing when there is no undamaged one.
[[nodiscard]] std::optional<record_view> read_record(const disk_file& file, std::uint64_t offset,
                                                     std::vector<std::byte>& buffer);

/// **Thread safety:** confined; segments may be removed meanwhile, the oldest first.
class log_reader {
public:
    /// `segments`: path by start.
    log_reader(disk& on, std::map<log_position, std::string> segments);

    /// The durable record at `position`, until the next call; nothing when that segment has been
    /// retired. Errors: `errc::storage_failed` when there is no undamaged record.
    [[nodiscard]] std::optional<record_view> read(log_position position);

private:
    /// False when it has been removed.
    bool open_segment(log_position start, const std::string& path);

    disk* disk_;
    std::map<log_position, std::string> segments_;
    std::unique_ptr<disk_file> file_;
    log_position start_ = 0;
    std::uint64_t header_bytes_ = 0;
    std::vector<std::byte> bytes_;  // of the record read last
};

}  // namespace dormouse
