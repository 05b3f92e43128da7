#include "cli/node_commands.hpp"

#include <dormouse/error.hpp>

#include <CLI/CLI.hpp>

#include <exception>
#include <functional>
#include <map>
#include <ostream>
#include <string>

namespace dormouse::cli {
namespace {

constexpr int failed = 1;
constexpr int misused = 2;

class command_line {
public:
    explicit command_line(const tool_streams& streams) : streams_(&streams) {
        app_.set_version_flag("--version", "dormouse " DORMOUSE_VERSION);
        app_.require_subcommand(1);
        add_verify();
        add_log();
        add_objects();
        add_export();
    }

    int run(std::span<const char* const> arguments) {
        try {
            app_.parse(static_cast<int>(arguments.size()), arguments.data());
        } catch (const CLI::ParseError& refused) {
            return report(refused);
        }
        try {
            return chosen_();
        } catch (const std::exception& failure) {
            *streams_->messages << "Error: " << failure.what() << '\n';
            return failed;
        }
    }

private:
    // CLI11 prints its own messages; this keeps them to the one form the tool promises.
    int report(const CLI::ParseError& refused) {
        if (refused.get_exit_code() == 0) {
            return app_.exit(refused, *streams_->answers, *streams_->messages);  // --help
        }
        *streams_->messages << "Error: " << refused.what() << '\n';
        return misused;
    }

    CLI::App* add_command(const std::string& name, const std::string& description,
                          node_request& request) {
        auto* command = app_.add_subcommand(name, description);
        command->add_option("DIR", request.directory, "The node's data directory")->required();
        command->add_flag(
            "--json", [&request](std::int64_t /*count*/) { request.form = answer_form::json; },
            "Answer with one JSON document");
        return command;
    }

    template <class Request>
    void run_as(CLI::App* command, Request& request,
                int (*action)(const Request&, const tool_streams&)) {
        command->callback([this, &request, action] {
            chosen_ = [this, &request, action] { return action(request, *streams_); };
        });
    }

    void add_verify() {
        auto* command = add_command(
            "verify", "Check the log, the archives, every object and the catalog", verify_);
        run_as(command, verify_, &verify_node);
    }

    void add_log() {
        auto* command = add_command("log", "List the records of the commit log", log_);
        command->add_option("--object", log_.object, "Only this one's: ID, CLASS/ID or CLASS/NAME");
        command->add_option("--class", log_.class_name, "Only those of objects of this class");
        run_as(command, log_, &list_log);
    }

    void add_objects() {
        auto* command = add_command("objects", "List the objects", objects_);
        auto& filter = objects_.filter;
        command->add_option("--class", filter.class_name, "Only objects of this class");
        command->add_option("--name", filter.name_prefix, "Only those whose name begins so");
        command->add_option("--state", state_, "Only those in this state")
            ->check(CLI::IsMember({"active", "quarantined"}))
            ->each([&filter](const std::string& name) {
                filter.state = name == "active" ? object_state::active : object_state::quarantined;
            });
        run_as(command, objects_, &list_objects);
    }

    void add_export() {
        auto* command = add_command("export", "Write an object's database to a new file", export_);
        command->add_option("ID", export_.object, "ID, CLASS/ID or CLASS/NAME")->required();
        command->add_option("OUT", export_.to, "The file to write")
            ->required()
            ->check(CLI::NonexistentPath);
        command->add_option("--at", at_, "Its state at a bookmark, or at a time in ISO 8601")
            ->check([this](const std::string& text) {
                const auto moment = parse_moment(text);
                export_.at = moment.value_or(object_moment());
                return moment ? ""
                              : "'" + text +
                                    "' is neither a bookmark nor a time like "
                                    "2026-01-31T12:00:00Z";
            });
        run_as(command, export_, &export_object);
    }

    const tool_streams* streams_;
    CLI::App app_{"Looks into the data directory of a node that does not run", "dormouse-node"};
    node_request verify_;
    log_request log_;
    objects_request objects_;
    export_request export_;
    std::string state_;
    std::string at_;
    std::function<int()> chosen_;
};

}  // namespace

int run_node_tool(std::span<const char* const> arguments, const tool_streams& streams) {
    return command_line(streams).run(arguments);
}

}  // namespace dormouse::cli
