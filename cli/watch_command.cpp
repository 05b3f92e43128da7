#include "cli/child_process.hpp"
#include "cli/database_answers.hpp"
#include "cli/database_command.hpp"
#include "cli/painted_text.hpp"
#include "cli/watch_cycle.hpp"
#include "cli/watched_sources.hpp"

#include <dormouse/error.hpp>
#include <dormouse/json.hpp>
#include <dormouse/project_commands.hpp>

#include <csignal>
#include <ctime>
#include <filesystem>
#include <map>
#include <optional>
#include <ostream>
#include <string>

namespace dormouse::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto look_interval = 100ms;
constexpr auto quiet_time = 100ms;
constexpr auto stop_grace = 10s;  // a server closes its databases

struct watch_request : command_request {
    using command_request::command_request;
    std::string build;
    std::vector<std::string> server;
    std::vector<std::filesystem::path> folders;
};

/// While it is there, signals that end the tool, or tell of an ended child, wait to be asked for.
class held_signals {
public:
    held_signals() {
        ::sigemptyset(&held_);
        for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) {
            ::sigaddset(&held_, signal);
        }
        ::sigprocmask(SIG_BLOCK, &held_, &before_);
    }
    held_signals(const held_signals&) = delete;
    held_signals& operator=(const held_signals&) = delete;
    ~held_signals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

    /// Waits for one, but not longer. True when the tool is to end.
    [[nodiscard]] bool wait(std::chrono::nanoseconds at_most) const {
        const timespec time{0, static_cast<long>(at_most.count())};
        const int signal = ::sigtimedwait(&held_, nullptr, &time);
        return signal == SIGINT || signal == SIGTERM;
    }

private:
    sigset_t held_{};
    sigset_t before_{};
};

class server_watch {
public:
    explicit server_watch(const watch_request& asked)
        : asked_(&asked),
          cache_(std::filesystem::absolute(project_for(asked).paths.cache)),
          output_(asked.json ? child_output::messages : child_output::answers),
          sources_(asked.site.program, asked.folders),
          environment_{{"DORMOUSE_MODE", "development"}, {"DORMOUSE_CACHE", cache_.string()}} {}

    /// Until the tool is told to end.
    void run() {
        const held_signals signals;
        push_into_new_cache();
        do {
            step(std::chrono::steady_clock::now());
        } while (!signals.wait(look_interval));
        end(build_, "build");
        end(server_, "server");
    }

private:
    // Whoever deletes the cache wants to begin afresh, with the schema that is declared.
    void push_into_new_cache() const {
        if (std::filesystem::exists(cache_ / "state.json")) {
            return;
        }
        try {
            for (const auto& pushed : push(current_project_for(*asked_))) {
                if (!pushed.migration.empty()) {
                    tell({"pushed", pushed.database, {}, pushed.migration});
                }
            }
        } catch (const error& failed) {
            tell({"nothing pushed", {}, 1, failed.what()});
        }
    }

    void step(watch_cycle::time_point now) {
        if (sources_.changed()) {
            cycle_.note_change(now);
        }
        look_after_build();
        look_after_server();
        switch (cycle_.next(now)) {
            case watch_action::build:
                tell({"building", {}, {}, asked_->build});
                build_.emplace(std::vector<std::string>{"/bin/sh", "-c", asked_->build}, output_);
                break;
            case watch_action::restart:
                end(server_, "server");
                server_.emplace(asked_->server, output_, environment_);
                tell({"started", {}, {}, asked_->server.front()});
                break;
            case watch_action::wait:
                break;
        }
    }

    void look_after_build() {
        const auto code = build_ ? build_->ended() : std::nullopt;
        if (!code) {
            return;
        }
        build_.reset();
        if (*code == 0) {
            cycle_.note_built();
            return;
        }
        cycle_.note_build_failed();
        tell({"build failed",
              {},
              *code,
              server_ ? "the server goes on as it was" : "no server has been started"});
    }

    void look_after_server() {
        if (const auto code = server_ ? server_->ended() : std::nullopt) {
            server_.reset();
            tell({"server ended", {}, *code, "it is started again after the next change"});
        }
    }

    void end(std::optional<child_process>& child, const char* name) {
        if (child) {
            child->stop(stop_grace);
            child.reset();
            tell({std::string(name) + " stopped", {}, {}, {}});
        }
    }

    void tell(const watch_event_answer& event) const {
        if (asked_->json) {
            asked_->answers() << to_json(event) << std::endl;  // whoever reads waits for it
            return;
        }
        asked_->messages() << line_for(event) << std::flush;
    }

    /// As one text: what is watched writes to the same place at the same time.
    [[nodiscard]] std::string line_for(const watch_event_answer& event) const {
        const bool good = event.code.value_or(0) == 0;
        auto line = painted(good ? "·" : "✗", good ? paint::faint : paint::bad, asked_->coloured());
        line.append(" ").append(event.event);
        line.append(event.database ? " " + *event.database : "");
        line.append(event.code ? " with code " + std::to_string(*event.code) : "");
        line.append(event.text ? ": " + *event.text : "");
        return line + "\n";
    }

    const watch_request* asked_;
    std::filesystem::path cache_;
    child_output output_;
    watched_sources sources_;
    std::map<std::string, std::string> environment_;
    watch_cycle cycle_{quiet_time};
    std::optional<child_process> build_;
    std::optional<child_process> server_;
};

int run(watch_request& asked) {
    const auto& known = asked.site.program.build;
    if (asked.build.empty()) {
        asked.build = known.server_command;
    }
    if (asked.server.empty() && !known.server.empty()) {
        asked.server.emplace_back(known.server);
    }
    if (asked.build.empty() || asked.server.empty()) {
        throw error(errc::invalid_arguments,
                    "the build does not know which program to start: watch --build COMMAND -- "
                    "PROGRAM ARGUMENTS...");
    }
    server_watch(asked).run();
    return 0;
}

}  // namespace

void add_watch_command(CLI::App& to, const command_site& site) {
    auto asked = std::make_shared<watch_request>(site);
    auto& command =
        add_command(to, {"watch", "Build and start the program again at every change of a source"},
                    asked, [asked] { return run(*asked); });
    command.add_option("--build", asked->build, "Shell command that builds it")->check(not_empty());
    command.add_option("--folder", asked->folders, "Another folder to look at, once for each")
        ->check(CLI::ExistingDirectory)
        ->allow_extra_args(false);
    command.add_option("program", asked->server,
                       "Behind --: the program to start, and its arguments");
}

}  // namespace dormouse::cli
