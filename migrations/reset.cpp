#include "migrations/chosen_databases.hpp"
#include "migrations/dev_cache.hpp"
#include "migrations/local_storage.hpp"
#include "migrations/project_lock.hpp"

#include <dormouse/project_commands.hpp>

#include <optional>
#include <utility>

namespace dormouse {
namespace {

void begin_epoch(dev_state& state, const std::string& database, const std::string& epoch) {
    if (database.empty()) {
        state.epoch = epoch;
        state.databases.clear();  // epochs of their own, too
    } else {
        state.databases[database].own_epoch = epoch;
    }
}

}  // namespace

reset_result reset(const project& in, const reset_options& options) {
    const project_lock held(in.paths.cache, "reset");
    const auto chosen = choose_databases(in, options.database);
    const auto now = now_in(in);
    const dev_cache cache(in.paths.cache);
    const bool has_epoch = cache.find().has_value();
    auto state = cache.load(now);
    const step_log log(in, options.verbose);
    reset_result result;
    if (options.purge_local_storage) {  // first, because it may be refused
        const auto only =
            options.database.empty() ? std::nullopt : std::optional(chosen.front()->class_name);
        result.purged = purge_local_storage(in.paths.data, only, in.progress);
    }
    for (const auto* database : chosen) {
        cache.clear(database->name);
        state.forget_push(database->name);
        result.databases.push_back(database->name);
        log.cli("Reset " + database->name);
    }
    if (options.database.empty()) {
        cache.clear();
    }
    if (!options.keep_epoch) {
        result.new_epoch = state.unused_epoch(now);
        begin_epoch(state, options.database, result.new_epoch);
        log.cli("New epoch: " + result.new_epoch);
    } else if (!has_epoch) {
        result.new_epoch = state.epoch;
    }
    cache.save(state);  // last: whoever watches it finds the rest done
    return result;
}

reset_and_push_result reset_and_push(const project& in, const reset_options& options) {
    auto done = reset(in, options);
    return {std::move(done), push(in, {.database = options.database, .verbose = options.verbose})};
}

}  // namespace dormouse
