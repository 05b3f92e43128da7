#include "cli/database_command.hpp"

#include <dormouse/database.hpp>
#include <dormouse/error.hpp>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>

namespace dormouse::cli {
namespace {

declared_database declare(const database_entry& entry) {
    const database& definition = *entry.definition;
    return {std::string(entry.file_name), describe(definition.tables()), definition.class_name(),
            describe_renames(definition.tables())};
}

std::string names_of_commands(const CLI::App& app) {
    std::string names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        names.append(names.empty() ? "" : ", ").append(command->get_name());
    }
    return names;
}

/// What to say when `app` was given none of its commands, but perhaps a word that is none.
std::string missing_command(const CLI::App& app) {
    const auto words = app.remaining();
    const auto word =
        std::ranges::find_if_not(words, [](const auto& each) { return each.starts_with('-'); });
    return (word == words.end() ? "name a command" : "there is no command '" + *word + "'") +
           ". Commands: " + names_of_commands(app);
}

/// The innermost command that was named.
const CLI::App& last_named(const CLI::App& app) {
    const auto named = app.get_subcommands();
    return named.empty() ? app : last_named(*named.front());
}

// CLI11 has messages of its own; this keeps them to the one form the tool promises.
int report(const CLI::App& app, const CLI::ParseError& ended, const tool_streams& streams,
           bool json) {
    const auto code = ended.get_exit_code();
    if (code == 0) {
        return app.exit(ended, *streams.answers, *streams.messages);  // --help and --version
    }
    if (dynamic_cast<const CLI::RuntimeError*>(&ended) != nullptr) {
        return code;  // a command told by itself
    }
    const auto& last = last_named(app);
    const bool incomplete = !names_of_commands(last).empty();
    return tell_failure(streams, json,
                        {std::string(name_of(errc::invalid_arguments)),
                         incomplete ? missing_command(last) : ended.what()});
}

/// Below a word of another program nobody else asks whether one of the commands was named.
void require_command(CLI::App& word, const tool_streams& streams) {
    word.allow_extras();  // they are told of here
    word.parse_complete_callback([&word, streams] {
        const auto extras = word.remaining();
        if (!word.get_subcommands().empty() && extras.empty()) {
            return;
        }
        const bool json = std::ranges::find(extras, "--json") != extras.end();
        const auto text = word.get_subcommands().empty()
                              ? missing_command(word)
                              : word.get_name() + " does not take '" + extras.front() + "'";
        throw CLI::RuntimeError(
            tell_failure(streams, json, {std::string(name_of(errc::invalid_arguments)), text}));
    });
}

/// A disk that is full must not leave half an answer behind that passes for a whole one.
int require_written(const tool_streams& streams, int code) {
    if (streams.answers->flush()) {
        return code;
    }
    return tell_failure(
        streams, false,
        {std::string(name_of(errc::storage_failed)), "the answer could not be written"});
}

}  // namespace

project project_of(const database_program& program) {
    project made;
    made.paths = {program.directory / program.migrations, program.directory / program.cache,
                  program.directory / program.data};
    for (const auto& entry : program.databases) {
        made.databases.push_back(declare(entry));
    }
    return made;
}

void add_database_commands(CLI::App& to, const database_program& program,
                           const tool_streams& streams) {
    const command_site site{program, streams};
    add_push_command(to, site);
    add_generate_command(to, site);
    add_status_command(to, site);
    add_reset_command(to, site);
    add_validate_command(to, site);
    add_rehearse_command(to, site);
    add_plan_command(to, site);
    add_baseline_command(to, site);
    add_watch_command(to, site);
    add_config_command(to, site);
    require_command(*to.get_subcommand("config"), streams);
    if (to.get_parent() != nullptr) {
        require_command(to, streams);
    }
}

int run_database_commands(std::span<const char* const> arguments, const database_program& program,
                          const tool_streams& streams) {
    CLI::App app("Database migration management");
    app.set_version_flag("--version", "dormouse " DORMOUSE_VERSION);
    app.require_subcommand(1);
    add_database_commands(app, program, streams);
    int code = 0;
    try {
        app.parse(static_cast<int>(arguments.size()), arguments.data());
    } catch (const CLI::ParseError& ended) {
        const bool json =
            std::ranges::find(arguments, std::string_view("--json")) != arguments.end();
        code = report(app, ended, streams, json);
    }
    return require_written(streams, code);
}

int run_database_tool(int argc, const char* const* argv, const database_program& program) {
    return run_database_commands({argv, static_cast<std::size_t>(argc)}, program,
                                 process_streams());
}

}  // namespace dormouse::cli
