#include "cli/built_sources.hpp"

#include "migrations/digest.hpp"
#include "migrations/migration_history.hpp"
#include "migrations/project_file.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

namespace dormouse::cli {
namespace {

/// As `dormouse_add_databases` leaves them out.
bool is_left_out(const std::filesystem::path& relative) {
    return std::ranges::any_of(relative,
                               [](const auto& part) {
                                   const auto name = part.string();
                                   return name.starts_with('_') || name.starts_with('.');
                               }) ||
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

/// A tool may be taken to where only the data is.
bool has_project(const database_program& program) {
    return std::ranges::any_of(program.build.sources, [](const auto& source) {
        std::error_code absent;
        return std::filesystem::exists(source.path, absent);
    });
}

void compare_migrations(const database_program& program, const database_entry& entry,
                        std::vector<std::string>& changed) {
    const auto folder = program.directory / program.migrations / entry.file_name;
    const auto note = [&](std::string_view name, const char* what) {
        changed.push_back(path_in_project(program, folder / (std::string(name) + ".sql")) + what);
    };
    std::map<std::string_view, std::string_view> embedded;
    for (const auto& file : entry.migrations) {
        embedded.emplace(file.name, file.sql);
    }
    for (const auto& stored : read_migrations(folder)) {
        const auto known = embedded.find(stored.name);
        if (known == embedded.end()) {
            note(stored.name, " is new");
            continue;
        }
        if (known->second != stored.sql) {
            note(stored.name, " has changed");
        }
        embedded.erase(known);
    }
    for (const auto& [name, sql] : embedded) {
        note(name, " is gone");
    }
}

}  // namespace

std::vector<std::string> find_changed_embedded(const database_program& program) {
    if (!has_project(program)) {
        return {};
    }
    auto changed = find_changed_sources(program);
    for (const auto& entry : program.databases) {
        compare_migrations(program, entry, changed);
    }
    return changed;
}

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
