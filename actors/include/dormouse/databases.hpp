// A program's databases lie in its sources, not in a registry filled while the program starts. The
// build writes the list: `dormouse_add_databases()` generates the definition of `databases()`.
#pragma once

#include <dormouse/database.hpp>
#include <dormouse/migration_file.hpp>

#include <span>
#include <string_view>

namespace dormouse {

/// A database as the build found it.
struct database_entry {
    const database* definition;
    std::string_view file_name;  ///< Of the file that declares it, without extension.
    std::span<const migration_file> migrations;
};

/// The databases of this program by name; defined by the source that the build generates.
[[nodiscard]] std::span<const database_entry> databases();

}  // namespace dormouse
