#include "migrations/journal.hpp"
#include "migrations/statements.hpp"

#include <dormouse/error.hpp>
#include <dormouse/migrate.hpp>
#include <dormouse/migration_error.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace dormouse {
namespace {

constexpr std::size_t key_length = 5;

void check_key(std::string_view key, std::size_t expected) {
    const bool digits =
        key.size() == key_length && key.front() == 'm' &&
        std::ranges::all_of(key.substr(1), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) {
        throw error(errc::invalid_arguments,
                    "Invalid migration key \"" + std::string(key) +
                        "\": must be \"m\" followed by exactly 4 digits (e.g. \"m0000\")");
    }
    const auto version = static_cast<std::size_t>(std::stoi(std::string(key.substr(1))));
    if (version != expected) {
        throw error(errc::invalid_arguments,
                    "Migrations must be sequential: expected version " + std::to_string(expected) +
                        ", got " + std::to_string(version) + " (" + std::string(key) + ")");
    }
}

void apply(lease& turn, const inline_migration& migration, std::size_t applied_before,
           std::string_view applied_at) {
    try {
        run_statements(turn, migration.sql);
    } catch (const statement_failure& failed) {
        throw migration_error({std::string(migration.key), 0, failed.statement, failed.sql,
                               failed.cause, applied_before});
    }
    migration_journal(turn).record({migration.key, 0, migration.sql, applied_at});
}

}  // namespace

void migrate(db& database, std::span<const inline_migration> list) {
    std::vector<inline_migration> ordered(list.begin(), list.end());
    std::ranges::sort(ordered, {}, &inline_migration::key);
    for (std::size_t version = 0; version < ordered.size(); ++version) {
        check_key(ordered[version].key, version);
    }
    database.transaction([&] {
        auto& turn = database.current_lease();
        migration_journal journal(turn);
        journal.create();
        const auto applied = journal.applied();
        const auto applied_at = to_sql_text(database.generators().now());
        for (const auto& migration : ordered) {
            if (!applied.contains({std::string(migration.key), 0})) {
                apply(turn, migration, applied.size(), applied_at);
            }
        }
    });
}

void migrate(db& database, std::initializer_list<inline_migration> list) {
    migrate(database, std::span(list.begin(), list.size()));
}

}  // namespace dormouse
