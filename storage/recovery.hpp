// After a crash the objects' files lack what only the log has. Recovery redoes the log from the
// last checkpoint on. It may be cut off at any moment and simply run again: everything it writes is
// what the log says, in absolute values.
#pragma once

#include "storage/commit_log.hpp"
#include "storage/disk.hpp"
#include "storage/object_facts.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dormouse {

/// What the log says of an object.
struct redone_object {
    object_facts facts;
    bool has_metadata = false;  ///< Else the catalog knows it.
    bool destroyed = false;
    bool created = false;            ///< What the catalog says belongs to an earlier object.
    std::vector<generation> copies;  ///< That the archive has, the oldest first.
};

struct recovery_report {
    log_start start;                   ///< Where the log goes on.
    std::uint64_t records = 0;         ///< Redone.
    std::uint64_t torn_bytes = 0;      ///< Behind the last whole record, cut off.
    std::vector<std::string> unknown;  ///< Files among the log's and the swaps that are not ours.
    std::map<object_identity, redone_object> objects;
    bool catalog_lost = false;  ///< There is no file of it.
};

/// Brings every object's file up to date, and the log to an end that can be gone on from. The files
/// are not synced. Blocks. Errors: `errc::storage_failed` when the log is damaged.
[[nodiscard]] recovery_report recover(disk& on, const std::string& root);

}  // namespace dormouse
