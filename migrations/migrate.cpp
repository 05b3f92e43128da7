#include "migrations/digest.hpp"
#include "migrations/migration_key.hpp"
#include "migrations/migration_progress.hpp"
#include "migrations/references.hpp"
#include "migrations/schema_conflict.hpp"
#include "migrations/statements.hpp"

#include <dormouse/error.hpp>
#include <dormouse/migrate.hpp>
#include <dormouse/migration_error.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace dormouse {
namespace {

void check_key(std::string_view key, std::size_t expected) {
    const auto version = number_of_key(key);
    if (!version) {
        throw error(errc::invalid_arguments,
                    "Invalid migration key \"" + std::string(key) +
                        "\": must be \"m\" followed by exactly 4 digits (e.g. \"m0000\")");
    }
    if (*version != expected) {
        throw error(errc::invalid_arguments,
                    "Migrations must be sequential: expected version " + std::to_string(expected) +
                        ", got " + std::to_string(*version) + " (" + std::string(key) + ")");
    }
}

/// Foreign keys are not enforced for what the turn does while it lives. The turn may have begun
/// long before, so its transaction is open, which only the pragma minds.
class lifted_foreign_keys {
public:
    explicit lifted_foreign_keys(lease& turn) : turn_(&turn) { turn.enforce_foreign_keys(false); }
    lifted_foreign_keys(const lifted_foreign_keys&) = delete;
    lifted_foreign_keys& operator=(const lifted_foreign_keys&) = delete;
    ~lifted_foreign_keys() { turn_->enforce_foreign_keys(true); }

private:
    lease* turn_;
};

void run_chunk(lease& turn, const pending_chunk& chunk, std::size_t applied_before) {
    try {
        run_statements(turn, chunk.sql);
    } catch (const statement_failure& failed) {
        throw migration_error({std::string(chunk.name), chunk.index, failed.statement, failed.sql,
                               failed.cause, applied_before});
    }
}

/// The last migration is the one to be named: what the others break it may mend.
void check_references(lease& turn, const broken_references& before,
                      const migration_progress& progress) {
    try {
        require_no_more_broken(turn, before);
    } catch (const error& broken) {
        if (broken.reason() != errc::migration_failed) {
            throw;
        }
        const auto& last = progress.pending.back();
        throw migration_error({std::string(last.name),
                               last.index,
                               0,
                               {},
                               broken.what(),
                               progress.migrations_applied()});
    }
}

void run_pending(lease& turn, const migration_progress& progress) {
    if (progress.pending.empty()) {
        return;
    }
    const lifted_foreign_keys lifted(turn);
    const auto broken = find_broken_references(turn);
    for (const auto& chunk : progress.pending) {
        run_chunk(turn, chunk, progress.migrations_applied());
    }
    check_references(turn, broken, progress);
}

void apply_all(lease& turn, std::span<const migration_file> files, const std::string& version,
               const std::string& applied_at) {
    const auto progress = read_progress(turn, files);
    require_unchanged(progress, files);
    const bool prepares_late = progress.has_no_journal();
    if (!prepares_late) {
        prepare_journal(turn, progress, files, applied_at);
    }
    run_pending(turn, progress);
    if (prepares_late) {
        prepare_journal(turn, progress, files, applied_at);
    }
    migration_journal journal(turn);
    for (const auto& chunk : progress.pending) {
        journal.record({chunk.name, chunk.index, chunk.sql, applied_at});
    }
    journal.set_version(version);
}

}  // namespace

void migrate(db& database, std::span<const migration_file> files) {
    std::vector<migration_file> ordered(files.begin(), files.end());
    std::ranges::sort(ordered, {}, &migration_file::name);
    const auto version = list_digest(ordered);
    auto& turn = database.current_lease();
    if (migration_journal(turn).version() == version) {
        return;
    }
    const auto applied_at = to_sql_text(database.generators().now());
    try {
        database.transaction([&] { apply_all(turn, ordered, version, applied_at); });
    } catch (const migration_error& failed) {
        throw_failure(turn, ordered, failed.failure());
    }
}

void migrate(db& database, std::span<const inline_migration> list) {
    std::vector<migration_file> files;
    for (const auto& migration : list) {
        files.push_back({migration.key, migration.sql});
    }
    std::ranges::sort(files, {}, &migration_file::name);
    for (std::size_t version = 0; version < files.size(); ++version) {
        check_key(files[version].name, version);
    }
    migrate(database, std::span<const migration_file>(files));
}

void migrate(db& database, std::initializer_list<inline_migration> list) {
    migrate(database, std::span(list.begin(), list.size()));
}

}  // namespace dormouse
