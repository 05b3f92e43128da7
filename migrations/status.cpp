#include "migrations/chosen_databases.hpp"
#include "migrations/dev_cache.hpp"
#include "migrations/project_change.hpp"
#include "migrations/snapshot_json.hpp"

#include <dormouse/project_commands.hpp>

#include <utility>

namespace dormouse {
namespace {

database_status status_of(const project& in, const dev_state& state,
                          const declared_database& database, const migration_hints& hints) {
    auto found = find_change(in.paths, database, hints);
    database_status result;
    result.database = database.name;
    result.production_migrations = found.history.migrations.size();
    result.dev_migrations = dev_cache(in.paths.cache).migrations(database.name).size();
    result.pending = std::move(found.change.statements);
    if (const auto known = state.databases.find(database.name); known != state.databases.end()) {
        const auto& pushed = known->second;
        result.own_epoch = pushed.own_epoch;
        result.last_push = pushed.last_push;
        result.production_changed = !pushed.production_hash.empty() &&
                                    pushed.production_hash != hash_schema(found.production);
    }
    return result;
}

}  // namespace

status_result status(const project& in, const status_options& options) {
    const auto chosen =
        choose_databases_with_tables(in, options.database, step_log(in, options.verbose));
    require_one_database(options.hints, chosen);
    const auto state = dev_cache(in.paths.cache).find().value_or(dev_state());
    status_result result{state.epoch, {}};
    for (const auto* database : chosen) {
        result.databases.push_back(status_of(in, state, *database, options.hints));
    }
    return result;
}

}  // namespace dormouse
