// A program's databases live in its code: their tables, their actions and the migrations embedded
// beside them. So whatever is to be done with them is a part of a program linked from the same
// objects. `dormouse_add_databases(shop)` makes such a program, `shop-db`; the functions here put
// the same commands into any other, below a word of their own or flat.
//
//     push       make the development migration of a changed schema
//     generate   write a migration to keep
//     status     show where every database stands
//     reset      begin afresh in development
//     validate   run all migrations on an empty database
//     rehearse   run what is pending on copies of real objects
//     plan       show what objects would run when they wake
//     baseline   record migrations as applied in objects that have the tables
//     watch      build and start the program again at every change of a source
//     config     check that the program's runtime gets every database
//
// docs/migrations.md shows them at work. Answers go to `tool_streams::answers`; what is wrong, and
// what is only for people, to `messages`. `--json` makes each answer one JSON document. The exit
// code is 0, or 1 after a line `Error: ...`, or when something that was checked is not in order.
//
// **Thread safety:** one call at a time.
#pragma once

#include <dormouse/databases.hpp>
#include <dormouse/project.hpp>
#include <dormouse/tool_streams.hpp>

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): another library's
class App;
}

namespace dormouse::cli {

/// A file the databases were compiled from.
struct built_source {
    std::string_view path;
    std::string_view digest;  ///< SHA-256 in hexadecimal digits.
};

/// A database as the build found it.
struct built_database {
    std::string_view name;      ///< Of its file, without extension.
    std::string_view variable;  ///< Qualified.
    std::string_view header;    ///< As it is included; empty: it is declared in a source.
};

/// What the build knows of a program and its code does not say. Without it nothing tells whether
/// the program is older than its sources.
struct build_record {
    std::span<const built_source> sources{};
    std::span<const built_database> databases{};
    std::span<const std::string_view> program{};  ///< Sources of the program that runs them.
    std::string_view command{};                   ///< That builds them again.
    std::string_view server{};          ///< The file of that program; empty: it is a library.
    std::string_view server_command{};  ///< That builds it, and them.
};

/// The databases the commands work on, and where their project is.
///
/// **Lifetime:** what it refers to is static, or outlives the commands.
struct database_program {
    std::span<const database_entry> databases{};  ///< `dormouse::databases()`
    std::filesystem::path directory = ".";        ///< Of the project; what follows is in it.
    std::filesystem::path sources = "src/databases";
    std::filesystem::path migrations = "migrations";
    std::filesystem::path cache = ".dormouse";
    std::filesystem::path data = "data";
    build_record build{};
};

/// This program as its build knows it; defined by the target `<target>-commands` that
/// `dormouse_add_databases()` makes.
[[nodiscard]] database_program built_program();

/// The program for <dormouse/project_commands.hpp>, for whoever wants the results and no text.
[[nodiscard]] project project_of(const database_program& program);

/// The whole of a tool's `main`: parses the command line and runs the command.
/// Returns the process's exit code.
[[nodiscard]] int run_database_tool(int argc, const char* const* argv,
                                    const database_program& program);

/// The same for a program that has parsed its first words itself: `shop db push` is called with
/// `{"shop db", "push"}`.
[[nodiscard]] int run_database_commands(std::span<const char* const> arguments,
                                        const database_program& program,
                                        const tool_streams& streams);

/// Adds the commands to a command line made with CLI11: to a subcommand, `shop db push`, or to the
/// program's own, `shop push`. A command runs while its command line is parsed, and ends with a
/// `CLI::RuntimeError` when its exit code is not 0. Below a word, that ends so too when none of the
/// commands follows it. So does an option that a command does not have; the values of those that it
/// has are CLI11's to check, with its texts and exit codes.
/// **Lifetime:** the streams outlive `to`.
void add_database_commands(CLI::App& to, const database_program& program,
                           const tool_streams& streams);

}  // namespace dormouse::cli
