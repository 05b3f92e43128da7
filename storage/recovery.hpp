// After a crash the objects' files lack what only the log has. Recovery redoes the log from the
// last checkpoint on. It may be cut off at any moment and simply run again: everything it writes is
// what the log says, in absolute values.
#pragma once

#include "storage/commit_log.hpp"
#include "storage/disk.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dormouse {

struct recovery_report {
    log_start start;                   ///< Where the log goes on.
    std::uint64_t records = 0;         ///< Redone.
    std::uint64_t torn_bytes = 0;      ///< Behind the last whole record, cut off.
    std::vector<std::string> unknown;  ///< Names in the log's directory that are not ours.
};

/// Where an object's file is.
[[nodiscard]] std::string object_path(const std::string& root, const std::string& class_name,
                                      const binary_id& id);
[[nodiscard]] std::string log_directory(const std::string& root);

/// Brings every object's file up to date, and the log to an end that can be gone on from. Blocks.
/// Errors: `errc::storage_failed` when the log is damaged.
[[nodiscard]] recovery_report recover(disk& on, const std::string& root);

}  // namespace dormouse
