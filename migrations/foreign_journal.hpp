// Databases come from other tools, and each of those has its own table of what it has applied. What
// such a table says is taken over, and nothing is run twice.
#pragma once

#include <dormouse/lease.hpp>
#include <dormouse/migration_file.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

enum class journal_kind : std::uint8_t {
    none,
    ours,    ///< durable-db's as well: `__migrations` by name and chunk.
    do_orm,  ///< `__migrations` by version.
    drizzle,
    d1
};

/// What a database says of its migrations, whoever kept the account.
struct found_journal {
    journal_kind kind = journal_kind::none;
    std::size_t applied = 0;         ///< How many migrations; only for those of other tools.
    std::vector<std::string> names;  ///< In the order they were applied in; only D1 keeps them.
    bool replaces_do_orm = false;    ///< do-orm's is there too, but empty.
};

/// A journal is recognised by its columns. One of another tool counts only as long as ours has
/// nothing. Errors: `errc::migration_failed` when `__migrations` has the columns of none.
[[nodiscard]] found_journal find_journal(lease& turn);

/// The table's name, for people; empty for none and ours.
[[nodiscard]] std::string_view name_of(journal_kind kind);

/// Which of `files` the other tool has applied, by number or by name.
/// Errors: `errc::migration_failed` when it has applied one that is not among them.
[[nodiscard]] std::vector<migration_file> find_adopted(const found_journal& journal,
                                                       std::span<const migration_file> files);

/// Removes the table of a tool that would take up its work again, or whose name we need. D1's is
/// left: wrangler shows it.
void retire_journal(lease& turn, const found_journal& journal);

}  // namespace dormouse
