// Brings a database up to the program's migrations, before anybody sees it.
#pragma once

#include <dormouse/migration_file.hpp>
#include <dormouse/storage_node.hpp>
#include <dormouse/timestamp.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// A database's migrations as the program carries them.
class migration_list {
public:
    /// `files` must outlive the list.
    explicit migration_list(std::span<const migration_file> files);

    [[nodiscard]] std::span<const migration_file> files() const noexcept { return files_; }
    /// The version of a database that has seen all of them.
    [[nodiscard]] const std::string& version() const noexcept { return version_; }

private:
    std::span<const migration_file> files_;
    std::string version_;
};

struct migration_report {
    std::size_t chunks = 0;
    std::int64_t rows = 0;  ///< That the migrations inserted, updated or deleted.
    std::vector<std::string_view> applied;  ///< Names of the migrations that ran, in order.
    ticket position;                        ///< Of the last commit; 0 when nothing ran.
};

/// Applies what is pending, in order of name, each chunk with its journal row in a transaction of
/// its own. After a crash it goes on at the first chunk that was not committed. Foreign keys are
/// not enforced meanwhile; the last chunk is refused if it would leave more rows that refer to
/// nothing than there were. Errors: `migration_error`, also when a chunk that was applied has
/// changed since; the failed chunk leaves nothing behind, earlier ones stay.
migration_report apply_migrations(object_storage& storage, const migration_list& list,
                                  const std::function<timestamp()>& wall_clock);

}  // namespace dormouse
