#include "migrations/baseline.hpp"

#include "migrations/database_schema.hpp"
#include "migrations/protected_run.hpp"
#include "migrations/schema_drift.hpp"
#include "migrations/schema_names.hpp"
#include "migrations/scratch_database.hpp"
#include "migrations/sql_tokens.hpp"
#include "migrations/statements.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace dormouse {
namespace {

/// What can be compared of a database. Indexes belong to their tables.
struct whole_schema {
    std::vector<table_description> tables;
    std::vector<attached_object> attached;

    [[nodiscard]] bool empty() const { return tables.empty() && attached.empty(); }
};

whole_schema read_schema(lease& turn) {
    whole_schema found{read_database_schema(turn), read_attached_objects(turn)};
    std::erase_if(found.attached, [](const attached_object& one) { return one.type == "index"; });
    for (auto& table : read_virtual_tables(turn)) {
        found.attached.push_back(std::move(table));
    }
    return found;
}

void compare_attached(const whole_schema& made, const whole_schema& actual,
                      std::vector<std::string>& differences) {
    for (const auto& one : made.attached) {
        const auto found = std::ranges::find_if(actual.attached, [&](const auto& other) {
            return other.type == one.type && same_name(other.name, one.name);
        });
        if (found == actual.attached.end()) {
            differences.push_back("[missing] " + one.type + " " + one.name);
        } else if (comparable_expression(found->sql) != comparable_expression(one.sql)) {
            differences.push_back("[changed] " + one.type + " " + one.name);
        }
    }
}

/// What keeps `actual` from being what the migrations have made.
std::vector<std::string> find_differences(const whole_schema& made, const whole_schema& actual) {
    std::vector<table_description> of_migrations;
    std::ranges::copy_if(actual.tables, std::back_inserter(of_migrations), [&](const auto& table) {
        return find_table(made.tables, table.name) != nullptr;
    });
    auto differences = find_drift(made.tables, of_migrations);
    compare_attached(made, actual, differences);
    return differences;
}

bool are_alike(const whole_schema& a, const whole_schema& b) {
    return find_differences(a, b).empty() && find_differences(b, a).empty();
}

std::string list_names(std::span<const migration_file> files) {
    std::string names;
    for (const auto& file : files) {
        names.append(names.empty() ? "" : ", ").append(file.name);
    }
    return names;
}

whole_schema schema_after(std::span<const migration_file> files) {
    scratch_database scratch;
    for (const auto& file : files) {
        try {
            run_statements(scratch.turn(), file.sql);
        } catch (const statement_failure& failed) {
            throw error(errc::migration_failed, "what the migrations make is not known, because " +
                                                    std::string(file.name) +
                                                    " fails on an empty database: " + failed.cause);
        }
    }
    return read_schema(scratch.turn());
}

/// The migrations from the first to `last`.
std::span<const migration_file> up_to(const migration_list& list, std::string_view last) {
    const auto files = list.files();
    const auto end = std::ranges::find(files, last, &migration_file::name);
    return files.first(static_cast<std::size_t>(end - files.begin()) + 1);
}

void require_schema(lease& turn, const migration_list& list, std::string_view last) {
    const auto differences = find_differences(schema_after(up_to(list, last)), read_schema(turn));
    if (differences.empty()) {
        return;
    }
    auto text = "the schema is not that after migration '" + std::string(last) + "':";
    for (const auto& difference : differences) {
        text.append("\n    ").append(difference);
    }
    throw error(errc::migration_failed, text);
}

}  // namespace

fitting_baselines find_baselines(lease& turn, std::span<const migration_file> files) {
    const auto actual = read_schema(turn);
    scratch_database scratch;
    fitting_baselines found;
    whole_schema before;
    for (const auto& file : files) {
        try {
            run_statements(scratch.turn(), file.sql);
        } catch (const statement_failure&) {
            break;
        }
        auto made = read_schema(scratch.turn());
        if (!made.empty() && find_differences(made, actual).empty()) {
            const bool only_rows = !found.last.empty() && are_alike(made, before);
            found = {only_rows ? found.first : std::string(file.name), std::string(file.name)};
        }
        before = std::move(made);
    }
    return found;
}

void require_listed(const migration_list& list, std::string_view name) {
    if (std::ranges::find(list.files(), name, &migration_file::name) == list.files().end()) {
        throw error(errc::invalid_arguments, "there is no migration '" + std::string(name) +
                                                 "'. There are: " + list_names(list.files()));
    }
}

std::vector<std::string> record_baseline(object_storage& storage, const migration_list& list,
                                         std::string_view last,
                                         const migration_run::clock& wall_clock) {
    require_listed(list, last);
    std::vector<std::string> recorded;
    auto turn = storage.begin_turn();
    auto progress = read_progress(turn, list.files());
    std::erase_if(progress.pending, [&](const pending_chunk& chunk) { return chunk.name > last; });
    if (!progress.pending.empty()) {
        require_schema(turn, list, last);
        const auto applied_at = to_sql_text(wall_clock());
        prepare_journal(turn, progress, list.files(), applied_at);
        for (const auto& chunk : progress.pending) {
            migration_journal(turn).record({chunk.name, chunk.index, chunk.sql, applied_at});
        }
        for (const auto name : progress.pending_names()) {
            recorded.emplace_back(name);
        }
    }
    forget_attempts(turn);
    static_cast<void>(turn.commit());
    return recorded;
}

}  // namespace dormouse
