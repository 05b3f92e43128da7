#include "migrations/runner.hpp"

#include "migrations/chunks.hpp"
#include "migrations/digest.hpp"
#include "migrations/journal.hpp"
#include "migrations/statements.hpp"

#include <dormouse/migration_error.hpp>

#include <set>
#include <utility>

namespace dormouse {
namespace {

using applied_set = std::set<std::pair<std::string, std::size_t>>;

struct pending_chunk {
    std::string_view name;
    std::size_t index = 0;
    std::string_view sql;
};

std::vector<pending_chunk> find_pending(std::span<const migration_file> files,
                                        const applied_set& applied) {
    std::vector<pending_chunk> pending;
    for (const auto& file : files) {
        const auto chunks = split_chunks(file.sql);
        for (std::size_t index = 0; index < chunks.size(); ++index) {
            if (!applied.contains({std::string(file.name), index})) {
                pending.push_back({file.name, index, chunks[index]});
            }
        }
    }
    return pending;
}

std::size_t count_migrations(const applied_set& applied) {
    std::set<std::string_view> names;
    for (const auto& [name, chunk] : applied) {
        names.insert(name);
    }
    return names.size();
}

ticket apply_chunk(object_storage& storage, const pending_chunk& chunk, std::string_view applied_at,
                   const std::string* version) {
    auto turn = storage.begin_turn();
    migration_journal journal(turn);
    run_statements(turn, chunk.sql);
    journal.record({chunk.name, chunk.index, chunk.sql, applied_at});
    if (version != nullptr) {
        journal.set_version(*version);
    }
    return turn.commit();
}

/// What the database says of itself; prepares the journal of a database that has none.
struct journal_state {
    bool current = false;
    applied_set applied;
};

journal_state read_journal(object_storage& storage, const std::string& version) {
    journal_state state;
    auto turn = storage.begin_turn();
    migration_journal journal(turn);
    if (journal.version() == version) {
        state.current = true;
        return state;
    }
    if (journal.exists()) {
        state.applied = journal.applied();
    } else {
        journal.create();
    }
    [[maybe_unused]] const auto created = turn.commit();
    return state;
}

}  // namespace

migration_list::migration_list(std::span<const migration_file> files)
    : files_(files), version_(list_digest(files)) {}

migration_report apply_migrations(object_storage& storage, const migration_list& list,
                                  const std::function<timestamp()>& wall_clock) {
    migration_report report;
    if (list.files().empty()) {
        return report;
    }
    const auto state = read_journal(storage, list.version());
    if (state.current) {
        return report;
    }
    const auto pending = find_pending(list.files(), state.applied);
    for (const auto& chunk : pending) {
        try {
            const bool last = &chunk == &pending.back();
            report.position = apply_chunk(storage, chunk, to_sql_text(wall_clock()),
                                          last ? &list.version() : nullptr);
        } catch (const statement_failure& failed) {
            throw migration_error({std::string(chunk.name), chunk.index, failed.statement,
                                   failed.sql, failed.cause, count_migrations(state.applied)});
        } catch (const error& failed) {
            throw migration_error({std::string(chunk.name),
                                   chunk.index,
                                   0,
                                   {},
                                   failed.what(),
                                   count_migrations(state.applied)});
        }
        ++report.chunks;
        if (report.applied.empty() || report.applied.back() != chunk.name) {
            report.applied.push_back(chunk.name);
        }
    }
    if (pending.empty()) {
        // Only the list has changed: a migration without statements, or one that was taken away.
        auto turn = storage.begin_turn();
        migration_journal(turn).set_version(list.version());
        report.position = turn.commit();
    }
    return report;
}

}  // namespace dormouse
