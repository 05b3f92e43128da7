// The whole content of a database as one text, for comparing two.
#pragma once

#include <dormouse/storage_node.hpp>

#include <functional>
#include <string>
#include <vector>

namespace dormouse::test {

/// Every value of every row that the text `sql` answers, with its type.
using query_runner = std::function<std::vector<std::vector<std::string>>(const std::string& sql)>;

/// The schema and the rows of every table, as the sqlite3 shell's ".dump" has them.
[[nodiscard]] std::string text_of_database(const query_runner& query);

/// In a turn of its own.
[[nodiscard]] std::string text_of_database(object_storage& object);

}  // namespace dormouse::test
