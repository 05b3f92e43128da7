// A long migration is cut into chunks that are applied, and remembered, one by one.
#pragma once

#include <string_view>
#include <vector>

namespace dormouse {

/// The chunks of `sql` that have statements: the text between lines that hold only
/// `--> breakpoint`, in any case. Such a line inside a string, a quoted name or a block comment
/// belongs to it.
[[nodiscard]] std::vector<std::string_view> split_chunks(std::string_view sql);

/// Those that durable-db counts: also the text that holds only comments, unless all of them are
/// lines that begin with `--`.
[[nodiscard]] std::vector<std::string_view> split_durable_db_chunks(std::string_view sql);

}  // namespace dormouse
