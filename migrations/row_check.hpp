// A migration is written without the data it will meet. Where rows may stand in its way, it asks
// first: by a query that any SQLite can run, whose column's name says what is wrong with the rows
// it counts. Our runner refuses when there are some; elsewhere the statement that follows fails by
// itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dormouse {

/// The name of the column that counts the rows of which `problem` is true: "users.bio is NULL".
[[nodiscard]] std::string row_check_name(std::string_view problem);

/// The problem, if a column of this name counts rows that have one.
[[nodiscard]] std::optional<std::string_view> checked_problem(std::string_view column_name);

/// What to tell whoever applies the migration.
[[nodiscard]] std::string describe_refusal(std::string_view problem, std::int64_t rows);

}  // namespace dormouse
