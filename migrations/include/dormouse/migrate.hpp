// An object with a class of its own brings its own migrations: a list in the constructor, in order,
// applied to a new database from the start and to an old one from where it stands.
#pragma once

#include <dormouse/db.hpp>
#include <dormouse/migration_file.hpp>

#include <initializer_list>
#include <span>
#include <string_view>

namespace dormouse {

/// One migration of a list. Keys count "m0000", "m0001", ... without a gap.
struct inline_migration {
    std::string_view key;
    std::string_view sql;  ///< Any number of statements.
};

/// Applies every migration of `list` that `database` has not seen, all of them or none. A journal
/// that do-orm, Drizzle or D1 kept is taken over.
///
/// Call it first in the constructor of an object's class: with nothing to apply it then runs no
/// SQL. Foreign keys are not enforced meanwhile, so that a table can be rebuilt without losing what
/// refers to it; they are checked before anything is kept.
///
/// Errors: `errc::invalid_arguments` for keys that are malformed or leave a gap; `migration_error`,
/// also for a migration that was changed after it was applied, and for references that the list
/// would break; `schema_conflict_error` for tables that are there without a journal;
/// `errc::migration_failed` for a journal that does not fit the list; `errc::invalid_state` when
/// there is something to apply and the turn has already written rows that refer, by a deferred
/// foreign key, to rows that are not there yet.
void migrate(db& database, std::span<const inline_migration> list);
void migrate(db& database, std::initializer_list<inline_migration> list);
/// The same for migrations from files, in order of name.
void migrate(db& database, std::span<const migration_file> files);

}  // namespace dormouse
