// The commit log as a list of what its records are.
#pragma once

#include "storage/disk.hpp"
#include "storage/log_scan.hpp"

#include <dormouse/node_inspection.hpp>

#include <functional>
#include <string>

namespace dormouse {

struct listed_log {
    log_summary summary;
    std::vector<std::string> unknown;  ///< Names in the log's directory that are not ours.
};

/// Calls `found` for each record, in order. `progress` hears of bytes.
/// Errors: `errc::storage_failed` when the log is damaged, behind the records before the damage.
listed_log list_log(disk& on, const std::string& directory,
                    const std::function<void(const log_entry&)>& found,
                    const progress_listener& progress);

}  // namespace dormouse
