#include "cli/stored_objects_options.hpp"

#include <dormouse/database.hpp>
#include <dormouse/error.hpp>

namespace dormouse::cli {

std::vector<const database_entry*> choose_entries(const database_program& program,
                                                  std::string_view name) {
    std::vector<const database_entry*> chosen;
    std::string known;
    for (const auto& entry : program.databases) {
        known.append(known.empty() ? "" : ", ").append(entry.file_name);
        if (name.empty() || name == entry.file_name) {
            chosen.push_back(&entry);
        }
    }
    if (chosen.empty() && !name.empty()) {
        throw error(errc::unknown_database, "there is no database '" + std::string(name) +
                                                "'. Databases of this program: " + known);
    }
    return chosen;
}

CLI::Option& add_data_option(CLI::App& command, std::filesystem::path& data) {
    return *command.add_option("--data", data, "Data directory, which no program may be using")
                ->check(not_empty());
}

void add_instance_option(CLI::App& command, std::string& instance) {
    command.add_option("--instance", instance, "Only the object of this key, or of this id")
        ->check(not_empty());
}

const database_entry& one_entry(const stored_request& asked) {
    const auto chosen = choose_entries(asked.site.program, asked.database);
    if (chosen.size() == 1) {
        return *chosen.front();
    }
    std::string names;
    for (const auto* entry : chosen) {
        names.append(names.empty() ? "" : ", ").append(entry->file_name);
    }
    throw error(errc::invalid_arguments, "name the database with --database. There are: " +
                                             (names.empty() ? "none" : names));
}

stored_objects objects_of(const stored_request& asked, const project& made,
                          const database_entry& entry) {
    return {asked.data.empty() ? made.paths.data : asked.data, entry.definition->class_name(),
            entry.migrations, asked.instance};
}

}  // namespace dormouse::cli
