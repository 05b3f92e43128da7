#include "migrations/journal.hpp"

#include "migrations/digest.hpp"

#include <cstdint>

namespace dormouse {
namespace {

constexpr std::string_view create_sql =
    "CREATE TABLE IF NOT EXISTS __migrations (name TEXT NOT NULL, chunk_index INTEGER NOT NULL, "
    "applied_at TEXT NOT NULL, PRIMARY KEY (name, chunk_index));"
    "CREATE TABLE IF NOT EXISTS __migration_details (name TEXT NOT NULL, chunk_index INTEGER NOT "
    "NULL, "
    "checksum TEXT NOT NULL, duration_us INTEGER, PRIMARY KEY (name, chunk_index)) WITHOUT ROWID";

// The version stands in the schema itself: whoever reads the schema has read it, a data-only
// migration changes it, and nothing the program does to its own tables or `user_version` can.
constexpr std::string_view version_prefix = "CREATE VIEW __dormouse_version AS SELECT '";

// Programs from before durations were kept name the columns they write.
bool keeps_durations(lease& turn) {
    auto column = turn.prepare(
        "SELECT 1 FROM pragma_table_info('__migration_details') WHERE name = 'duration_us'");
    return column->step();
}

}  // namespace

void migration_journal::create() {
    lease_->execute(create_sql);
    if (!keeps_durations(*lease_)) {
        lease_->execute("ALTER TABLE __migration_details ADD COLUMN duration_us INTEGER");
    }
}

migration_journal::applied_chunks migration_journal::applied() {
    applied_chunks result;
    auto details =
        lease_->prepare("SELECT 1 FROM sqlite_schema WHERE name = '__migration_details'");
    auto rows = lease_->prepare(
        details->step() ? "SELECT name, chunk_index, coalesce(checksum, '') FROM __migrations "
                          "LEFT JOIN __migration_details USING (name, chunk_index)"
                        : "SELECT name, chunk_index, '' FROM __migrations");
    while (rows->step()) {
        result.emplace(
            std::pair(std::string(rows->text(0)), static_cast<std::size_t>(rows->integer(1))),
            std::string(rows->text(2)));
    }
    return result;
}

void migration_journal::record(const journal_entry& entry) {
    const auto chunk = static_cast<std::int64_t>(entry.chunk);
    auto row = lease_->prepare(
        "INSERT INTO __migrations (name, chunk_index, applied_at) VALUES (?, ?, ?)");
    row->bind(1, entry.name);
    row->bind(2, chunk);
    row->bind(3, entry.applied_at);
    row->run();
    record_checksum(entry);
}

void migration_journal::renumber(std::string_view name, std::size_t chunk,
                                 std::optional<std::size_t> now) {
    auto row = lease_->prepare(
        now ? "UPDATE __migrations SET chunk_index = ?3 WHERE name = ?1 AND chunk_index = ?2"
            : "DELETE FROM __migrations WHERE name = ?1 AND chunk_index = ?2");
    row->bind(1, name);
    row->bind(2, static_cast<std::int64_t>(chunk));
    if (now) {
        row->bind(3, static_cast<std::int64_t>(*now));
    }
    row->run();
}

void migration_journal::record_checksum(const journal_entry& entry) {
    const auto chunk = static_cast<std::int64_t>(entry.chunk);
    const auto checksum = chunk_digest(entry.sql);
    auto detail = lease_->prepare(
        "INSERT OR REPLACE INTO __migration_details (name, chunk_index, checksum, duration_us) "
        "VALUES (?, ?, ?, ?)");
    detail->bind(1, entry.name);
    detail->bind(2, chunk);
    detail->bind(3, checksum);
    if (entry.duration) {
        detail->bind(4, entry.duration->count());
    }
    detail->run();
}

std::string migration_journal::version() {
    if (const auto& noted = lease_->schema_note(); !noted.empty()) {
        return noted;
    }
    auto found = lease_->prepare("SELECT sql FROM sqlite_schema WHERE name = '__dormouse_version'");
    if (!found->step() || !found->text(0).starts_with(version_prefix)) {
        return {};
    }
    const auto rest = found->text(0).substr(version_prefix.size());
    std::string digest(rest.substr(0, rest.find('\'')));
    lease_->keep_schema_note(digest);
    return digest;
}

void migration_journal::clear_version() {
    lease_->execute("DROP VIEW IF EXISTS __dormouse_version");
}

void migration_journal::set_version(std::string_view digest) {
    clear_version();
    lease_->execute(std::string(version_prefix).append(digest).append("' AS version"));
}

}  // namespace dormouse
