// The program that knows the tables is not where migrations are kept: they lie in its project, as
// files that people review, merge and commit. A `project` is both together, and all that the
// functions of <dormouse/project_commands.hpp> work on.
#pragma once

#include <dormouse/log.hpp>
#include <dormouse/node_inspection.hpp>
#include <dormouse/table_description.hpp>
#include <dormouse/timestamp.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dormouse {

/// Where a project keeps its migrations and what belongs to its development.
struct project_paths {
    std::filesystem::path migrations = "migrations";  ///< A directory for each database in it.
    std::filesystem::path cache = ".dormouse";        ///< Never committed.
    std::filesystem::path data = "data";              ///< Of the program under development.
};

/// One database, as the program declares it.
struct declared_database {
    std::string name;  ///< Of the file that declares it; its migrations are found by it.
    std::vector<table_description> tables;
    std::string class_name{};            ///< Its folder in the data directory.
    std::vector<std::string> renames{};  ///< See `describe_renames`.
};

/// **Thread safety:** value. **Lifetime:** what it refers to outlives the commands that run on it.
struct project {
    project_paths paths;
    std::vector<declared_database> databases;
    std::function<timestamp()> clock{};  ///< Null: this machine's.
    std::shared_ptr<log_sink> log{};     ///< Null is silent.
    progress_listener progress{};        ///< Hears of what may take long.
};

}  // namespace dormouse
