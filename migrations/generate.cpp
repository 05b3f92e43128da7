#include "migrations/dev_cache.hpp"
#include "migrations/json_writer.hpp"
#include "migrations/project_change.hpp"
#include "migrations/project_file.hpp"
#include "migrations/snapshot_json.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
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

std::string make_name(const std::string& given, timestamp now) {
    if (!std::ranges::all_of(given, is_plain)) {
        throw error(errc::invalid_arguments,
                    "a migration's name has letters, digits, _ and - only, "
                    "not '" +
                        given + "'");
    }
    return time_stamp(now) + (given.empty() ? "" : "_" + given);
}

void require_newest(const std::string& name, const migration_history& history) {
    if (!history.migrations.empty() && history.migrations.back().name >= name) {
        throw error(errc::invalid_arguments,
                    "the new migration " + name + " would not come after " +
                        history.migrations.back().name + "; wait a second, or set the clock");
    }
}

std::string make_id(timestamp now) {
    auto id = make_epoch(now);
    id.insert(
        0, schema_snapshot::first_id.size() - std::min(id.size(), schema_snapshot::first_id.size()),
        '0');
    return id;
}

std::string migration_text(const schema_snapshot& made, const schema_change& change) {
    auto text = snapshot_note(made);
    for (const auto& statement : change.statements) {
        text.append("\n").append(statement).append(";\n");
    }
    return text;
}

}  // namespace

generate_result generate_one(const project_paths& paths, const declared_database& database,
                             const generate_request& request, timestamp now) {
    const auto name = make_name(request.name, now);
    auto found = find_change(paths, database, request.hints);
    generate_result result{
        database.name, {}, {}, found.change.statements.size(), std::move(found.change.remarks)};
    auto made = declared_snapshot(database);
    made.views = found.production.views;
    if (found.change.statements.empty()) {
        if (!found.history.snapshot && !found.history.migrations.empty()) {
            made.id = found.production.id;  // the lost one, derived again
            made.previous_id = found.production.previous_id;
            write_project_file(found.history.directory / "_snapshot.json", to_snapshot_json(made));
        }
        return result;
    }
    require_newest(name, found.history);
    made.id = make_id(now);
    made.previous_id = found.production.id;
    result.migration = name;
    result.file = found.history.directory / (name + ".sql");
    // The file goes first: a snapshot that is ahead would hide its change for ever.
    write_project_file(result.file, migration_text(made, found.change));
    write_project_file(found.history.directory / "_snapshot.json", to_snapshot_json(made));
    const dev_cache cache(paths.cache);
    auto state = cache.load(now);
    cache.clear(database.name);
    state.databases.erase(database.name);
    cache.save(state);
    return result;
}

}  // namespace dormouse
