// Reads single records out of the middle of the commit log.
#pragma once

#include "storage/disk.hpp"
#include "storage/log_record.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dormouse {

/// **Thread safety:** confined; segments may be removed meanwhile, the oldest first.
class log_reader {
public:
    /// `segments`: path by start.
    log_reader(disk& on, std::map<log_position, std::string> segments);

    /// The durable record at `position`; empty when that segment has been retired.
    /// Errors: `errc::storage_failed` when there is no undamaged record.
    [[nodiscard]] std::vector<std::byte> read(log_position position);

private:
    /// False when it has been removed.
    bool open_segment(log_position start, const std::string& path);

    disk* disk_;
    std::map<log_position, std::string> segments_;
    std::unique_ptr<disk_file> file_;
    log_position start_ = 0;
    std::uint64_t header_bytes_ = 0;
};

}  // namespace dormouse
