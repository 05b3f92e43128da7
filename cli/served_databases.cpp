#include "cli/served_databases.hpp"

#include "cli/built_sources.hpp"
#include "migrations/project_file.hpp"

#include <dormouse/database.hpp>

#include <boost/regex.hpp>

#include <algorithm>
#include <map>

namespace dormouse::cli {
namespace {

/// C++ without comments and literals, in which names may stand that mean nothing.
std::string code_of(const std::string& text) {
    static const boost::regex not_code(
        R"re(//[^\n]*|/\*.*?\*/|R"([^\s()\\]*)\(.*?\)\1"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+')re",
        boost::regex::perl | boost::regex::no_mod_m);
    return boost::regex_replace(text, not_code, " ");
}

std::string program_code(const database_program& program) {
    std::string code;
    for (const auto path : program.build.program) {
        code += code_of(read_project_file(path).value_or("")) + "\n";
    }
    return code;
}

bool passes_all_on(const std::string& code) {
    static const boost::regex list(R"(\bdatabases\s*\(\s*\))");
    return boost::regex_search(code, list);
}

/// `&app::main_db`, with as much of the qualification as the source needs.
bool passes_on(const std::string& code, std::string_view variable) {
    const auto last = variable.rfind(':');
    const auto name = variable.substr(last == std::string_view::npos ? 0 : last + 1);
    return boost::regex_search(
        code, boost::regex(R"(&\s*(?:\w*\s*::\s*)*)" + std::string(name) + R"(\b)"));
}

const built_database* find_built(const database_program& program, std::string_view name) {
    const auto& built = program.build.databases;
    const auto found = std::ranges::find(built, name, &built_database::name);
    return found == built.end() ? nullptr : &*found;
}

served_database describe(const database_entry& entry) {
    return {std::string(entry.file_name),
            entry.definition->class_name(),
            entry.definition->binding_name(),
            true,
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
            found.push_back({std::string(built.name), {}, {}, false, {}});
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
    const auto code = program_code(program);
    const bool all = program.build.program.empty() || passes_all_on(code);
    for (auto& one : found) {
        const auto* built = find_built(program, one.name);
        if (!all && built != nullptr) {
            one.served = one.served && passes_on(code, built->variable);
        }
        if (!one.served) {
            one.problem = "not in the runtime's list of databases";
        }
    }
    note_shared_classes(found);
    return found;
}

std::string advice_for(const database_program& program, const std::vector<served_database>& found) {
    std::string lines;
    for (const auto& one : found) {
        const auto* built = find_built(program, one.name);
        if (one.served || built == nullptr) {
            continue;
        }
        const auto include = built->header.empty()
                                 ? "extern const dormouse::database " + std::string(built->variable)
                                 : "#include \"" + std::string(built->header) + "\"";
        lines.append("    ").append(include).append("\n    dormouse::database_entry{&");
        lines.append(built->variable).append(", \"").append(built->name).append("\"}\n");
    }
    if (lines.empty()) {
        return {};
    }
    const auto where = program.build.program.empty()
                           ? std::string("the program")
                           : path_in_project(program, program.build.program.front());
    return "[dormouse] The runtime of " + where + " does not get every database. Add this:\n" +
           lines +
           "Or let it have what the build lists, migrations included:\n"
           "    dormouse::runtime_options{.databases = dormouse::databases()}\n";
}

}  // namespace dormouse::cli
