#include <dormouse/action_base.hpp>
#include <dormouse/database.hpp>
#include <dormouse/database_tool.hpp>
#include <dormouse/databases.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace dormouse::cli {
namespace {

// The names of the actions that exist in this program, in alphabetical order: they registered in
// whatever order the linker chose.
std::vector<std::string> action_names(const database& definition) {
    std::vector<std::string> names;
    for (const action_base* action : definition.actions()) {
        names.emplace_back(action->name());
    }
    std::ranges::sort(names);
    return names;
}

void print_status(std::ostream& out, const database_entry& entry) {
    const database& definition = *entry.definition;
    out << "📦 " << definition.name() << '\n'
        << "   Class: " << definition.class_name() << '\n'
        << "   Binding: " << definition.binding_name() << '\n';

    const std::vector<std::string> actions = action_names(definition);
    out << "   Actions: " << actions.size() << '\n';
    for (const std::string& name : actions) {
        out << "     - " << name << '\n';
    }

    out << "   Migrations: " << entry.migrations.size() << '\n';
    for (const migration_file& file : entry.migrations) {
        out << "     - " << file.name << '\n';
    }
    out << '\n';
}

void print_status(std::ostream& out) {
    for (const database_entry& entry : databases()) {
        print_status(out, entry);
    }
}

// CLI11 prints its own messages; this keeps them to the one form the tool promises.
int report(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
        return app.exit(error);  // --help and --version arrive as exceptions
    }
    std::cerr << "Error: " << error.what() << '\n';
    return 1;
}

}  // namespace

int run_database_tool(int argc, const char* const* argv) {
    CLI::App app("Looks at the databases of this program");
    app.set_version_flag("--version", "dormouse " DORMOUSE_VERSION);
    app.require_subcommand(1);
    app.add_subcommand("status", "List the databases, their actions and their migrations")
        ->callback([] { print_status(std::cout); });
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return report(app, error);
    } catch (const std::exception& error) {
        std::cerr << "Error: " << error.what() << '\n';
        return 1;
    }
    return 0;
}

}  // namespace dormouse::cli
