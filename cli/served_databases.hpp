// A database that the build found and the program's runtime does not get is missing at run time,
// with the first call. Whether the runtime gets it is written in the program's sources.
#pragma once

#include <dormouse/database_tool.hpp>

#include <string>
#include <vector>

namespace dormouse::cli {

struct served_database {
    std::string name;
    std::string class_name;
    std::string binding_name;
    bool served = true;        ///< The runtime gets it.
    bool wants_entry = false;  ///< It is missing in the runtime's list, or its migrations are.
    std::string problem;       ///< Empty: in order.
};

/// Every database, of the build and of the program. One is served when it is in the program's list
/// and, as far as the program's own sources are known, these are seen to give it to the runtime,
/// see `passed_databases`. A library need not make one. It is a problem, too, when they give it
/// without its migrations, and when two databases share a class.
[[nodiscard]] std::vector<served_database> find_served(const database_program& program);

/// What to write instead, line by line; empty when nothing is missing.
[[nodiscard]] std::string advice_for(const database_program& program,
                                     const std::vector<served_database>& found);

}  // namespace dormouse::cli
