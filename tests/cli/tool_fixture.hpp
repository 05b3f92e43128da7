// The database tool on a project of its own, and the program in two versions: what it prints is
// what a developer sees.
#pragma once

#include "migrations/digest.hpp"
#include "migrations/project_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <dormouse/action_base.hpp>
#include <dormouse/database.hpp>
#include <dormouse/database_tool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse::test {

struct tool_user {
    std::string id;
    std::string name;
};
struct tool_user_with_bio {
    std::string id;
    std::string name;
    std::optional<std::string> bio;
};
struct tool_event {
    std::int64_t id;
};

inline constexpr auto tool_users = table<tool_user>("users").primary_key(&tool_user::id);
inline constexpr auto tool_users_with_bio =
    table<tool_user_with_bio>("users").primary_key(&tool_user_with_bio::id);
inline constexpr auto tool_events = table<tool_event>("events").autoincrement(&tool_event::id);
inline constexpr auto tool_broken =
    table<tool_event>("broken").autoincrement(&tool_event::id).check("c", "absent > 0");

inline constinit const database first_main{{.name = "main", .tables = schema<tool_users>}};
inline constinit const database second_main{
    {.name = "main", .tables = schema<tool_users_with_bio>}};
inline constinit const database broken_main{{.name = "main", .tables = schema<tool_broken>}};
inline constinit const database analytics{{.name = "user-data", .tables = schema<tool_events>}};
inline constinit const database without_tables{{.name = "plain"}};

struct tool_answer {
    int code = 0;
    std::string out;
    std::string err;
};

class DatabaseTool : public testing::Test {
protected:
    DatabaseTool() { program_.directory = directory_.path(); }

    /// From now on the program is compiled from `main` as its database of that name.
    void compile(const database& main) {
        entries_ = {database_entry{&main, "main", {}}, database_entry{&analytics, "user-data", {}},
                    database_entry{&without_tables, "plain", {}}};
        program_.databases = entries_;
    }

    tool_answer run(std::vector<const char*> words, bool coloured = false) {
        words.insert(words.begin(), "shop-db");
        std::ostringstream out;
        std::ostringstream err;
        const auto code = cli::run_database_commands(
            words, program_, {.answers = &out, .messages = &err, .coloured = coloured});
        return {code, out.str(), err.str()};
    }

    [[nodiscard]] std::filesystem::path in(const std::string& file) const {
        return directory_.path() / file;
    }
    [[nodiscard]] std::string text_of(const std::filesystem::path& file) const {
        return read_project_file(in(file)).value_or("absent");
    }
    void write(const std::string& file, std::string_view text) const {
        write_project_file(in(file), text);
    }
    [[nodiscard]] std::vector<std::string> files_in(const std::string& directory) const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(in(directory))) {
            names.push_back(entry.path().filename().string());
        }
        return names;
    }

    cli::database_program program_;

private:
    temporary_directory directory_;
    std::array<database_entry, 3> entries_{};
};

}  // namespace dormouse::test
