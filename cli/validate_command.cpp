#include "cli/database_answers.hpp"
#include "cli/database_command.hpp"
#include "cli/painted_text.hpp"

#include <dormouse/json.hpp>
#include <dormouse/project_commands.hpp>

#include <algorithm>
#include <ostream>

namespace dormouse::cli {
namespace {

struct validate_request : command_request {
    using command_request::command_request;
    validate_options options;
};

void tell_errors(const validate_request& asked, const validation_result& result) {
    auto& out = asked.messages();
    const auto mark = "  " + painted("✗", paint::bad, asked.coloured()) + " ";
    for (const auto& error : result.errors) {
        out << mark;
        if (!error.migration.empty()) {
            out << error.migration << '[' << error.chunk << "]: ";
        }
        out << error.message << '\n';
        if (asked.verbose && !error.statement.empty()) {
            out << "    Statement: " << error.statement << '\n';
        }
    }
    for (const auto& reference : result.broken_references) {
        out << mark << reference << '\n';
    }
}

void tell_drift(const validate_request& asked, std::string_view title,
                const std::vector<std::string>& lines) {
    if (lines.empty()) {
        return;
    }
    auto& out = asked.messages();
    out << "  " << painted("⚠", paint::warning, asked.coloured()) << ' ' << title << '\n';
    for (const auto& line : lines) {
        out << "    " << line << '\n';
    }
}

void tell(const validate_request& asked, const validation_result& result) {
    const bool runs = result.migrations_run();
    asked.answers() << painted(runs ? "✓" : "✗", runs ? paint::good : paint::bad, asked.coloured())
                    << ' ' << result.database << ": " << result.migrations << " migration(s)"
                    << (result.includes_dev ? " (includes dev migrations)" : "") << '\n';
    asked.answers().flush();  // what follows may go elsewhere
    tell_errors(asked, result);
    tell_drift(asked, "Schema drift detected:", result.drift);
    tell_drift(asked, "_snapshot.json is not what the migrations make:", result.snapshot_drift);
    if (result.valid()) {
        asked.answers() << "  Schema matches " << painted("✓", paint::good, asked.coloured())
                        << '\n';
    }
}

database_validation_answer answer_for(const validation_result& result) {
    database_validation_answer answer{
        result.database,          result.valid(), result.migrations,    result.includes_dev, {},
        result.broken_references, result.drift,   result.snapshot_drift};
    for (const auto& error : result.errors) {
        answer.errors.push_back(
            {error.migration.empty() ? std::nullopt : std::optional(error.migration), error.chunk,
             error.statement, error.message});
    }
    return answer;
}

int run(validate_request& asked) {
    asked.options.verbose = asked.verbose;
    const auto results = validate(current_project_for(asked), asked.options);
    const bool valid = std::ranges::all_of(results, &validation_result::valid);
    if (asked.json) {
        validation_answer answer{valid, {}};
        for (const auto& result : results) {
            answer.databases.push_back(answer_for(result));
        }
        asked.answers() << to_json(answer) << '\n';
        return valid ? 0 : 1;
    }
    for (const auto& result : results) {
        tell(asked, result);
    }
    if (results.empty()) {
        asked.answers() << "No databases found.\n";
    }
    return valid ? 0 : 1;
}

}  // namespace

void add_validate_command(CLI::App& to, const command_site& site) {
    auto asked = std::make_shared<validate_request>(site);
    auto& command = add_command(
        to,
        {"validate",
         "Dry-run all migrations on an empty database to catch errors before deployment"},
        asked, [asked] { return run(*asked); });
    add_database_option(command, asked->options.database, "validate");
    command.add_flag("--no-dev", asked->options.no_dev,
                     "Skip dev migrations, only validate production migrations");
}

}  // namespace dormouse::cli
