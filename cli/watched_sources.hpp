// Which files a program is built from that a developer edits, and whether one has changed.
#pragma once

#include <dormouse/database_tool.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

namespace dormouse::cli {

/// The sources the build knows of, and what lies in the program's source folder, its migrations and
/// `more`, at any depth; hidden files and folders, and the backups of editors, are left out.
///
/// Looks at times and sizes, so it works on every file system, and sees files that come and go.
///
/// **Thread safety:** confined.
class watched_sources {
public:
    watched_sources(const database_program& program,
                    const std::vector<std::filesystem::path>& more);

    /// Since the last call, or since the beginning.
    [[nodiscard]] bool changed();

private:
    /// Time of the last change and size.
    using state =
        std::map<std::filesystem::path, std::pair<std::filesystem::file_time_type, std::uintmax_t>>;
    [[nodiscard]] state look() const;

    std::vector<std::filesystem::path> files_;
    std::vector<std::filesystem::path> folders_;
    state seen_;
};

}  // namespace dormouse::cli
