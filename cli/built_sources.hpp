// A tool that was built from other sources than those a developer sees writes migrations to a
// schema nobody declares any more. So the build records what it compiled, and the tool compares.
#pragma once

#include <dormouse/database_tool.hpp>

#include <optional>
#include <string>
#include <vector>

namespace dormouse::cli {

/// What has changed, come or gone since the program was built, `src/databases/schema.hpp has
/// changed`; nothing when nothing was recorded.
[[nodiscard]] std::vector<std::string> find_changed_sources(const database_program& program);

/// The same of the migrations that are embedded, compared with the files that the project has now,
/// `migrations/main/20260101_init.sql is new`; nothing where the project itself is not, as on a
/// machine that has only the tool and the data.
[[nodiscard]] std::vector<std::string> find_changed_embedded(const database_program& program);

/// `path` as somebody in the project's directory would write it.
[[nodiscard]] std::string path_in_project(const database_program& program,
                                          const std::filesystem::path& path);

}  // namespace dormouse::cli
