#include "cli/built_sources.hpp"
#include "cli/database_answers.hpp"
#include "cli/database_command.hpp"
#include "cli/painted_text.hpp"

#include <dormouse/json.hpp>
#include <dormouse/project_commands.hpp>

#include <algorithm>
#include <ostream>

namespace dormouse::cli {
namespace {

struct generate_request : command_request {
    using command_request::command_request;
    generate_options options;
};

bool makes_a_migration(const generate_result& result) {
    return !result.migration.empty();
}

std::string shown_path(const generate_request& asked, const generate_result& result) {
    return path_in_project(asked.site.program, result.file);
}

std::vector<std::string> remarks_of(const generate_result& result) {
    auto remarks = result.remarks;
    if (result.derived_snapshot) {
        remarks.emplace_back(
            "_snapshot.json was missing, and was made again by running the migrations");
    }
    return remarks;
}

void tell(const generate_request& asked, const generate_result& result) {
    auto& out = asked.answers();
    if (makes_a_migration(result)) {
        out << painted("✓", paint::good, asked.coloured()) << ' ' << result.database << ": "
            << result.migration << "\n  → " << shown_path(asked, result) << "\n  "
            << result.statements.size() << " statement(s)\n";
    } else {
        out << painted("·", paint::faint, asked.coloured()) << ' ' << result.database
            << ": no changes\n";
    }
    if (asked.verbose) {
        for (const auto& statement : result.statements) {
            out << "    " << statement << ";\n";
        }
    }
    for (const auto& remark : remarks_of(result)) {
        asked.messages() << "  " << painted("⚠", paint::warning, asked.coloured()) << ' '
                         << result.database << ": " << remark << '\n';
    }
}

void tell_json(const generate_request& asked, const std::vector<generate_result>& results) {
    generate_answer answer;
    for (const auto& result : results) {
        const bool made = makes_a_migration(result);
        answer.databases.push_back({result.database,
                                    made ? std::optional(result.migration) : std::nullopt,
                                    made ? std::optional(shown_path(asked, result)) : std::nullopt,
                                    result.statements, result.needs_reset, remarks_of(result)});
    }
    asked.answers() << to_json(answer) << '\n';
}

int run(generate_request& asked) {
    asked.options.verbose = asked.verbose;
    const auto results = generate(current_project_for(asked), asked.options);
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
        asked.answers() << "\nNo pending changes to generate.\n";
    }
    return 0;
}

}  // namespace

void add_generate_command(CLI::App& to, const command_site& site) {
    auto asked = std::make_shared<generate_request>(site);
    asked->makes_migrations_directory = true;
    auto& command =
        add_command(to, {"generate", "Generate production migration from schema changes"}, asked,
                    [asked] { return run(*asked); });
    command.add_option("name,-n,--name", asked->options.name,
                       "Stands behind the time in the migration's name");
    add_database_option(command, asked->options.database, "generate for");
    add_hint_options(command, asked->options.hints);
}

}  // namespace dormouse::cli
