#include "migrations/dev_overlay.hpp"

#include "migrations/database_schema.hpp"
#include "migrations/handmade_indexes.hpp"
#include "migrations/schema_drift.hpp"
#include "migrations/scratch_database.hpp"
#include "migrations/statements.hpp"

#include <dormouse/error.hpp>

namespace dormouse {
namespace {

/// No object can have applied a migration that does not run.
bool could_be_applied(lease& turn, handmade_indexes& production,
                      const std::vector<stored_migration>& before) {
    try {
        production.run_all(turn);
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
    handmade_indexes handmade(history);
    if (before.empty() || !could_be_applied(object.turn(), handmade, before)) {
        return std::nullopt;
    }
    try {
        replay(object.turn(), {migration});
    } catch (const error& failed) {
        const std::string text(failed.what());
        return without_code(text.substr(0, text.find('\n')));  // not the statement
    }
    const auto made =
        handmade.remove_undeclared(read_database_schema(object.turn()), database.tables);
    const auto drift = find_drift(database.tables, made);
    return drift.empty() ? std::nullopt : std::optional(drift.front());
}

}  // namespace dormouse
