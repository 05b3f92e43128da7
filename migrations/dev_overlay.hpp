// A push replaces the development migration, and an object may have applied the one before. It then
// applies the new one over what that made. Where the two agree nothing is lost; where they do not,
// the object could not follow, or would keep an old table under a new schema.
#pragma once

#include "migrations/migration_history.hpp"

#include <dormouse/project.hpp>

#include <optional>
#include <string>
#include <vector>

namespace dormouse {

/// Why an object that has applied `before` does not come to the declared schema by `migration`;
/// nothing when it does. Found by doing so on an empty database.
[[nodiscard]] std::optional<std::string> find_obstacle(const migration_history& history,
                                                       const std::vector<stored_migration>& before,
                                                       const stored_migration& migration,
                                                       const declared_database& database);

}  // namespace dormouse
