#include "migrations/chosen_databases.hpp"
#include "migrations/dev_cache.hpp"
#include "migrations/dev_overlay.hpp"
#include "migrations/epoch.hpp"
#include "migrations/project_change.hpp"
#include "migrations/project_file.hpp"
#include "migrations/project_lock.hpp"
#include "migrations/snapshot_json.hpp"

#include <dormouse/error.hpp>
#include <dormouse/project_commands.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace dormouse {
namespace {

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/// 20240315123045, UTC
std::string time_stamp(timestamp now) {
    std::string stamp;
    for (const char c : to_iso8601(now).substr(0, std::string_view("2024-03-15T12:30:45").size())) {
        if (c >= '0' && c <= '9') {
            stamp += c;
        }
    }
    return stamp;
}

void require_plain(const std::string& given) {
    if (!std::ranges::all_of(given, is_plain)) {
        throw error(errc::invalid_arguments,
                    "a migration's name has letters, digits, _ and - only, "
                    "not '" +
                        given + "'");
    }
}

bool begins_with_time(std::string_view name) {
    return !name.empty() && name.front() >= '0' && name.front() <= '9';
}

/// A name of that moment that comes after all others. Of two made in the same second, or on clocks
/// that differ a little, the later one takes the next second that is free.
std::string make_name(const std::string& given, const migration_history& history, timestamp now) {
    constexpr std::chrono::seconds ahead_max(60);
    const auto suffix = given.empty() ? "" : "_" + given;
    const auto newest = history.migrations.empty() ? "" : history.migrations.back().name;
    for (std::chrono::seconds ahead(0); ahead <= ahead_max; ++ahead) {
        if (auto name = time_stamp(now + ahead) + suffix; name > newest) {
            return name;
        }
    }
    if (!begins_with_time(newest)) {
        throw error(errc::invalid_arguments,
                    (history.directory / (newest + ".sql")).string() +
                        " is not named by its time, and would always come last. If it is a "
                        "migration, name it like " +
                        time_stamp(now) + "_" + newest + ".sql; if it is none, put it elsewhere");
    }
    throw error(errc::invalid_arguments, "the new migration " + time_stamp(now) + suffix +
                                             " would not come after " + newest + "; set the clock");
}

std::string make_id(timestamp now, std::string_view previous) {
    constexpr auto digits = schema_snapshot::first_id.size();
    auto id = make_epoch(now);
    id.insert(0, digits - std::min(id.size(), digits), '0');
    return id == previous ? make_id(now + std::chrono::milliseconds(1), previous) : id;
}

std::string migration_text(const schema_snapshot& made, const schema_change& change) {
    auto text = snapshot_note(made);
    for (const auto& statement : change.statements) {
        text.append("\n").append(statement).append(";\n");
    }
    return text;
}

struct planned_migration {
    const declared_database* database;
    project_change found;
    std::string name;  ///< Empty: nothing to generate.
};

planned_migration plan(const project& in, const declared_database& database,
                       const generate_options& options) {
    require_plain(options.name);
    planned_migration planned{&database, find_change(in.paths, database, options.hints), {}};
    if (!planned.found.change.statements.empty()) {
        planned.name = make_name(options.name, planned.found.history, now_in(in));
    }
    return planned;
}

/// A lost snapshot is derived again when there is nothing else to do; otherwise a new one follows.
bool derive_snapshot(const project_change& found, schema_snapshot made) {
    if (found.history.snapshot || found.history.migrations.empty()) {
        return false;
    }
    made.id = found.production.id;
    made.previous_id = found.production.previous_id;
    write_project_file(found.history.directory / "_snapshot.json", to_snapshot_json(made));
    return true;
}

/// The development migration has no place any more. What it made stays where it was applied.
void supersede_pushed(const project& in, const planned_migration& planned,
                      const stored_migration& made, generate_result& result) {
    const auto& database = planned.database->name;
    const dev_cache cache(in.paths.cache);
    const auto before = cache.migrations(database);
    if (find_obstacle(planned.found.history, before, made, *planned.database)) {
        result.needs_reset = true;
        result.remarks.push_back("Objects that have applied " + before.front().name +
                                 " cannot apply " + made.name +
                                 " over it; build and start the program with it, then db reset "
                                 "begins afresh");
    }
    auto state = cache.load(now_in(in));
    cache.clear(database);
    state.forget_push(database);
    cache.save(state);
}

/// The file goes first: a snapshot that is ahead would hide its change for ever. It goes again when
/// the snapshot cannot follow it.
void write_with_snapshot(const std::filesystem::path& file, std::string_view text,
                         const schema_snapshot& made) {
    write_project_file(file, text);
    try {
        write_project_file(file.parent_path() / "_snapshot.json", to_snapshot_json(made));
    } catch (const error&) {
        std::error_code ignored;
        std::filesystem::remove(file, ignored);
        throw;
    }
}

generate_result write_migration(const project& in, planned_migration planned,
                                const generate_options& options) {
    auto& found = planned.found;
    generate_result result;
    result.database = planned.database->name;
    result.remarks = std::move(found.change.remarks);
    auto made = declared_snapshot(*planned.database);
    made.views = found.production.views;
    if (found.change.statements.empty()) {
        result.derived_snapshot = derive_snapshot(found, std::move(made));
        return result;
    }
    made.id = make_id(now_in(in), found.production.id);
    made.previous_id = found.production.id;
    result.migration = planned.name;
    result.file = found.history.directory / (result.migration + ".sql");
    const auto text = migration_text(made, found.change);
    write_with_snapshot(result.file, text, made);
    supersede_pushed(in, planned, {result.migration, text}, result);
    step_log(in, options.verbose)
        .migrations("wrote " + result.migration + " of " + planned.database->name);
    result.statements = std::move(found.change.statements);
    return result;
}

}  // namespace

std::vector<generate_result> generate(const project& in, const generate_options& options) {
    const project_lock held(in.paths.cache, "generate");
    const auto chosen =
        choose_databases_with_tables(in, options.database, step_log(in, options.verbose));
    require_one_database(options.hints, chosen);
    std::vector<planned_migration> planned;
    planned.reserve(chosen.size());
    for (const auto* database : chosen) {
        planned.push_back(plan(in, *database, options));
    }
    std::vector<generate_result> results;
    results.reserve(planned.size());
    for (auto& one : planned) {
        results.push_back(write_migration(in, std::move(one), options));
    }
    return results;
}

generate_result generate_one(const project& in, const declared_database& database,
                             const generate_options& options) {
    const project_lock held(in.paths.cache, "generate");
    return write_migration(in, plan(in, database, options), options);
}

}  // namespace dormouse
