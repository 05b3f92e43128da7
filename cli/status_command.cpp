#include "cli/database_answers.hpp"
#include "cli/database_command.hpp"
#include "cli/painted_text.hpp"

#include <dormouse/action_base.hpp>
#include <dormouse/json.hpp>
#include <dormouse/project_commands.hpp>

#include <algorithm>
#include <optional>
#include <ostream>

namespace dormouse::cli {
namespace {

struct status_request : command_request {
    using command_request::command_request;
    status_options options;
};

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

const database& definition_of(const status_request& asked, const database_status& of) {
    const auto all = asked.site.program.databases;
    const auto found = std::ranges::find(all, of.database, &database_entry::file_name);
    return *found->definition;  // a status is of one of them
}

/// In alphabetical order: actions register in whatever order the linker chose.
std::vector<std::string> action_names(const database& definition) {
    std::vector<std::string> names;
    for (const action_base* action : definition.actions()) {
        names.emplace_back(action->name());
    }
    std::ranges::sort(names);
    return names;
}

/// The statement on one line, cut unless all of it is wanted.
std::string shown_statement(std::string_view statement, bool whole) {
    constexpr std::size_t shown_bytes = 60;
    std::string line;
    for (const char c : statement) {
        const bool blank = c == ' ' || c == '\n' || c == '\t';
        if (!blank || !line.ends_with(' ')) {
            line += blank ? ' ' : c;
        }
    }
    if (whole || line.size() <= shown_bytes) {
        return line;
    }
    auto end = shown_bytes;
    while ((line[end] & '\xc0') == '\x80') {  // not inside a character
        --end;
    }
    return line.substr(0, end) + "...";
}

void tell_pending(const status_request& asked, const database_status& status) {
    constexpr std::size_t shown_statements = 5;
    auto& out = asked.answers();
    const auto& pending = status.pending;
    if (pending.empty()) {
        out << "   " << painted("✓", paint::good, asked.coloured()) << " Schema is up to date\n";
        return;
    }
    out << "   📝 Uncommitted changes: " << pending.size() << " statement(s)\n   Pending SQL:\n";
    const auto shown = asked.verbose ? pending.size() : std::min(pending.size(), shown_statements);
    for (std::size_t i = 0; i < shown; ++i) {
        out << "     - " << shown_statement(pending[i], asked.verbose) << '\n';
    }
    if (shown < pending.size()) {
        out << "     ... and " << pending.size() - shown << " more\n";
    }
}

void tell_code(const status_request& asked, const database_status& status) {
    const database& definition = definition_of(asked, status);
    const auto actions = action_names(definition);
    auto& out = asked.answers();
    out << "   Class: " << definition.class_name() << "\n   Binding: " << definition.binding_name()
        << "\n   Actions: " << actions.size() << '\n';
    for (const auto& name : actions) {
        out << "     - " << name << '\n';
    }
}

void tell(const status_request& asked, const database_status& status) {
    auto& out = asked.answers();
    out << "\n📦 " << status.database << '\n';
    if (!status.own_epoch.empty()) {
        out << "   Dev Epoch: " << status.own_epoch << '\n';
    }
    if (asked.verbose) {
        tell_code(asked, status);
    }
    out << "   Production migrations: " << status.production_migrations
        << "\n   Dev migrations: " << status.dev_migrations << '\n';
    if (status.production_changed) {
        out << "   " << painted("⚠️", paint::warning, asked.coloured())
            << " Production snapshot changed - run 'db:reset' to sync\n";
    }
    tell_pending(asked, status);
    if (!status.last_push.empty()) {
        out << "   Last push: " << status.last_push << '\n';
    }
}

database_status_answer answer_for(const status_request& asked, const status_result& all,
                                  const database_status& status) {
    const database& definition = definition_of(asked, status);
    return {status.database,
            definition.class_name(),
            definition.binding_name(),
            action_names(definition),
            unless_empty(status.own_epoch.empty() ? all.epoch : status.own_epoch),
            status.production_migrations,
            status.dev_migrations,
            status.production_changed,
            status.pending,
            unless_empty(status.last_push)};
}

int run(status_request& asked) {
    asked.options.verbose = asked.verbose;
    const auto result = status(current_project_for(asked), asked.options);
    if (asked.json) {
        status_answer answer{unless_empty(result.epoch), {}};
        for (const auto& one : result.databases) {
            answer.databases.push_back(answer_for(asked, result, one));
        }
        asked.answers() << to_json(answer) << '\n';
        return 0;
    }
    asked.answers() << "Dev Epoch: " << (result.epoch.empty() ? "none yet" : result.epoch) << '\n';
    for (const auto& one : result.databases) {
        tell(asked, one);
    }
    return 0;
}

}  // namespace

void add_status_command(CLI::App& to, const command_site& site) {
    auto asked = std::make_shared<status_request>(site);
    auto& command = add_command(to, {"status", "Show database migration status"}, asked,
                                [asked] { return run(*asked); });
    add_database_option(command, asked->options.database, "show");
    add_hint_options(command, asked->options.hints);
}

}  // namespace dormouse::cli
