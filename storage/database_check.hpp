// Whether a file is a sound database.
#pragma once

#include "storage/disk.hpp"

#include <string>

namespace dormouse {

/// What SQLite's `integrity_check` finds wrong with the database at `path`; empty: nothing. Takes
/// memory of the file's size.
[[nodiscard]] std::string find_fault(disk& on, const std::string& path);

}  // namespace dormouse
