#include "cli/database_answers.hpp"
#include "cli/database_command.hpp"
#include "cli/painted_text.hpp"

#include <dormouse/json.hpp>
#include <dormouse/project_commands.hpp>

#include <algorithm>
#include <ostream>

namespace dormouse::cli {
namespace {

struct push_request : command_request {
    using command_request::command_request;
    push_options options;
};

bool makes_a_migration(const push_result& result) {
    return result.changed && !result.migration.empty();
}

void tell(const push_request& asked, const push_result& result) {
    auto& out = asked.answers();
    if (makes_a_migration(result)) {
        out << painted("✓", paint::good, asked.coloured()) << ' ' << result.database << ": "
            << result.migration << " (" << result.statements.size() << " statements)\n";
    } else {
        out << painted("·", paint::faint, asked.coloured()) << ' ' << result.database
            << ": no changes\n";
    }
    if (asked.verbose) {
        for (const auto& statement : result.statements) {
            out << "    " << statement << ";\n";
        }
    }
    for (const auto& remark : result.remarks) {
        asked.messages() << "  " << painted("⚠", paint::warning, asked.coloured()) << ' '
                         << result.database << ": " << remark << '\n';
    }
}

void tell_json(const push_request& asked, const std::vector<push_result>& results) {
    push_answer answer;
    for (const auto& result : results) {
        answer.databases.push_back(
            {result.database,
             result.migration.empty() ? std::nullopt : std::optional(result.migration),
             result.statements, result.changed, result.needs_reset, result.remarks});
    }
    asked.answers() << to_json(answer) << '\n';
}

int run(push_request& asked) {
    asked.options.verbose = asked.verbose;
    const auto results = push(current_project_for(asked), asked.options);
    if (asked.json) {
        tell_json(asked, results);
        return 0;
    }
    for (const auto& result : results) {
        tell(asked, result);
    }
    if (results.empty()) {
        asked.answers() << "No databases found.\n";
    } else if (std::ranges::none_of(results, makes_a_migration)) {
        asked.answers() << "\nAll databases are up to date.\n";
    }
    return 0;
}

}  // namespace

void add_push_command(CLI::App& to, const command_site& site) {
    auto asked = std::make_shared<push_request>(site);
    auto& command = add_command(to, {"push", "Push schema changes to dev migrations"}, asked,
                                [asked] { return run(*asked); });
    add_database_option(command, asked->options.database, "push");
    add_hint_options(command, asked->options.hints);
}

}  // namespace dormouse::cli
