#pragma once

namespace dormouse::cli {

/// A program's databases live in its code: their tables, their actions and the migrations embedded
/// beside them. So the tool that looks at them is linked from the same objects;
/// `dormouse_add_databases(shop)` makes it as `shop-db`, with a `main` that calls this function.
///
/// Commands: `status` lists each database with its class and binding names, its actions and its
/// migrations; `--help`; `--version`. Answers go to standard output.
///
/// Returns the process's exit code: 0, or 1 after a line `Error: ...` on standard error.
///
/// **Thread safety:** call it from `main`. **Lifetime:** keeps nothing.
[[nodiscard]] int run_database_tool(int argc, const char* const* argv);

}  // namespace dormouse::cli
