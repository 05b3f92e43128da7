// What a database remembers of the migrations it has seen. The table is durable-db's, so that data
// can go back to it; what is ours lies beside it.
#pragma once

#include <dormouse/lease.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dormouse {

/// One chunk that was applied.
struct journal_entry {
    std::string_view name;
    std::size_t chunk = 0;
    std::string_view sql;         ///< The chunk's text, for its checksum.
    std::string_view applied_at;  ///< `YYYY-MM-DD HH:MM:SS.mmm`
    /// That its statements took; not given when nobody measured it.
    std::optional<std::chrono::microseconds> duration{};
};

/// **Thread safety:** actor-confined. **Lifetime:** shorter than the lease.
class migration_journal {
public:
    explicit migration_journal(lease& held) noexcept : lease_(&held) {}

    /// Makes what is missing of the tables: a journal that durable-db kept lacks the details, one
    /// from before durations were kept lacks their column.
    void create();

    /// The (name, chunk) pairs applied, with the checksum of what ran; empty when another program
    /// kept the journal then. The journal must exist, the details need not.
    using applied_chunks = std::map<std::pair<std::string, std::size_t>, std::string>;
    [[nodiscard]] applied_chunks applied();

    void record(const journal_entry& entry);
    /// A chunk that another program recorded has another number, or is none.
    void renumber(std::string_view name, std::size_t chunk, std::optional<std::size_t> now);
    /// Only the checksum, of a chunk that another program recorded.
    void record_checksum(const journal_entry& entry);

    /// The digest of the migration list the database was last brought up to; empty when never. Runs
    /// SQL only when nobody has asked yet of a database with this very schema.
    [[nodiscard]] std::string version();
    void set_version(std::string_view digest);
    /// Until the last chunk has run the database is of no version: not of the one before, either.
    void clear_version();
    /// In a turn of its own, after `set_version` was committed: the next to ask needs no SQL.
    void note_version(std::string digest) { lease_->keep_schema_note(std::move(digest)); }

private:
    lease* lease_;
};

}  // namespace dormouse
