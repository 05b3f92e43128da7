// The corpus of schema changes describes schemas in terms of its own: by the names a program gives,
// as Drizzle's builders take them. Here they become what a dormouse program would declare.
#pragma once

#include <dormouse/table_description.hpp>

#include <simdjson.h>

#include <vector>

namespace conformance {

[[nodiscard]] std::vector<dormouse::table_description> read_schema(simdjson::dom::element schema);

/// What a program's name is called in SQL: by its explicit name, else in snake_case.
[[nodiscard]] std::string sql_name(simdjson::dom::element named, std::string_view key);

}  // namespace conformance
