#include "cli/built_sources.hpp"
#include "cli/database_answers.hpp"
#include "cli/painted_text.hpp"
#include "cli/stored_objects_options.hpp"

#include <dormouse/error.hpp>
#include <dormouse/json.hpp>
#include <dormouse/project_commands.hpp>

#include <ostream>
#include <system_error>

namespace dormouse::cli {
namespace {

struct reset_request : command_request {
    using command_request::command_request;
    reset_options options;
    std::filesystem::path data;  ///< Empty: the program's.
};

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) {
        text.append(text.empty() ? "" : ", ").append(name);
    }
    return text;
}

reset_answer answer_for(const reset_request& asked, const reset_result& result) {
    reset_answer answer{result.new_epoch.empty() ? std::nullopt : std::optional(result.new_epoch),
                        result.databases,
                        {}};
    for (const auto& folder : result.purged) {
        answer.purged.push_back(path_in_project(asked.site.program, folder));
    }
    return answer;
}

void tell(const reset_request& asked, const reset_answer& answer) {
    auto& out = asked.answers();
    const auto done = painted("✓", paint::good, asked.coloured()) + " ";
    const auto nothing = painted("·", paint::faint, asked.coloured()) + " ";
    if (answer.newEpoch) {
        out << done << "New epoch: " << *answer.newEpoch
            << " — databases start fresh on the next request\n";
    } else {
        out << done << "Epoch unchanged\n";
    }
    if (answer.databases.empty()) {
        out << nothing << "No databases to reset\n";
    } else {
        out << done << "Reset databases: " << joined(answer.databases) << '\n';
    }
    if (!answer.purged.empty()) {
        out << done << "Purged local DO storage: " << joined(answer.purged) << '\n'
            << "  Start the dev server again: its objects begin empty\n";
    } else if (asked.options.purge_local_storage) {
        out << nothing << "No local DO storage to purge\n";
    }
}

/// The program's own may never have been made. One that is misspelt would pass for it.
void require_data_directory(const std::filesystem::path& wanted) {
    std::error_code absent;
    if (!std::filesystem::is_directory(wanted, absent)) {
        throw error(errc::invalid_arguments, "Data directory not found: " + wanted.string());
    }
}

int run(reset_request& asked) {
    asked.options.verbose = asked.verbose;
    auto in = project_for(asked);  // a program older than its sources knows enough
    if (!asked.data.empty()) {
        require_data_directory(asked.data);
        in.paths.data = asked.data;
    }
    const auto answer = answer_for(asked, reset(in, asked.options));
    if (asked.json) {
        asked.answers() << to_json(answer) << '\n';
    } else {
        tell(asked, answer);
    }
    return 0;
}

}  // namespace

void add_reset_command(CLI::App& to, const command_site& site) {
    auto asked = std::make_shared<reset_request>(site);
    auto& command = add_command(
        to, {"reset", "Reset dev state and create fresh database instances by a new epoch"}, asked,
        [asked] { return run(*asked); });
    add_database_option(command, asked->options.database, "reset");
    command.add_flag("--keep-epoch", asked->options.keep_epoch,
                     "Only clear dev migrations; keep the same DO instances");
    auto* purge = command.add_flag(
        "--purge-local-storage", asked->options.purge_local_storage,
        "Also destroy the objects in the data directory; its program must be stopped");
    add_data_option(command, asked->data).needs(purge);
}

}  // namespace dormouse::cli
