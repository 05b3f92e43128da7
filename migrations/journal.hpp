// What a database remembers of the migrations it has seen. The table is durable-db's, so that data
// can go back to it; what is ours lies beside it.
#pragma once

#include <dormouse/lease.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace dormouse {

/// One row of the journal.
struct journal_entry {
    std::string_view name;
    std::size_t chunk = 0;
    std::string_view sql;         ///< The chunk's text, for its checksum.
    std::string_view applied_at;  ///< `YYYY-MM-DD HH:MM:SS.mmm`
};

/// **Thread safety:** actor-confined. **Lifetime:** shorter than the lease.
class migration_journal {
public:
    explicit migration_journal(lease& held) noexcept : lease_(&held) {}

    [[nodiscard]] bool exists();
    void create();

    /// The (name, chunk) pairs applied, with the checksum of what ran; empty when another program
    /// kept the journal then. Both tables must exist.
    using applied_chunks = std::map<std::pair<std::string, std::size_t>, std::string>;
    [[nodiscard]] applied_chunks applied();

    /// How many rows refer to a row that is not there.
    [[nodiscard]] std::int64_t broken_references();

    void record(const journal_entry& entry);

    /// The digest of the migration list the database was last brought up to; empty when never.
    [[nodiscard]] std::string version();
    void set_version(std::string_view digest);

private:
    lease* lease_;
};

}  // namespace dormouse
