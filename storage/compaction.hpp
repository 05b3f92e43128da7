// Builds a database's file anew: without its free pages, or from a file of another program.
#pragma once

#include "storage/disk.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace dormouse {

/// Writes the database at `path` to `compacted`, without free pages and in order. Takes memory of
/// about three times its size. Errors: `errc::storage_failed`.
void compact_database(disk& on, const std::string& path, const std::string& compacted);

/// What workerd keeps of an object beside its database, in `metadata.sqlite` of the same directory.
struct imported_facts {
    std::string name;
    std::optional<std::chrono::system_clock::time_point> next_alarm;
};

/// Writes a copy of the SQLite database `from`, which may be in use, to `imported`: page for page
/// when its pages have the size of ours, else with its content. `scratch` is a path on a real disk
/// that is used meanwhile.
/// Errors: `errc::storage_failed` naming the file when it is no sound database.
imported_facts import_database(disk& on, const std::filesystem::path& from,
                               const std::string& imported, const std::string& scratch);

}  // namespace dormouse
