#include "migrations/dev_cache.hpp"

#include "migrations/epoch.hpp"
#include "migrations/json_writer.hpp"
#include "migrations/project_file.hpp"
#include "migrations/snapshot_json.hpp"

#include <dormouse/error.hpp>
#include <dormouse/json.hpp>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace dormouse {
namespace {

// The file's own names.
struct database_json {
    std::optional<std::string> prodSnapshotHash;
    std::optional<std::string> lastPush;
    std::optional<std::int64_t> devMigrationCount;
    std::optional<std::string> epoch;
};
struct state_json {
    std::string epoch;
    std::map<std::string, database_json> databases;
};

dev_state parse_state(const std::string& text) {
    const auto json = from_json<state_json>(text);
    if (json.epoch.empty()) {
        throw error(errc::invalid_request, "epoch must not be empty");
    }
    dev_state state{json.epoch, {}};
    for (const auto& [name, database] : json.databases) {
        state.databases[name] = {
            database.prodSnapshotHash.value_or(""), database.lastPush.value_or(""),
            database.devMigrationCount.value_or(0), database.epoch.value_or("")};
    }
    return state;
}

std::string write_state(const dev_state& state) {
    json_writer json(json_layout::indented);
    json.begin_object();
    json.text("epoch", state.epoch);
    json.begin_object("databases");
    for (const auto& [name, database] : state.databases) {
        json.begin_object(name);
        json.text("prodSnapshotHash", database.production_hash);
        if (!database.last_push.empty()) {
            json.text("lastPush", database.last_push);
        }
        json.key("devMigrationCount");
        json.raw(std::to_string(database.dev_migrations));
        if (!database.own_epoch.empty()) {
            json.text("epoch", database.own_epoch);
        }
        json.end_object();
    }
    json.end_object();
    json.end_object();
    return json.take() + "\n";
}

void remove_with_contents(const std::filesystem::path& path) {
    std::error_code failed;
    std::filesystem::remove_all(path, failed);
    if (failed) {
        throw error(errc::storage_failed, path.string() + ": " + failed.message());
    }
}

}  // namespace

const std::string& dev_state::epoch_of(const std::string& database) const {
    const auto known = databases.find(database);
    const bool own = known != databases.end() && !known->second.own_epoch.empty();
    return own ? known->second.own_epoch : epoch;
}

void dev_state::forget_push(const std::string& database) {
    const auto known = databases.find(database);
    if (known == databases.end()) {
        return;
    }
    if (known->second.own_epoch.empty()) {
        databases.erase(known);
    } else {
        known->second = {{}, {}, 0, known->second.own_epoch};
    }
}

std::string dev_state::unused_epoch(timestamp moment) const {
    const auto is_used = [this](const std::string& candidate) {
        return candidate == epoch || std::ranges::any_of(databases, [&](const auto& database) {
                   return candidate == database.second.own_epoch;
               });
    };
    while (is_used(make_epoch(moment))) {
        moment += std::chrono::milliseconds(1);
    }
    return make_epoch(moment);
}

dev_state dev_cache::load(timestamp moment) const {
    if (auto known = find()) {
        return std::move(*known);
    }
    const dev_state fresh{make_epoch(moment), {}};
    create();
    // Who only reads has no lock: another may have begun an epoch meanwhile.
    return write_new_project_file(root_ / "state.json", write_state(fresh)) ? fresh : load(moment);
}

std::optional<dev_state> dev_cache::find() const {
    const auto path = root_ / "state.json";
    const auto text = read_project_file(path);
    if (!text) {
        return std::nullopt;
    }
    try {
        return parse_state(*text);
    } catch (const error& failed) {
        throw error(errc::migration_failed,
                    "[db] Failed to parse " + path.string() + ": " + failed.what() +
                        ". Mend it, or delete it to start a new epoch with empty development "
                        "databases");
    }
}

void dev_cache::create() const {
    if (!read_project_file(root_ / ".gitignore")) {
        write_project_file(root_ / ".gitignore", "*\n");
    }
}

void dev_cache::save(const dev_state& state) const {
    create();
    write_project_file(root_ / "state.json", write_state(state));
}

std::filesystem::path dev_cache::directory(const std::string& database) const {
    return root_ / "databases" / database;
}

std::vector<stored_migration> dev_cache::migrations(const std::string& database) const {
    return read_migrations(directory(database) / "migrations");
}

bool dev_cache::holds_only(const std::string& database, const std::string& name) const {
    std::error_code absent;
    const auto found = migrations(database);
    return found.size() == 1 && found.front().name == name &&
           std::filesystem::exists(directory(database) / "_snapshot.json", absent);
}

void dev_cache::replace(const std::string& database, const stored_migration& migration,
                        const schema_snapshot& schema) const {
    const auto home = directory(database);
    write_project_file(home / "migrations" / (migration.name + ".sql"), migration.sql);
    write_project_file(home / "_snapshot.json", to_snapshot_json(schema));
    for (const auto& other : migrations(database)) {
        if (other.name != migration.name) {
            remove_with_contents(home / "migrations" / (other.name + ".sql"));
        }
    }
}

void dev_cache::clear(const std::string& database) const {
    remove_with_contents(directory(database));
}

void dev_cache::clear() const {
    remove_with_contents(root_ / "databases");
}

}  // namespace dormouse
