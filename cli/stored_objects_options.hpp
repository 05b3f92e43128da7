// What commands have in common that work on the objects of a stopped node.
#pragma once

#include "cli/database_command.hpp"

#include <dormouse/stored_objects.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace dormouse::cli {

/// Of a program's databases the one called `name`, or all when that is empty.
/// Errors: `errc::unknown_database` listing those there are.
[[nodiscard]] std::vector<const database_entry*> choose_entries(const database_program& program,
                                                                std::string_view name);

struct stored_request : command_request {
    using command_request::command_request;
    std::filesystem::path data;  ///< Empty: the project's.
    std::string database;
    std::string instance;
};

CLI::Option& add_data_option(CLI::App& command, std::filesystem::path& data);
void add_instance_option(CLI::App& command, std::string& instance);

/// The database that is named, or the only one there is.
/// Errors: `errc::invalid_arguments` when there are several; those of `choose_entries`.
[[nodiscard]] const database_entry& one_entry(const stored_request& asked);

[[nodiscard]] stored_objects objects_of(const stored_request& asked, const project& made,
                                        const database_entry& entry);

}  // namespace dormouse::cli
