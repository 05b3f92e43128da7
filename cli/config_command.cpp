#include "cli/built_sources.hpp"
#include "cli/database_answers.hpp"
#include "cli/database_command.hpp"
#include "cli/painted_text.hpp"
#include "cli/served_databases.hpp"

#include <dormouse/error.hpp>
#include <dormouse/json.hpp>

#include <algorithm>
#include <ostream>

namespace dormouse::cli {
namespace {

struct config_request : command_request {
    using command_request::command_request;
    std::string database;
};

/// All, or the one that is asked for.
std::vector<served_database> find_asked(const config_request& asked) {
    auto found = find_served(asked.site.program);
    if (asked.database.empty()) {
        return found;
    }
    std::string known;
    for (const auto& one : found) {
        known.append(known.empty() ? "" : ", ").append(one.name);
    }
    std::erase_if(found, [&](const auto& one) { return one.name != asked.database; });
    if (found.empty()) {
        throw error(errc::unknown_database,
                    "there is no database '" + asked.database + "'; there are: " + known);
    }
    return found;
}

void tell(const command_request& asked, const served_database& database) {
    if (database.problem.empty()) {
        asked.answers() << painted("✓", paint::good, asked.coloured()) << ' ' << database.name
                        << ": " << database.class_name << " (" << database.binding_name << ")\n";
        return;
    }
    asked.answers() << painted("✗", paint::bad, asked.coloured()) << ' ' << database.name << ": "
                    << database.problem << '\n';
}

int run(const config_request& asked) {
    static_cast<void>(current_project_for(asked));
    const auto found = find_asked(asked);
    const auto advice = advice_for(asked.site.program, found);
    const bool complete =
        std::ranges::all_of(found, [](const auto& one) { return one.problem.empty(); });
    if (asked.json) {
        config_answer answer{complete, {}, {}};
        for (const auto& one : found) {
            answer.databases.push_back(
                {one.name, one.class_name, one.binding_name, one.served,
                 one.problem.empty() ? std::nullopt : std::optional(one.problem)});
        }
        if (!advice.empty()) {
            answer.advice = advice;
        }
        asked.answers() << to_json(answer) << '\n';
        return complete ? 0 : 1;
    }
    for (const auto& one : found) {
        tell(asked, one);
    }
    asked.answers().flush();
    asked.messages() << advice;
    return complete ? 0 : 1;
}

}  // namespace

void add_config_command(CLI::App& to, const command_site& site) {
    auto asked = std::make_shared<config_request>(site);
    auto& config = *to.add_subcommand("config", "The program's own configuration");
    auto& check =
        add_command(config, {"check", "Check that the program's runtime gets every database"},
                    asked, [asked] { return run(*asked); });
    add_database_option(check, asked->database, "check");
}

}  // namespace dormouse::cli
