#include "migrations/schema_conflict.hpp"

#include "migrations/baseline.hpp"
#include "migrations/scratch_database.hpp"
#include "migrations/sql_tokens.hpp"
#include "migrations/statements.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace dormouse {
namespace {

/// What a CREATE statement makes.
struct created_object {
    std::string type;
    std::string name;
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

std::optional<created_object> read_create(std::string_view sql) {
    static constexpr std::array types{"table", "index", "view", "trigger"};
    const auto tokens = first_tokens(sql);
    if (tokens.empty() || !tokens.front().is_word("create")) {
        return std::nullopt;
    }
    for (std::size_t at = 1; at + 1 < tokens.size(); ++at) {
        const auto* type =
            std::ranges::find_if(types, [&](const char* word) { return tokens[at].is_word(word); });
        if (type == types.end()) {
            continue;
        }
        ++at;
        at += tokens[at].is_word("if") ? 3 : 0;
        at += at + 2 < tokens.size() && tokens[at + 1].text == "." ? 2 : 0;
        return at < tokens.size() ? std::optional(created_object{*type, tokens[at].as_name()})
                                  : std::nullopt;
    }
    return std::nullopt;
}

bool has(lease& turn, const created_object& object) {
    auto rows = turn.prepare("SELECT 1 FROM sqlite_schema WHERE lower(name) = lower(?)");
    rows->bind(1, object.name);
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

bool journal_makes(lease& turn, std::span<const migration_file> files,
                   const created_object& object) {
    const auto progress = read_progress(turn, files);
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

}  // namespace

std::optional<untracked_schema> find_untracked(lease& turn, std::span<const migration_file> files,
                                               std::string_view failed_sql) {
    const auto object = read_create(failed_sql);
    if (!object || !has(turn, *object) || journal_makes(turn, files, *object)) {
        return std::nullopt;
    }
    return untracked_schema{object->type + " " + object->name, find_baseline(turn, files)};
}

}  // namespace dormouse
