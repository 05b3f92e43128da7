// Migrations can run without an error and still not lead to the schema a program declares.
#pragma once

#include <dormouse/table_description.hpp>

#include <string>
#include <vector>

namespace dormouse {

/// One line for each difference, in durable-db's form: `[missing] table users: column bio`. What is
/// `missing` is declared and not there, what is `extra` is there and not declared; what is both,
/// but not alike, is `changed`. The order of columns does not matter.
[[nodiscard]] std::vector<std::string> find_drift(const std::vector<table_description>& declared,
                                                  const std::vector<table_description>& actual);

}  // namespace dormouse
