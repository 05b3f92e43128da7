// After a crash the log is what is known. Scanning reads it from its oldest segment to the first
// record that is not whole, and tells a torn end, which is what a crash leaves, from damage.
#pragma once

#include "storage/commit_log.hpp"

#include <functional>
#include <string>
#include <vector>

namespace dormouse {

struct log_scan {
    log_start found;
    log_position redo = log_begin;       ///< Of the last checkpoint.
    log_position last_segment = 0;       ///< Where the segment that holds the end begins; 0: none.
    std::uint64_t end_in_segment = 0;    ///< The end's offset in that segment's file.
    std::vector<std::string> removable;  ///< Paths of files that were to become segments.
    std::vector<std::string> unknown;    ///< Names in the directory that are none of ours.
};

using record_visitor = std::function<void(const record_view&)>;

/// Calls `visit` for every record, in order.
/// Errors: `errc::storage_failed` when a record is damaged that was durable once, naming segment
/// and offset.
[[nodiscard]] log_scan scan_log(disk& on, const std::string& directory,
                                const record_visitor& visit);

}  // namespace dormouse
