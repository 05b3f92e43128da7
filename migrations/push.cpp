#include "migrations/dev_cache.hpp"
#include "migrations/digest.hpp"
#include "migrations/project_change.hpp"
#include "migrations/row_queries.hpp"
#include "migrations/schema_names.hpp"
#include "migrations/snapshot_json.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace dormouse {
namespace {

/// A push may meet what an earlier one has made.
std::string if_not_exists(std::string statement) {
    static constexpr std::array<std::string_view, 3> creations{"CREATE TABLE ", "CREATE INDEX ",
                                                               "CREATE UNIQUE INDEX "};
    for (const auto creation : creations) {
        if (statement.starts_with(creation)) {
            return statement.insert(creation.size(), "IF NOT EXISTS ");
        }
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

/// A table that an earlier push has made otherwise is left as it is by IF NOT EXISTS. Nobody should
/// take it for the new one.
std::vector<std::string> ask_about_tables(const std::vector<table_description>& tables,
                                          const schema_snapshot& production) {
    std::vector<std::string> questions;
    for (const auto& table : tables) {
        if (find_table(production.tables, table.name) == nullptr) {
            questions.push_back(query_other_columns(table));
        }
    }
    return questions;
}

stored_migration make_migration(const project_change& found, const declared_database& database) {
    std::vector<std::string> statements;
    for (const auto& statement : found.change.statements) {
        statements.push_back(if_not_exists(statement));
    }
    constexpr std::size_t shown_digits = 8;
    auto name = "dev_" + hex_digest(join(statements, "\n")).substr(0, shown_digits);
    for (auto& question : ask_about_tables(database.tables, found.production)) {
        statements.push_back(std::move(question));
    }
    return {std::move(name), join(statements, ";\n\n") + ";\n"};
}

}  // namespace

push_result push_one(const project_paths& paths, const declared_database& database,
                     const command_hints& hints, timestamp now) {
    const dev_cache cache(paths.cache);
    auto state = cache.load(now);
    auto found = find_change(paths, database, hints);
    push_result result{
        database.name, {}, found.change.statements.size(), false, std::move(found.change.remarks)};
    if (found.change.statements.empty()) {
        result.changed = !cache.migrations(database.name).empty();
        cache.clear(database.name);
    } else {
        const auto migration = make_migration(found, database);
        result.migration = migration.name;
        result.changed = !cache.has_migration(database.name, migration.name);
        if (result.changed) {
            cache.replace(database.name, migration, declared_snapshot(database));
        }
    }
    state.databases[database.name] = {hash_schema(found.production), to_iso8601(now),
                                      result.migration.empty() ? 0 : 1};
    cache.save(state);
    return result;
}

status_result status_one(const project_paths& paths, const declared_database& database,
                         const command_hints& hints, timestamp now) {
    const dev_cache cache(paths.cache);
    const auto state = cache.load(now);
    auto found = find_change(paths, database, hints);
    status_result result{
        database.name, found.history.migrations.size(),    cache.migrations(database.name).size(),
        false,         std::move(found.change.statements), {}};
    if (const auto known = state.databases.find(database.name); known != state.databases.end()) {
        result.last_push = known->second.last_push;
        result.production_changed = !known->second.production_hash.empty() &&
                                    known->second.production_hash != hash_schema(found.production);
    }
    return result;
}

}  // namespace dormouse
