#include "cli/served_databases.hpp"

#include "cli/built_sources.hpp"
#include "cli/passed_databases.hpp"
#include "migrations/project_file.hpp"

#include <dormouse/database.hpp>

#include <boost/regex.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

namespace dormouse::cli {
namespace {

/// Headers of the project that `source` includes: those beside it, and in the folder above the
/// databases, where their own are found, too.
std::vector<std::filesystem::path> find_included(const database_program& program,
                                                 const std::filesystem::path& source,
                                                 const std::string& text) {
    static const boost::regex include(R"re(^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)")re");
    const auto above = (program.directory / program.sources).parent_path();
    std::vector<std::filesystem::path> found;
    for (boost::sregex_iterator at(text.begin(), text.end(), include), end; at != end; ++at) {
        for (const auto& folder : {source.parent_path(), above}) {
            auto path = (folder / at->str(1)).lexically_normal();
            std::error_code absent;
            if (std::filesystem::is_regular_file(path, absent)) {
                found.push_back(std::move(path));
                break;
            }
        }
    }
    return found;
}

/// Of the program's sources, and of what they include.
std::string program_text(const database_program& program) {
    const auto& sources = program.build.program;
    std::vector<std::filesystem::path> files(sources.begin(), sources.end());
    std::string all;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto text = read_project_file(files[i]).value_or("");
        all += text + "\n";
        for (auto& path : find_included(program, files[i], text)) {
            if (std::ranges::find(files, path) == files.end()) {
                files.push_back(std::move(path));
            }
        }
    }
    return all;
}

/// A library that makes no runtime leaves that to whoever links it, whose sources nobody knows.
bool passes_on_all(const database_program& program, const passed_databases& passed) {
    const auto& build = program.build;
    return build.program.empty() || passed.all() || (build.server.empty() && passed.none());
}

const built_database* find_built(const database_program& program, std::string_view name) {
    const auto& built = program.build.databases;
    const auto found = std::ranges::find(built, name, &built_database::name);
    return found == built.end() ? nullptr : &*found;
}

bool has_migrations(const database_program& program, std::string_view name) {
    const auto found = std::ranges::find(program.databases, name, &database_entry::file_name);
    return found != program.databases.end() && !found->migrations.empty();
}

served_database describe(const database_entry& entry) {
    return {std::string(entry.file_name),
            entry.definition->class_name(),
            entry.definition->binding_name(),
            true,
            false,
            {}};
}

/// Those the program lists, and behind them those it does not.
std::vector<served_database> list_databases(const database_program& program) {
    std::vector<served_database> found;
    for (const auto& entry : program.databases) {
        found.push_back(describe(entry));
    }
    for (const auto& built : program.build.databases) {
        if (std::ranges::find(found, built.name, &served_database::name) == found.end()) {
            found.push_back({std::string(built.name), {}, {}, false, false, {}});
        }
    }
    return found;
}

void note_shared_classes(std::vector<served_database>& found) {
    std::map<std::string, std::string> owners;
    for (auto& one : found) {
        const auto [owner, is_first] = owners.emplace(one.class_name, one.name);
        if (!is_first && !one.class_name.empty() && one.problem.empty()) {
            one.problem = "has the class " + one.class_name + ", as " + owner->second +
                          " has; give it another .name";
        }
    }
}

}  // namespace

std::vector<served_database> find_served(const database_program& program) {
    auto found = list_databases(program);
    const passed_databases passed(program_text(program));
    const bool all = passes_on_all(program, passed);
    for (auto& one : found) {
        const auto* built = find_built(program, one.name);
        auto how = passed_database{true, true};
        if (!all && built != nullptr) {
            how = passed.find(built->variable, built->name);
        }
        one.served = one.served && how.listed;
        if (!one.served) {
            one.problem = "not in the runtime's list of databases";
        } else if (!how.with_migrations && has_migrations(program, one.name)) {
            one.problem = "in the runtime's list without its migrations";
        }
        one.wants_entry = !one.problem.empty();
    }
    note_shared_classes(found);
    return found;
}

std::string advice_for(const database_program& program, const std::vector<served_database>& found) {
    std::string entries;
    for (const auto& one : found) {
        if (one.wants_entry && find_built(program, one.name) != nullptr) {
            entries.append("    *std::ranges::find(dormouse::databases(), \"")
                .append(one.name)
                .append("\", &dormouse::database_entry::file_name)\n");
        }
    }
    if (entries.empty()) {
        return {};
    }
    const auto where = program.build.program.empty()
                           ? std::string("the program")
                           : path_in_project(program, program.build.program.front());
    return "[dormouse] The runtime of " + where +
           " does not get every database with its migrations. Give it what the build lists:\n"
           "    #include <dormouse/databases.hpp>\n"
           "    dormouse::runtime_options{.databases = dormouse::databases()}\n"
           "Or put what is missing into the list that it gets:\n" +
           entries;
}

}  // namespace dormouse::cli
