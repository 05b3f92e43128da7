#include "migrations/chosen_databases.hpp"
#include "migrations/dev_cache.hpp"
#include "migrations/dev_overlay.hpp"
#include "migrations/digest.hpp"
#include "migrations/project_change.hpp"
#include "migrations/project_lock.hpp"
#include "migrations/row_queries.hpp"
#include "migrations/snapshot_json.hpp"

#include <dormouse/project_commands.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace dormouse {
namespace {

constexpr std::array<std::string_view, 3> creations{"CREATE TABLE ", "CREATE INDEX ",
                                                    "CREATE UNIQUE INDEX "};

/// Behind the words that make it one; 0 for a statement that creates no table and no index.
std::size_t creation_size(std::string_view statement) {
    const auto found = std::ranges::find_if(
        creations, [&](std::string_view creation) { return statement.starts_with(creation); });
    return found == creations.end() ? 0 : found->size();
}

/// A push may meet what an earlier one has made.
std::string if_not_exists(std::string statement) {
    if (const auto size = creation_size(statement); size > 0) {
        statement.insert(size, "IF NOT EXISTS ");
    }
    return statement;
}

std::string join(const std::vector<std::string>& texts, std::string_view between) {
    std::string joined;
    for (const auto& text : texts) {
        joined.append(joined.empty() ? "" : between).append(text);
    }
    return joined;
}

/// What an earlier push has made otherwise is left as it is by IF NOT EXISTS. Nobody should take it
/// for what is declared now, so the migration asks, and refuses.
std::vector<std::string> ask_about_creations(const std::vector<std::string>& statements) {
    std::vector<std::string> questions;
    for (const auto& statement : statements) {
        if (creation_size(statement) > 0) {
            questions.push_back(query_other_definition(statement));
        }
    }
    return questions;
}

stored_migration make_migration(const std::vector<std::string>& change) {
    std::vector<std::string> statements(change.size());
    std::ranges::transform(change, statements.begin(), if_not_exists);
    constexpr std::size_t shown_digits = 8;
    auto name = std::string(dev_migration_prefix) +
                hex_digest(join(statements, "\n")).substr(0, shown_digits);
    for (auto& question : ask_about_creations(change)) {
        statements.push_back(std::move(question));
    }
    return {std::move(name), join(statements, ";\n\n") + ";\n"};
}

/// Everything that can be refused is, before the first of several databases is written.
struct planned_push {
    const declared_database* database;
    project_change found;
};

void replace_migration(const dev_cache& cache, const planned_push& planned,
                       const stored_migration& migration, push_result& result) {
    const auto& database = *planned.database;
    auto before = cache.migrations(database.name);
    std::erase_if(before, [&](const auto& one) { return one.name == migration.name; });
    if (const auto obstacle = find_obstacle(planned.found.history, before, migration, database)) {
        result.needs_reset = true;
        result.remarks.push_back(
            "Objects that have applied " + before.front().name +
            " cannot follow; db reset begins afresh. The reason: " + *obstacle);
    }
    cache.replace(database.name, migration, declared_snapshot(database));
}

push_result write_push(const project& in, planned_push planned, const step_log& log) {
    const auto& database = *planned.database;
    auto& change = planned.found.change;
    const dev_cache cache(in.paths.cache);
    const auto now = now_in(in);
    auto state = cache.load(now);
    push_result result;
    result.database = database.name;
    result.remarks = std::move(change.remarks);
    if (change.statements.empty()) {
        result.changed = !cache.migrations(database.name).empty();
        cache.clear(database.name);
        if (result.changed) {
            result.remarks.emplace_back(
                "The schema is production's again; the development migration is gone. "
                "Objects that have applied it keep what it made (db reset begins afresh)");
        }
    } else {
        const auto migration = make_migration(change.statements);
        result.migration = migration.name;
        result.changed = !cache.holds_only(database.name, migration.name);
        if (result.changed) {
            replace_migration(cache, planned, migration, result);
            log.migrations("wrote " + migration.name + " of " + database.name);
        }
    }
    result.statements = std::move(change.statements);
    auto& pushed = state.databases[database.name];
    pushed = {hash_schema(planned.found.production), to_iso8601(now),
              result.migration.empty() ? 0 : 1, std::move(pushed.own_epoch)};
    cache.save(state);
    return result;
}

}  // namespace

std::vector<push_result> push(const project& in, const push_options& options) {
    const project_lock held(in.paths.cache, "push");
    const auto chosen =
        choose_databases_with_tables(in, options.database, step_log(in, options.verbose));
    require_one_database(options.hints, chosen);
    std::vector<planned_push> planned;
    planned.reserve(chosen.size());
    for (const auto* database : chosen) {
        planned.push_back({database, find_change(in.paths, *database, options.hints)});
    }
    std::vector<push_result> results;
    results.reserve(planned.size());
    for (auto& one : planned) {
        results.push_back(write_push(in, std::move(one), step_log(in, options.verbose)));
    }
    return results;
}

push_result push_one(const project& in, const declared_database& database,
                     const push_options& options) {
    const project_lock held(in.paths.cache, "push");
    return write_push(in, {&database, find_change(in.paths, database, options.hints)},
                      step_log(in, options.verbose));
}

}  // namespace dormouse
