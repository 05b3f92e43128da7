#include "migrations/migration_history.hpp"

#include "migrations/chunks.hpp"
#include "migrations/database_schema.hpp"
#include "migrations/project_file.hpp"
#include "migrations/scratch_database.hpp"
#include "migrations/snapshot_json.hpp"
#include "migrations/statements.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <system_error>

namespace dormouse {
namespace {

constexpr std::string_view note_begin = "-- snapshot ";
constexpr std::string_view note_middle = " follows ";

/// What a generated file says of itself.
struct chain_link {
    std::string migration;
    std::string id;
    std::string previous_id;
};

std::optional<chain_link> read_note(const stored_migration& migration) {
    std::string_view line = migration.sql;
    line = line.substr(0, line.find_first_of("\r\n"));
    const auto middle = line.find(note_middle);
    if (!line.starts_with(note_begin) || middle == std::string_view::npos) {
        return std::nullopt;
    }
    return chain_link{migration.name,
                      std::string(line.substr(note_begin.size(), middle - note_begin.size())),
                      std::string(line.substr(middle + note_middle.size()))};
}

std::vector<chain_link> read_chain(const std::vector<stored_migration>& migrations) {
    std::vector<chain_link> chain;
    for (const auto& migration : migrations) {
        if (auto link = read_note(migration)) {
            chain.push_back(std::move(*link));
        }
    }
    return chain;
}

[[noreturn]] void refuse(const std::filesystem::path& directory, const std::string& why) {
    throw error(errc::migration_failed, "[db] " + directory.string() + ": " + why);
}

// The order of the files must be the order of the snapshots.
void require_chain(const migration_history& history) {
    const auto chain = read_chain(history.migrations);
    for (std::size_t i = 1; i < chain.size(); ++i) {
        const auto& before = chain[i - 1];
        const auto& link = chain[i];
        if (link.previous_id != before.id) {
            const bool siblings = link.previous_id == before.previous_id;
            refuse(history.directory,
                   link.migration + " does not follow " + before.migration +
                       (siblings ? ": both were generated from the same state, on two branches"
                                 : ", which stands before it") +
                       ". Delete the one that is not deployed, restore _snapshot.json of the "
                       "other from git, and generate it again");
        }
    }
    if (!chain.empty() && history.snapshot && history.snapshot->id != chain.back().id) {
        refuse(history.directory, "_snapshot.json is not the one that " + chain.back().migration +
                                      " made. Restore the one that came with it from git, or "
                                      "delete it to have it derived from the migrations");
    }
}

std::optional<schema_snapshot> read_snapshot(const std::filesystem::path& path) {
    const auto text = read_project_file(path);
    if (!text) {
        return std::nullopt;
    }
    try {
        return parse_snapshot_json(*text);
    } catch (const error& failed) {
        throw error(errc::migration_failed,
                    "[db] Failed to parse snapshot at " + path.string() + ": " + failed.what() +
                        ". The file appears corrupt — restore from git, or delete it if you "
                        "intend to re-derive migrations from scratch");
    }
}

}  // namespace

std::string snapshot_note(const schema_snapshot& made) {
    return std::string(note_begin)
        .append(made.id)
        .append(note_middle)
        .append(made.previous_id)
        .append("\n");
}

bool is_generated(const stored_migration& migration) {
    return read_note(migration).has_value();
}

std::vector<stored_migration> read_migrations(const std::filesystem::path& directory) {
    std::vector<stored_migration> migrations;
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator(directory, absent)) {
        const bool hidden = entry.path().filename().string().starts_with('.');  // of an editor
        if (entry.path().extension() == ".sql" && !hidden) {
            migrations.push_back(
                {entry.path().stem().string(), read_project_file(entry.path()).value_or("")});
        }
    }
    std::ranges::sort(migrations, {}, &stored_migration::name);
    return migrations;
}

migration_history read_history(const std::filesystem::path& directory) {
    migration_history history{directory, read_migrations(directory),
                              read_snapshot(directory / "_snapshot.json")};
    require_chain(history);
    return history;
}

schema_snapshot schema_after(const migration_history& history) {
    if (history.snapshot) {
        return *history.snapshot;
    }
    schema_snapshot derived;
    if (history.migrations.empty()) {
        return derived;
    }
    scratch_database database;
    replay(database.turn(), history.migrations);
    derived.tables = read_database_schema(database.turn());
    if (const auto chain = read_chain(history.migrations); !chain.empty()) {
        derived.id = chain.back().id;
        derived.previous_id = chain.back().previous_id;
    }
    return derived;
}

void replay(lease& turn, const std::vector<stored_migration>& migrations) {
    for (const auto& migration : migrations) {
        std::size_t chunk = 0;
        for (const auto sql : split_chunks(migration.sql)) {
            try {
                run_statements(turn, sql);
            } catch (const statement_failure& failed) {
                throw error(errc::migration_failed,
                            "[db] " + migration.name + "[" + std::to_string(chunk) +
                                "]: " + failed.cause + "\n    Statement: " + failed.sql);
            }
            ++chunk;
        }
    }
}

}  // namespace dormouse
