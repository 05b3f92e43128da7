#include "migrations/migration_key.hpp"

#include <dormouse/migration_error.hpp>

#include <utility>

namespace dormouse {
namespace {

constexpr std::size_t shown_statement_bytes = 200;

// An inline migration is named by its number, as do-orm does; a file by its name and chunk.
std::string title(const migration_failure& failure) {
    if (const auto number = number_of_key(failure.name)) {
        return "Migration " + std::to_string(*number) + " failed";
    }
    return "Migration " + failure.name + "[" + std::to_string(failure.chunk) + "] failed";
}

std::string describe(const migration_failure& failure) {
    auto text = title(failure);
    if (!failure.sql.empty()) {
        text += "\n  Statement";
        if (failure.statement > 0 && !number_of_key(failure.name)) {
            text += " " + std::to_string(failure.statement);
        }
        text += ": " + failure.sql.substr(0, shown_statement_bytes);
        text += failure.sql.size() > shown_statement_bytes ? "…" : "";
    }
    text += "\n  Error: " + failure.cause;
    text += "\n  State: " + std::to_string(failure.applied_before) +
            " migration(s) were applied before this attempt";
    return text;
}

/// What to tell whoever has a database that had tables before it had migrations.
std::string describe(const migration_failure& failure, const untracked_schema& found) {
    auto text = describe(failure);
    if (!found.pushed.empty()) {
        return text + "\n  Conflict: the database has applied " + found.pushed +
               ", which another push has replaced, and cannot follow. 'db reset' begins afresh.";
    }
    text += "\n  Conflict: the database has " + found.object +
            " already, and no migration that it remembers made it.";
    if (found.baseline.empty()) {
        return text +
               "\n  Its schema is that of no migration of the list: compare them ('db validate' "
               "shows what the list makes), make them alike by hand, then record what is there "
               "with 'db baseline'.";
    }
    text += "\n  Its schema is that after migration '" + found.baseline +
            "'. If that is what it is, record it with 'db baseline " + found.baseline +
            "': nothing is run, and later migrations are applied.";
    if (!found.baseline_with_rows.empty()) {
        text += " Those up to '" + found.baseline_with_rows +
                "' change only rows; if the database has seen them, too, it is 'db baseline " +
                found.baseline_with_rows + "'.";
    }
    return text;
}

}  // namespace

migration_error::migration_error(migration_failure failure, const untracked_schema& found)
    : error(errc::migration_failed, describe(failure, found)), failure_(std::move(failure)) {}

migration_error::migration_error(migration_failure failure)
    : error(errc::migration_failed, describe(failure)), failure_(std::move(failure)) {}

schema_conflict_error::schema_conflict_error(migration_failure failure, untracked_schema found)
    : migration_error(std::move(failure), found), found_(std::move(found)) {}

}  // namespace dormouse
