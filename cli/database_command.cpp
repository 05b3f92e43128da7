#include "cli/database_command.hpp"

#include "cli/built_sources.hpp"
#include "cli/database_answers.hpp"
#include "cli/interruption.hpp"
#include "cli/progress_bar.hpp"
#include "cli/tool_log.hpp"

#include <dormouse/error.hpp>
#include <dormouse/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <system_error>
#include <utility>

namespace dormouse::cli {
namespace {

std::string_view debug_selection() {
    const char* selection = std::getenv("DEBUG");
    return selection == nullptr ? std::string_view() : selection;
}

std::string names_of(const database_program& program) {
    std::string names;
    for (const auto& entry : program.databases) {
        names.append(names.empty() ? "" : ", ").append(entry.file_name);
    }
    return names.empty() ? "none" : names;
}

/// A program has its databases inside: a directory can only be confirmed.
void require_own_sources(const command_request& asked) {
    const auto& wanted = asked.databases_directory;
    const auto& program = asked.site.program;
    const auto own = program.directory / program.sources;
    std::error_code absent;
    if (wanted.empty() || std::filesystem::equivalent(wanted, own, absent)) {
        return;
    }
    if (!std::filesystem::is_directory(wanted, absent)) {
        throw error(errc::invalid_arguments,
                    "Databases directory not found: " + wanted.string() +
                        ". A database is named by --database; there are: " + names_of(program));
    }
    throw error(errc::invalid_arguments, "this program was built from the databases in " +
                                             own.string() + ", not from " + wanted.string());
}

/// A directory that is misspelt would pass for a project without migrations.
void require_migrations_directory(const command_request& asked) {
    const auto& wanted = asked.migrations_directory;
    std::error_code absent;
    if (wanted.empty() || asked.makes_migrations_directory ||
        std::filesystem::is_directory(wanted, absent)) {
        return;
    }
    throw error(errc::invalid_arguments,
                "Migrations directory not found: " + wanted.string() +
                    ". generate makes one; without -m it is " +
                    (asked.site.program.directory / asked.site.program.migrations).string());
}

/// The same of migrations, for commands that do not read them.
void require_own_migrations(const command_request& asked) {
    const auto& wanted = asked.migrations_directory;
    const auto& program = asked.site.program;
    const auto own = program.directory / program.migrations;
    std::error_code absent;
    if (wanted.empty() || wanted.lexically_normal() == own.lexically_normal() ||
        std::filesystem::equivalent(wanted, own, absent)) {
        return;
    }
    throw error(errc::invalid_arguments,
                "this command runs the migrations that the program has inside, those of " +
                    own.string() + ", not those of " + wanted.string());
}

void require_current(const database_program& program, const std::vector<std::string>& changed) {
    if (changed.empty()) {
        return;
    }
    std::string text = "this program is older than its sources:";
    for (const auto& one : changed) {
        text.append("\n    ").append(one);
    }
    text.append("\n  Build it, then run the command again:\n    ").append(program.build.command);
    throw error(errc::invalid_state, text);
}

int run(const command_request& asked, const std::function<int()>& work) {
    try {
        return work();
    } catch (const std::exception& failure) {
        const auto* known = dynamic_cast<const error*>(&failure);
        return tell_failure(
            asked.site.streams, asked.json,
            {known == nullptr ? "handler_failed" : std::string(name_of(known->reason())),
             failure.what()});
    }
}

void require_no_extras(const command_request& asked, const CLI::App& command) {
    const auto words = command.remaining();
    // CLI11 keeps the mark among them, too.
    const auto extra = std::ranges::find_if(words, [](const auto& word) { return word != "--"; });
    if (extra != words.end()) {
        throw CLI::RuntimeError(
            tell_failure(asked.site.streams, asked.json,
                         {std::string(name_of(errc::invalid_arguments)),
                          command.get_name() + " does not take '" + *extra + "'"}));
    }
}

constexpr const char* databases_option = "--databases-dir";

/// Those of these commands below `app` that were named. All have the option.
void find_named(const CLI::App& app, std::vector<std::string>& names) {
    for (const CLI::App* command : app.get_subcommands()) {
        if (command->get_option_no_throw(databases_option) != nullptr) {
            names.push_back(command->get_name());
        }
        find_named(*command, names);
    }
}

/// CLI11 takes a word for another command where it can, unless its program forbids a second one.
/// The migration of `generate reset` would have no name, and the databases would be reset.
void require_alone(const command_request& asked, const CLI::App& command) {
    const CLI::App* program = &command;
    while (program->get_parent() != nullptr) {
        program = program->get_parent();
    }
    std::vector<std::string> named;
    find_named(*program, named);
    if (named.size() > 1) {
        throw CLI::RuntimeError(
            tell_failure(asked.site.streams, asked.json,
                         {std::string(name_of(errc::invalid_arguments)),
                          "one command at a time, not " + named[0] + " and " + named[1] +
                              "; a migration with the name of one is named by --name"}));
    }
}

fill_hint parse_fill(const std::string& text) {
    const auto equals = text.find('=');
    const auto place = text.substr(0, equals);
    const auto dot = place.find('.');
    if (equals == std::string::npos || dot == std::string::npos) {
        throw CLI::ValidationError("--fill", "'" + text + "' is not table.column=expression");
    }
    return {place.substr(0, dot), place.substr(dot + 1), text.substr(equals + 1)};
}

}  // namespace

int tell_failure(const tool_streams& streams, bool json, const error_answer& failure) {
    constexpr int failed = 1;
    if (json) {
        *streams.answers << to_json(failure_answer{failure}) << '\n';
    }
    *streams.messages << "Error: " << failure.text << '\n';
    return failed;
}

project project_for(const command_request& asked) {
    require_own_sources(asked);
    require_migrations_directory(asked);
    auto made = project_of(asked.site.program);
    if (!asked.migrations_directory.empty()) {
        made.paths.migrations = asked.migrations_directory;
    }
    made.log = make_tool_log(asked.messages(), debug_selection());
    if (asked.site.streams.interactive) {
        auto bar = std::make_shared<progress_bar>(asked.messages(), progress_bar::style::bar);
        made.progress = [bar](std::string_view stage, std::uint64_t done, std::uint64_t total) {
            bar->show(stage, done, total);
            if (done == total) {
                bar->clear();  // the answer follows
            }
        };
    }
    return made;
}

project current_project_for(const command_request& asked) {
    const auto& program = asked.site.program;
    require_current(program, find_changed_sources(program));
    return project_for(asked);
}

project embedded_project_for(const command_request& asked) {
    const auto& program = asked.site.program;
    require_own_migrations(asked);
    require_current(program, find_changed_embedded(program));
    auto made = project_for(asked);
    made.progress = [show = std::move(made.progress), stop = std::make_shared<interruption>()](
                        std::string_view stage, std::uint64_t done, std::uint64_t total) {
        if (show) {
            show(stage, done, total);
        }
        stop->check();
    };
    return made;
}

CLI::App& add_command(CLI::App& to, command_words words,
                      const std::shared_ptr<command_request>& asked, std::function<int()> work) {
    auto& command = *to.add_subcommand(std::string(words.name), std::string(words.description));
    command
        .add_option(std::string("-d,") + databases_option, asked->databases_directory,
                    "Directory of the databases, to be sure it is this program's")
        ->check(not_empty());
    command
        .add_option("-m,--migrations-dir", asked->migrations_directory,
                    "Directory of the migrations")
        ->check(not_empty());
    command.add_flag("-v,--verbose", asked->verbose, "Show detailed output");
    command.add_flag("--json", asked->json, "Answer with one JSON document");
    command.allow_extras();  // they are told of here, for whichever program
    command.parse_complete_callback([asked, &command] {
        require_alone(*asked, command);
        require_no_extras(*asked, command);
    });
    command.callback([asked, work = std::move(work)] {
        if (const auto code = run(*asked, work); code != 0) {
            throw CLI::RuntimeError(code);
        }
    });
    return command;
}

CLI::Validator not_empty() {
    const auto check = [](const std::string& text) {
        return text.empty() ? std::string("must not be empty") : std::string();
    };
    return {check, {}};
}

void add_database_option(CLI::App& command, std::string& database, std::string_view verb) {
    command
        .add_option("--database", database, "Only " + std::string(verb) + " this specific database")
        ->check(not_empty());
}

void add_hint_options(CLI::App& command, migration_hints& hints) {
    command
        .add_option("--rename", hints.renames,
                    "old_table:new_table or table.old_column:new_column, once for each")
        ->allow_extra_args(false);
    command
        .add_option_function<std::vector<std::string>>(
            "--fill",
            [&hints](const std::vector<std::string>& texts) {
                for (const auto& text : texts) {
                    hints.fills.push_back(parse_fill(text));
                }
            },
            "table.column=expression: a value for rows that have none, once for each")
        ->allow_extra_args(false);
}

}  // namespace dormouse::cli
