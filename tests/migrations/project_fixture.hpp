// A project in a directory of its own, for tests of what developers do with migrations.
#pragma once

#include "migrations/project_file.hpp"
#include "tests/migrations/schema_builder.hpp"
#include "tests/support/temporary_directory.hpp"

#include <dormouse/error.hpp>
#include <dormouse/project_commands.hpp>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

namespace dormouse::test {

// 2024-03-15T12:30:45Z
inline constexpr timestamp noon{std::chrono::seconds(1'710'505'845)};
inline constexpr auto later = noon + std::chrono::hours(1);

/// While it is there, no file of this process becomes longer than so many bytes.
class full_disk {
public:
    explicit full_disk(rlim_t bytes) : before_signal_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit smaller{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &smaller);
    }
    full_disk(const full_disk&) = delete;
    full_disk& operator=(const full_disk&) = delete;
    ~full_disk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, before_signal_);
    }

private:
    rlimit before_{};
    void (*before_signal_)(int);
};

/// A project with one database, `main`.
class ProjectCommands : public testing::Test {
protected:
    static declared_database with(std::vector<column_description> columns) {
        return {"main", {table_of("users", std::move(columns))}};
    }
    push_result push(const declared_database& database, timestamp moment = noon) {
        return push_one(at(moment), database);
    }
    generate_result generate(const declared_database& database, timestamp moment = noon,
                             std::string name = {}, migration_hints hints = {}) {
        return generate_one(at(moment), database,
                            {.name = std::move(name), .hints = std::move(hints)});
    }
    database_status status(const declared_database& database) {
        auto in = at(later);
        in.databases = {database};
        return dormouse::status(in).databases.at(0);
    }
    validation_result validate(const declared_database& database, bool no_dev = false) {
        return validate_one(at(later), database, {.no_dev = no_dev});
    }

    /// The project without databases, at that moment.
    [[nodiscard]] project at(timestamp moment) const {
        project made;
        made.paths = paths();
        made.clock = [moment] { return moment; };
        return made;
    }
    [[nodiscard]] project_paths paths() const {
        return {directory_.path() / "migrations", directory_.path() / ".dormouse",
                directory_.path() / "data"};
    }
    [[nodiscard]] std::filesystem::path in(const std::string& file) const {
        return directory_.path() / file;
    }
    [[nodiscard]] std::string text_of(const std::string& file) const {
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
        std::ranges::sort(names);
        return names;
    }
    template <class Work>
    std::string refusal_of(Work work) {
        try {
            work();
        } catch (const error& e) {
            return e.what();
        }
        return "none";
    }

private:
    temporary_directory directory_;
};

}  // namespace dormouse::test
