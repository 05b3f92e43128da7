#include "migrations/schema_conflict.hpp"

#include "migrations/baseline.hpp"
#include "migrations/dev_cache.hpp"
#include "migrations/scratch_database.hpp"
#include "migrations/sql_tokens.hpp"
#include "migrations/statements.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace dormouse {
namespace {

/// What a statement makes.
struct created_object {
    std::string type;
    std::string name;
    std::string table{};  ///< Of a column.

    [[nodiscard]] std::string title() const {
        return type + " " + (table.empty() ? name : table + "." + name);
    }
};

std::vector<sql_token> first_tokens(std::string_view sql) {
    constexpr std::size_t enough = 10;  // CREATE UNIQUE INDEX IF NOT EXISTS main.name
    std::vector<sql_token> tokens;
    while (!sql.empty() && tokens.size() < enough) {
        if (const auto token = take_token(sql); token.counts()) {
            tokens.push_back(token);
        }
    }
    return tokens;
}

/// `name` or `schema.name`; `at` moves behind it.
std::string take_name(std::span<const sql_token> tokens, std::size_t& at) {
    at += at + 2 < tokens.size() && tokens[at + 1].text == "." ? 2 : 0;
    return at < tokens.size() ? tokens[at++].as_name() : std::string();
}

std::optional<created_object> read_create(std::span<const sql_token> tokens) {
    static constexpr std::array types{"table", "index", "view", "trigger"};
    for (std::size_t at = 1; at + 1 < tokens.size(); ++at) {
        const auto* type =
            std::ranges::find_if(types, [&](const char* word) { return tokens[at].is_word(word); });
        if (type == types.end()) {
            continue;
        }
        ++at;
        at += tokens[at].is_word("if") ? 3 : 0;
        return created_object{*type, take_name(tokens, at)};
    }
    return std::nullopt;
}

/// ALTER TABLE name ADD COLUMN name
std::optional<created_object> read_added_column(std::span<const sql_token> tokens) {
    std::size_t at = 2;
    auto table = take_name(tokens, at);
    if (at + 1 >= tokens.size() || !tokens[at].is_word("add")) {
        return std::nullopt;
    }
    ++at;
    at += tokens[at].is_word("column") && at + 1 < tokens.size() ? 1 : 0;
    return created_object{"column", tokens[at].as_name(), std::move(table)};
}

std::optional<created_object> read_created(std::string_view sql) {
    const auto tokens = first_tokens(sql);
    if (tokens.size() > 1 && tokens[0].is_word("alter") && tokens[1].is_word("table")) {
        return read_added_column(tokens);
    }
    return !tokens.empty() && tokens[0].is_word("create") ? read_create(tokens) : std::nullopt;
}

bool has(lease& turn, const created_object& object) {
    auto rows =
        turn.prepare(object.table.empty()
                         ? "SELECT 1 FROM sqlite_schema WHERE lower(name) = lower(?)"
                         : "SELECT 1 FROM pragma_table_xinfo(?2) WHERE lower(name) = lower(?1)");
    rows->bind(1, object.name);
    if (!object.table.empty()) {
        rows->bind(2, object.table);
    }
    return rows->step();
}

/// What fails does so in the database, too, and changes nothing there.
void run_if_possible(lease& turn, std::string_view sql) {
    try {
        run_statements(turn, sql);
    } catch (const statement_failure&) {
        return;
    }
}

bool journal_makes(const migration_progress& progress, std::span<const migration_file> files,
                   const created_object& object) {
    scratch_database scratch;
    for (const auto& file : files) {
        const auto chunks = chunks_of(file);
        for (std::size_t index = 0; index < chunks.size(); ++index) {
            if (progress.applied.contains({std::string(file.name), index})) {
                run_if_possible(scratch.turn(), chunks[index]);
            }
        }
    }
    return has(scratch.turn(), object);
}

/// The development migration among what was applied that the list has no more.
std::string find_replaced_push(const migration_progress& progress,
                               std::span<const migration_file> files) {
    for (const auto& [key, checksum] : progress.applied) {
        if (key.first.starts_with(dev_migration_prefix) &&
            std::ranges::find(files, key.first, &migration_file::name) == files.end()) {
            return key.first;
        }
    }
    return {};
}

}  // namespace

std::optional<untracked_schema> find_untracked(lease& turn, std::span<const migration_file> files,
                                               std::string_view failed_sql) {
    const auto object = read_created(failed_sql);
    if (!object || !has(turn, *object)) {
        return std::nullopt;
    }
    const auto progress = read_progress(turn, files);
    if (journal_makes(progress, files, *object)) {
        return std::nullopt;
    }
    auto fitting = find_baselines(turn, files);
    if (fitting.last == fitting.first) {
        fitting.last.clear();
    }
    return untracked_schema{object->title(), std::move(fitting.first), std::move(fitting.last),
                            find_replaced_push(progress, files)};
}

void throw_failure(lease& turn, std::span<const migration_file> files, migration_failure failure) {
    std::optional<untracked_schema> found;
    try {
        found = find_untracked(turn, files, failure.sql);
    } catch (const error&) {
        found.reset();  // there is no room to find out; the failure counts for more
    }
    if (found) {
        throw schema_conflict_error(std::move(failure), std::move(*found));
    }
    throw migration_error(std::move(failure));
}

}  // namespace dormouse
