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
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    std::string_view line = migration.sql;
    if (line.starts_with(byte_order_mark)) {
        line.remove_prefix(byte_order_mark.size());
    }
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

/// A project that another tool began brings migrations without notes, and a snapshot that the first
/// generated one follows; otherwise that one begins with nothing.
void require_beginning(const migration_history& history, const chain_link& first) {
    const bool follows_others = history.migrations.front().name != first.migration;
    if (!follows_others && first.previous_id != schema_snapshot::first_id) {
        refuse(history.directory, first.migration + " follows the snapshot " + first.previous_id +
                                      ", and no migration that made it is there. Restore the "
                                      "migrations before it from git");
    }
}

void require_order(const migration_history& history, const std::vector<chain_link>& chain) {
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
}

void require_newest_snapshot(const migration_history& history, const chain_link& last) {
    constexpr std::string_view advice =
        " Restore the one that came with it from git, or delete it to have it derived from the "
        "migrations";
    const auto& snapshot = *history.snapshot;
    if (snapshot.id != last.id) {
        refuse(history.directory, "_snapshot.json is not the one that " + last.migration +
                                      " made." + std::string(advice));
    }
    if (snapshot.previous_id != last.previous_id) {
        refuse(history.directory, "_snapshot.json says that it follows " + snapshot.previous_id +
                                      ", and " + last.migration + ", which made it, follows " +
                                      last.previous_id + "." + std::string(advice));
    }
}

// The order of the files must be the order of the snapshots.
void require_chain(const migration_history& history) {
    if (history.migrations.empty() && history.snapshot && !history.snapshot->tables.empty()) {
        refuse(history.directory,
               "_snapshot.json describes tables, and no migration that makes "
               "them is there. Restore the migrations from git, or delete it to "
               "begin anew");
    }
    const auto chain = read_chain(history.migrations);
    if (chain.empty()) {
        return;
    }
    require_beginning(history, chain.front());
    require_order(history, chain);
    if (history.snapshot) {
        require_newest_snapshot(history, chain.back());
    }
}

std::optional<schema_snapshot> read_snapshot(const std::filesystem::path& path) {
    const auto text = read_project_file(path);
    if (!text) {
        return std::nullopt;
    }
    try {
        auto snapshot = parse_snapshot_json(*text);
        if (snapshot.id.empty()) {
            throw error(errc::invalid_request, "the snapshot has no id");
        }
        return snapshot;
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
    std::error_code failed;
    const std::filesystem::directory_iterator entries(directory, failed);
    if (failed && failed != std::errc::no_such_file_or_directory) {
        throw error(errc::storage_failed, directory.string() + ": " + failed.message());
    }
    for (const auto& entry : entries) {
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
