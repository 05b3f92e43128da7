#include "cli/watched_sources.hpp"

#include <string>
#include <system_error>

namespace dormouse::cli {
namespace {

bool is_left_out(const std::filesystem::path& path) {
    const auto name = path.filename().string();
    return name.starts_with('.') || name.ends_with('~');
}

/// `src` of `src/databases`: a program has more sources than those of its databases.
std::filesystem::path source_folder(const database_program& program) {
    const auto above = program.sources.parent_path();
    return program.directory / (above.empty() ? program.sources : above);
}

template <class Found>
void visit_files(const std::filesystem::path& folder, const Found& found) {
    std::error_code absent;
    std::filesystem::recursive_directory_iterator at(folder, absent);
    const std::filesystem::recursive_directory_iterator end;
    for (; !absent && at != end; at.increment(absent)) {
        if (is_left_out(at->path())) {
            at.disable_recursion_pending();
        } else if (std::error_code gone; at->is_regular_file(gone)) {
            found(at->path());
        }
    }
}

}  // namespace

watched_sources::watched_sources(const database_program& program,
                                 const std::vector<std::filesystem::path>& more)
    : files_{program.directory / "CMakeLists.txt"},
      folders_{source_folder(program), program.directory / program.migrations} {
    for (const auto& source : program.build.sources) {
        files_.emplace_back(source.path);
    }
    files_.insert(files_.end(), program.build.program.begin(), program.build.program.end());
    folders_.insert(folders_.end(), more.begin(), more.end());
    seen_ = look();
}

bool watched_sources::changed() {
    auto now = look();
    const bool different = now != seen_;
    seen_ = std::move(now);
    return different;
}

watched_sources::state watched_sources::look() const {
    state found;
    const auto add = [&found](const std::filesystem::path& path) {
        std::error_code gone;
        const auto time = std::filesystem::last_write_time(path, gone);
        const auto size = std::filesystem::file_size(path, gone);
        if (!gone) {
            found[path] = {time, size};
        }
    };
    for (const auto& file : files_) {
        add(file);
    }
    for (const auto& folder : folders_) {
        visit_files(folder, add);
    }
    return found;
}

}  // namespace dormouse::cli
