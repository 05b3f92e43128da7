#pragma once

#include <dormouse/tool_streams.hpp>

#include <span>

namespace dormouse::cli {

/// A node's directory outlives its program, and whoever looks after it may have nothing else. So
/// this tool knows no program's databases, only what every data directory holds; it is installed as
/// `dormouse-node`. It changes nothing, and refuses a directory that a node holds.
///
/// Commands: `verify DIR`, `log DIR`, `objects DIR`, `export DIR ID OUT [--at BOOKMARK|TIME]`;
/// `--json` makes each answer one JSON document. docs/recovery.md shows them at work.
///
/// Returns the process's exit code: 0; 1 when something is damaged or could not be done, after a
/// line `Error: ...` on `messages`; 2 when the command line makes no sense.
///
/// **Thread safety:** one call at a time for each stream. **Lifetime:** keeps nothing.
[[nodiscard]] int run_node_tool(std::span<const char* const> arguments,
                                const tool_streams& streams);

}  // namespace dormouse::cli
