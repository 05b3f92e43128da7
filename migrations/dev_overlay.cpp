#include "migrations/dev_overlay.hpp"

#include "migrations/database_schema.hpp"
#include "migrations/schema_drift.hpp"
#include "migrations/scratch_database.hpp"
#include "migrations/statements.hpp"

#include <dormouse/error.hpp>

namespace dormouse {
namespace {

/// No object can have applied a migration that does not run.
bool could_be_applied(lease& turn, const migration_history& history,
                      const std::vector<stored_migration>& before) {
    try {
        replay(turn, history.migrations);
        replay(turn, before);
    } catch (const error&) {
        return false;
    }
    return true;
}

}  // namespace

std::optional<std::string> find_obstacle(const migration_history& history,
                                         const std::vector<stored_migration>& before,
                                         const stored_migration& migration,
                                         const declared_database& database) {
    scratch_database object;
    if (before.empty() || !could_be_applied(object.turn(), history, before)) {
        return std::nullopt;
    }
    try {
        replay(object.turn(), {migration});
    } catch (const error& failed) {
        const std::string text(failed.what());
        return without_code(text.substr(0, text.find('\n')));  // not the statement
    }
    const auto drift = find_drift(database.tables, read_database_schema(object.turn()));
    return drift.empty() ? std::nullopt : std::optional(drift.front());
}

}  // namespace dormouse
