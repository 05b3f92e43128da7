#include "migrations/runner.hpp"

#include "migrations/chunks.hpp"
#include "migrations/digest.hpp"
#include "migrations/journal.hpp"
#include "migrations/statements.hpp"

#include <dormouse/migration_error.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace dormouse {
namespace {

using applied_chunks = migration_journal::applied_chunks;

struct pending_chunk {
    std::string_view name;
    std::size_t index = 0;
    std::string_view sql;
};

std::size_t count_migrations(const applied_chunks& applied) {
    std::set<std::string_view> names;
    for (const auto& [chunk, checksum] : applied) {
        names.insert(chunk.first);
    }
    return names.size();
}

// An edited file, or a breakpoint put into one, shifts what the numbers of chunks stand for.
void require_unchanged(const pending_chunk& chunk, const std::string& checksum,
                       const applied_chunks& applied) {
    if (!checksum.empty() && checksum != hex_digest(chunk.sql)) {
        throw migration_error({std::string(chunk.name),
                               chunk.index,
                               0,
                               {},
                               "the migration was changed after this chunk of it was applied; "
                               "restore it and put the change into a new migration",
                               count_migrations(applied)});
    }
}

std::vector<pending_chunk> find_pending(std::span<const migration_file> files,
                                        const applied_chunks& applied) {
    std::vector<pending_chunk> pending;
    for (const auto& file : files) {
        const auto chunks = split_chunks(file.sql);
        for (std::size_t index = 0; index < chunks.size(); ++index) {
            const pending_chunk chunk{file.name, index, chunks[index]};
            const auto found = applied.find({std::string(file.name), index});
            if (found == applied.end()) {
                pending.push_back(chunk);
            } else {
                require_unchanged(chunk, found->second, applied);
            }
        }
    }
    return pending;
}

/// Foreign keys are not enforced while migrations run: rebuilding a table drops it, and with it
/// would go every row that refers to it. What they leave is checked instead.
class lifted_foreign_keys {
public:
    explicit lifted_foreign_keys(object_storage& storage) : storage_(&storage) {
        storage.enforce_foreign_keys(false);
        auto turn = storage.begin_turn();
        before_ = migration_journal(turn).broken_references();
    }
    lifted_foreign_keys(const lifted_foreign_keys&) = delete;
    lifted_foreign_keys& operator=(const lifted_foreign_keys&) = delete;
    ~lifted_foreign_keys() { storage_->enforce_foreign_keys(true); }

    /// Errors: `errc::migration_failed` when more rows than before refer to nothing.
    void check(migration_journal& journal) const {
        const auto broken = journal.broken_references() - before_;
        if (broken > 0) {
            throw error(errc::migration_failed,
                        std::to_string(broken) +
                            " row(s) would refer to rows that are not there "
                            "(PRAGMA foreign_key_check lists them)");
        }
    }

private:
    object_storage* storage_;
    std::int64_t before_ = 0;
};

std::int64_t changed_rows(lease& turn) {
    auto counted = turn.prepare("SELECT total_changes()");
    static_cast<void>(counted->step());
    return counted->integer(0);
}

struct applied_chunk {
    ticket position;
    std::int64_t rows = 0;
};

/// `complete`: what joins the chunk's transaction.
template <class Complete>
applied_chunk apply_chunk(object_storage& storage, const pending_chunk& chunk,
                          std::string_view applied_at, Complete complete) {
    auto turn = storage.begin_turn();
    migration_journal journal(turn);
    run_statements(turn, chunk.sql);
    const auto rows = changed_rows(turn);
    journal.record({chunk.name, chunk.index, chunk.sql, applied_at});
    complete(journal);
    return {turn.commit(), rows};
}

/// What the database says of itself; prepares the journal of a database that has none.
struct journal_state {
    bool current = false;
    applied_chunks applied;
};

journal_state read_journal(object_storage& storage, const std::string& version) {
    journal_state state;
    auto turn = storage.begin_turn();
    migration_journal journal(turn);
    if (journal.version() == version) {
        state.current = true;
        return state;
    }
    const bool known = journal.exists();
    journal.create();  // a journal that another program kept lacks the details
    if (known) {
        state.applied = journal.applied();
    }
    [[maybe_unused]] const auto created = turn.commit();
    return state;
}

/// The chunks one run has to apply.
struct pending_run {
    std::vector<pending_chunk> chunks;
    std::size_t applied_before = 0;  ///< Migrations, for the error of a failure.
};

migration_report apply_pending(object_storage& storage, const migration_list& list,
                               const pending_run& run,
                               const std::function<timestamp()>& wall_clock) {
    migration_report report;
    const lifted_foreign_keys references(storage);
    for (const auto& chunk : run.chunks) {
        const bool is_last = &chunk == &run.chunks.back();
        const auto complete = [&](migration_journal& journal) {
            if (is_last) {
                references.check(journal);
                journal.set_version(list.version());
            }
        };
        try {
            const auto done = apply_chunk(storage, chunk, to_sql_text(wall_clock()), complete);
            report.position = done.position;
            report.rows += done.rows;
        } catch (const statement_failure& failed) {
            throw migration_error({std::string(chunk.name), chunk.index, failed.statement,
                                   failed.sql, failed.cause, run.applied_before});
        } catch (const error& failed) {
            throw migration_error(
                {std::string(chunk.name), chunk.index, 0, {}, failed.what(), run.applied_before});
        }
        ++report.chunks;
        if (report.applied.empty() || report.applied.back() != chunk.name) {
            report.applied.push_back(chunk.name);
        }
    }
    return report;
}

}  // namespace

migration_list::migration_list(std::span<const migration_file> files)
    : files_(files), version_(list_digest(files)) {
    const auto misplaced = std::ranges::adjacent_find(
        files, [](const auto& a, const auto& b) { return a.name >= b.name; });
    if (misplaced != files.end()) {
        throw error(errc::invalid_arguments,
                    "migrations must be listed in ascending order of name, each once: '" +
                        std::string(misplaced->name) + "' stands before '" +
                        std::string(std::next(misplaced)->name) + "'");
    }
}

migration_report apply_migrations(object_storage& storage, const migration_list& list,
                                  const std::function<timestamp()>& wall_clock) {
    if (list.files().empty()) {
        return {};
    }
    const auto state = read_journal(storage, list.version());
    if (state.current) {
        return {};
    }
    const pending_run run{find_pending(list.files(), state.applied),
                          count_migrations(state.applied)};
    if (!run.chunks.empty()) {
        return apply_pending(storage, list, run, wall_clock);
    }
    // Only the list has changed: a migration without statements, or one that was taken away.
    auto turn = storage.begin_turn();
    migration_journal(turn).set_version(list.version());
    migration_report report;
    report.position = turn.commit();
    return report;
}

}  // namespace dormouse
