#pragma once

#include <iosfwd>

namespace dormouse::cli {

/// A tool is read by people and by programs, and they want different things of it: colour and
/// progress, or plain text and nothing but the answer. So a tool is told where it writes and who
/// reads.
///
/// **Thread safety:** value. **Lifetime:** the streams outlive the tool's run.
struct tool_streams {
    std::ostream* answers;
    std::ostream* messages;
    bool interactive = false;  ///< A person watches `messages`: long work draws a bar there.
    bool coloured = false;     ///< A person watches both.
};

/// The process's own: standard output and standard error, coloured on a terminal unless the
/// environment has NO_COLOR.
[[nodiscard]] tool_streams process_streams();

}  // namespace dormouse::cli
