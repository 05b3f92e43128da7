#include "cli/built_sources.hpp"
#include "cli/database_answers.hpp"
#include "cli/database_command.hpp"
#include "cli/painted_text.hpp"
#include "cli/served_databases.hpp"

#include <dormouse/json.hpp>

#include <algorithm>
#include <ostream>

namespace dormouse::cli {
namespace {

void tell(const command_request& asked, const served_database& database) {
    if (database.problem.empty()) {
        asked.answers() << painted("✓", paint::good, asked.coloured()) << ' ' << database.name
                        << ": " << database.class_name << " (" << database.binding_name << ")\n";
        return;
    }
    asked.answers() << painted("✗", paint::bad, asked.coloured()) << ' ' << database.name << ": "
                    << database.problem << '\n';
}

int run(const command_request& asked) {
    static_cast<void>(current_project_for(asked));
    const auto found = find_served(asked.site.program);
    const bool complete =
        std::ranges::all_of(found, [](const auto& one) { return one.problem.empty(); });
    if (asked.json) {
        config_answer answer{complete, {}};
        for (const auto& one : found) {
            answer.databases.push_back(
                {one.name, one.class_name, one.binding_name, one.served,
                 one.problem.empty() ? std::nullopt : std::optional(one.problem)});
        }
        asked.answers() << to_json(answer) << '\n';
        return complete ? 0 : 1;
    }
    for (const auto& one : found) {
        tell(asked, one);
    }
    asked.answers().flush();
    asked.messages() << advice_for(asked.site.program, found);
    return complete ? 0 : 1;
}

}  // namespace

void add_config_command(CLI::App& to, const command_site& site) {
    auto asked = std::make_shared<command_request>(site);
    auto& config = *to.add_subcommand("config", "The program's own configuration");
    config.require_subcommand(1);
    add_command(config, {"check", "Check that the program's runtime gets every database"}, asked,
                [asked] { return run(*asked); });
}

}  // namespace dormouse::cli
