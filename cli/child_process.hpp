// A command the tool runs and may have to end: with everything that it has started, and also when
// the tool itself is ended in a way that leaves it no time.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dormouse::cli {

/// Where what a command prints on its standard output goes.
enum class child_output {
    answers,  ///< To the tool's own.
    messages  ///< To the tool's standard error, because its output is read by a program.
};

/// **Thread safety:** confined. **Lifetime:** ends the command when it goes.
class child_process {
public:
    /// `command`: the program, looked up as a shell does, and its arguments. It has the tool's
    /// input and environment, and of `environment` what that does not set.
    /// Errors: `errc::storage_failed` when the system allows no process. A program that cannot be
    /// run ends with 127, as in a shell.
    child_process(const std::vector<std::string>& command, child_output output,
                  const std::map<std::string, std::string>& environment = {});
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process();

    /// Its exit code, once it has ended; 128 and the signal that ended it.
    [[nodiscard]] std::optional<int> ended();

    /// Asks it and what it has started to end, by SIGTERM, and after `grace` makes them. Returns
    /// when it has ended.
    void stop(std::chrono::milliseconds grace);

private:
    int id_ = 0;
    std::optional<int> code_;
};

}  // namespace dormouse::cli
