// What all commands of the database tool have in common. Each lies in a file of its own,
// `<name>_command.cpp`, and is named once, in `add_database_commands`.
#pragma once

#include "cli/node_answers.hpp"

#include <dormouse/database_tool.hpp>
#include <dormouse/migration_hints.hpp>

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse::cli {

/// What a command works on and where it answers.
struct command_site {
    database_program program;
    tool_streams streams;
};

/// What every command can be asked.
///
/// **Lifetime:** shared by the command line that fills it and the command that reads it.
struct command_request {
    explicit command_request(command_site where) : site(std::move(where)) {}

    [[nodiscard]] std::ostream& answers() const { return *site.streams.answers; }
    [[nodiscard]] std::ostream& messages() const { return *site.streams.messages; }
    [[nodiscard]] bool coloured() const { return site.streams.coloured; }

    command_site site;
    std::filesystem::path databases_directory;   ///< Empty: the program's.
    std::filesystem::path migrations_directory;  ///< Empty: the program's.
    bool makes_migrations_directory = false;     ///< The one that is named may be missing.
    bool verbose = false;
    bool json = false;
};

/// The project that `asked` is about, with a log and a progress bar for whoever watches.
/// Errors: `errc::invalid_arguments` for a directory that is not the program's, or not there.
[[nodiscard]] project project_for(const command_request& asked);

/// The same for commands that work with the declared schema.
/// Errors: `errc::invalid_state` when the program is older than its sources, naming them and what
/// builds it.
[[nodiscard]] project current_project_for(const command_request& asked);

/// The same for commands that run the migrations the program has inside: they refuse a program that
/// is older than the project's `.sql` files, too, and `-m` can only confirm where these are. On a
/// machine without the project there is nothing to compare. A signal ends them at the next
/// progress.
[[nodiscard]] project embedded_project_for(const command_request& asked);

/// Tells it as all commands do, and answers the exit code.
int tell_failure(const tool_streams& streams, bool json, const error_answer& failure);

struct command_words {
    std::string_view name;
    std::string_view description;
};

/// Adds a command with the options that all have. `work` answers the exit code; what it throws is
/// told as `Error: ...`, in JSON too when that was asked for.
CLI::App& add_command(CLI::App& to, command_words words,
                      const std::shared_ptr<command_request>& asked, std::function<int()> work);

/// Of an option that names something: `--instance "$KEY"` of a script that has lost its variable
/// must not stand for everything.
[[nodiscard]] CLI::Validator not_empty();

void add_database_option(CLI::App& command, std::string& database, std::string_view verb);

/// `--rename` and `--fill`. What is parsed goes to `hints`.
void add_hint_options(CLI::App& command, migration_hints& hints);

// The commands.
void add_push_command(CLI::App& to, const command_site& site);
void add_generate_command(CLI::App& to, const command_site& site);
void add_status_command(CLI::App& to, const command_site& site);
void add_reset_command(CLI::App& to, const command_site& site);
void add_validate_command(CLI::App& to, const command_site& site);
void add_rehearse_command(CLI::App& to, const command_site& site);
void add_plan_command(CLI::App& to, const command_site& site);
void add_baseline_command(CLI::App& to, const command_site& site);
void add_watch_command(CLI::App& to, const command_site& site);
void add_config_command(CLI::App& to, const command_site& site);

}  // namespace dormouse::cli
