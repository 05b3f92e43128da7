#include "cli/database_command.hpp"

#include <dormouse/database.hpp>

#include <ostream>
#include <string>

namespace dormouse::cli {
namespace {

declared_database declare(const database_entry& entry) {
    const database& definition = *entry.definition;
    return {std::string(entry.file_name), describe(definition.tables()), definition.class_name(),
            describe_renames(definition.tables())};
}

// CLI11 prints its own messages; this keeps them to the one form the tool promises.
int report(const CLI::App& app, const CLI::ParseError& ended, const tool_streams& streams) {
    const auto code = ended.get_exit_code();
    if (code == 0) {
        return app.exit(ended, *streams.answers, *streams.messages);  // --help and --version
    }
    if (dynamic_cast<const CLI::RuntimeError*>(&ended) == nullptr) {  // a command told by itself
        *streams.messages << "Error: " << ended.what() << '\n';
        return 1;
    }
    return code;
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
}

int run_database_commands(std::span<const char* const> arguments, const database_program& program,
                          const tool_streams& streams) {
    CLI::App app("Database migration management");
    app.set_version_flag("--version", "dormouse " DORMOUSE_VERSION);
    app.require_subcommand(1);
    add_database_commands(app, program, streams);
    try {
        app.parse(static_cast<int>(arguments.size()), arguments.data());
    } catch (const CLI::ParseError& ended) {
        return report(app, ended, streams);
    }
    return 0;
}

int run_database_tool(int argc, const char* const* argv, const database_program& program) {
    return run_database_commands({argv, static_cast<std::size_t>(argc)}, program,
                                 process_streams());
}

}  // namespace dormouse::cli
