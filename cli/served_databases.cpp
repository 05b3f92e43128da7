#include "cli/served_databases.hpp"

#include "cli/built_sources.hpp"
#include "cli/passed_databases.hpp"
#include "migrations/project_file.hpp"

#include <dormouse/database.hpp>

#include <algorithm>
#include <map>

namespace dormouse::cli {
namespace {

std::string program_text(const database_program& program) {
    std::string text;
    for (const auto path : program.build.program) {
        text += read_project_file(path).value_or("") + "\n";
    }
    return text;
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
    const bool all = program.build.program.empty() || passed.all();
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
