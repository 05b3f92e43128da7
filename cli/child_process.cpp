#include "cli/child_process.hpp"

#include <dormouse/error.hpp>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <thread>

namespace dormouse::cli {
namespace {

constexpr int not_found = 127;

/// What runs between fork and exec, in a tool of one thread.
[[noreturn]] void become(char* const* arguments, child_output output,
                         const std::map<std::string, std::string>& environment) {
    if (output == child_output::messages) {
        ::dup2(STDERR_FILENO, STDOUT_FILENO);
    }
    ::setpgid(0, 0);  // so that all it starts can be ended with it
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const auto& [name, value] : environment) {
        ::setenv(name.c_str(), value.c_str(), 0);
    }
    ::execvp(arguments[0], arguments);
    ::dprintf(STDERR_FILENO, "%s: %s\n", arguments[0], std::strerror(errno));
    ::_exit(not_found);
}

/// It has, and still keeps its number.
bool has_ended(int id) {
    siginfo_t about{};
    const auto of = static_cast<id_t>(id);
    return ::waitid(P_PID, of, &about, WEXITED | WNOHANG | WNOWAIT) == 0 && about.si_pid == id;
}

int code_of(int status) {
    constexpr int of_signal = 128;
    return WIFSIGNALED(status) ? of_signal + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

child_process::child_process(const std::vector<std::string>& command, child_output output,
                             const std::map<std::string, std::string>& environment) {
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (auto& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    id_ = ::fork();
    if (id_ < 0) {
        throw error(errc::storage_failed, "cannot start " + command.front() + ": " +
                                              std::generic_category().message(errno));
    }
    if (id_ == 0) {
        become(arguments.data(), output, environment);
    }
    ::setpgid(id_, id_);  // whichever of the two comes first
}

child_process::~child_process() {
    stop(std::chrono::milliseconds(0));
}

std::optional<int> child_process::ended() {
    int status = 0;
    if (!code_ && ::waitpid(id_, &status, WNOHANG) == id_) {
        code_ = code_of(status);
    }
    return code_;
}

void child_process::stop(std::chrono::milliseconds grace) {
    constexpr std::chrono::milliseconds between_looks{5};
    if (ended()) {
        return;
    }
    ::kill(-id_, SIGTERM);
    for (auto left = grace; left.count() > 0 && !has_ended(id_); left -= between_looks) {
        std::this_thread::sleep_for(between_looks);
    }
    // Itself, or what it has started while the signal was on its way. Nobody else can have the
    // number before it is waited for.
    ::kill(-id_, SIGKILL);
    int status = 0;
    ::waitpid(id_, &status, 0);
    code_ = code_of(status);
}

}  // namespace dormouse::cli
