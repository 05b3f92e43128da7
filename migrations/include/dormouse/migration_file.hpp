// A program carries its migrations inside, so that an object can be brought up to date wherever it
// wakes.
#pragma once

#include <string_view>

namespace dormouse {

/// One embedded migration.
struct migration_file {
    std::string_view name;  ///< The file's name without ".sql". Files are applied in order of name.
    std::string_view sql;
};

}  // namespace dormouse
