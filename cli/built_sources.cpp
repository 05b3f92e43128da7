#include "cli/built_sources.hpp"

#include "migrations/digest.hpp"
#include "migrations/project_file.hpp"

#include <algorithm>
#include <set>
#include <system_error>

namespace dormouse::cli {
namespace {

/// As `dormouse_add_databases` leaves them out.
bool is_left_out(const std::filesystem::path& relative) {
    return std::ranges::any_of(relative,
                               [](const auto& part) { return part.string().starts_with('_'); }) ||
           relative.stem().string().ends_with("_test");
}

bool is_source(const std::filesystem::path& relative) {
    const auto extension = relative.extension();
    return (extension == ".hpp" || extension == ".cpp") && !is_left_out(relative);
}

/// Sources that the build does not know of.
std::vector<std::string> find_new_sources(const database_program& program) {
    std::set<std::filesystem::path> known;
    for (const auto& source : program.build.sources) {
        known.insert(std::filesystem::path(source.path).lexically_normal());
    }
    const auto directory = (program.directory / program.sources).lexically_normal();
    std::vector<std::string> found;
    std::error_code absent;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, absent)) {
        const auto& path = entry.path();
        if (entry.is_regular_file() && is_source(path.lexically_relative(directory)) &&
            !known.contains(path)) {
            found.push_back(path_in_project(program, path) + " is new");
        }
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace

std::vector<std::string> find_changed_sources(const database_program& program) {
    std::vector<std::string> changed;
    for (const auto& source : program.build.sources) {
        const auto text = read_project_file(source.path);
        if (!text || hex_digest(*text) != source.digest) {
            changed.push_back(path_in_project(program, source.path) +
                              (text ? " has changed" : " is gone"));
        }
    }
    if (!program.build.sources.empty()) {
        for (auto& one : find_new_sources(program)) {
            changed.push_back(std::move(one));
        }
    }
    return changed;
}

std::string path_in_project(const database_program& program, const std::filesystem::path& path) {
    const auto relative =
        path.lexically_normal().lexically_relative(program.directory.lexically_normal());
    const bool inside = !relative.empty() && *relative.begin() != "..";
    return inside ? relative.string() : path.string();
}

}  // namespace dormouse::cli
