// A database may have had its tables before it had migrations. Somebody then says which migrations
// it need not run, and what is there is compared with what these make before that is believed.
#pragma once

#include "migrations/runner.hpp"

#include <dormouse/lease.hpp>
#include <dormouse/migration_file.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// Migrations after which the schema is that of a database; empty: after none it is.
struct fitting_baselines {
    std::string first;
    std::string last;  ///< The same, unless those behind the first change only rows.
};

/// The last of `files` that fit. Whether the database has seen those that change only rows, its
/// schema does not tell.
[[nodiscard]] fitting_baselines find_baselines(lease& turn, std::span<const migration_file> files);

/// Errors: `errc::invalid_arguments` when the list has no migration `name`, naming those it has.
void require_listed(const migration_list& list, std::string_view name);

/// Records every migration up to `last` as applied, without running anything, and forgets failed
/// attempts. Answers the names of those that were not recorded before.
///
/// What the migrations make must be there, and be alike. Tables that they do not make may be there,
/// too: the program has made them, or a later migration will meet them.
/// Errors: those of `require_listed` and `read_progress`; `errc::migration_failed` when the schema
/// is another, naming every difference. Then nothing is recorded.
std::vector<std::string> record_baseline(object_storage& storage, const migration_list& list,
                                         std::string_view last,
                                         const migration_run::clock& wall_clock);

}  // namespace dormouse
