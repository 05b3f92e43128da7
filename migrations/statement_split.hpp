// Cuts a migration into the statements SQLite will see. A semicolon ends a statement, except inside
// a trigger, a string, a quoted name or a comment.
#pragma once

#include <string_view>
#include <vector>

namespace dormouse {

/// The pieces of `sql` between `--> statement-breakpoint` markers, the empty ones included. What
/// follows a marker on its line belongs to the next piece. A marker inside a string, a quoted name
/// or another comment is none.
[[nodiscard]] std::vector<std::string_view> split_at_statement_breakpoints(std::string_view sql);

/// The statements of `sql`, each from its first to its last token, without its semicolon. A
/// `--> statement-breakpoint` ends a statement too.
[[nodiscard]] std::vector<std::string_view> split_statements(std::string_view sql);

}  // namespace dormouse
