#include "migrations/migration_progress.hpp"

#include "migrations/chunks.hpp"
#include "migrations/digest.hpp"
#include "migrations/migration_key.hpp"

#include <dormouse/migration_error.hpp>

#include <algorithm>

namespace dormouse {
namespace {

using applied_chunks = migration_journal::applied_chunks;

bool was_applied_elsewhere(const applied_chunks& applied, const pending_chunk& asked) {
    return std::ranges::any_of(applied, [&](const auto& chunk) {
        return chunk.first.first == asked.name && is_chunk_digest(chunk.second, asked.sql);
    });
}

[[noreturn]] void refuse(const migration_progress& progress, const pending_chunk& chunk,
                         std::string cause) {
    throw migration_error({std::string(chunk.name),
                           chunk.index,
                           0,
                           {},
                           std::move(cause),
                           progress.migrations_applied()});
}

// An edited file, or a breakpoint put into one, shifts what the numbers of chunks stand for.
void require_unchanged(const migration_progress& progress, const pending_chunk& chunk) {
    const auto found = progress.applied.find({std::string(chunk.name), chunk.index});
    if (found == progress.applied.end() || found->second.empty() ||
        is_chunk_digest(found->second, chunk.sql)) {
        return;
    }
    const bool moved = was_applied_elsewhere(progress.applied, chunk);
    refuse(progress, chunk,
           moved ? "the chunks of the migration were put into another order after they were "
                   "applied; restore the file and put the change into a new migration"
                 : "the migration was changed after this chunk of it was applied; restore it and "
                   "put the change into a new migration");
}

/// Only durable-db has recorded chunks of that migration: it keeps no checksums.
bool is_of_durable_db(const applied_chunks& applied, std::string_view name) {
    bool found = false;
    for (const auto& [chunk, checksum] : applied) {
        if (chunk.first == name) {
            if (!checksum.empty()) {
                return false;
            }
            found = true;
        }
    }
    return found;
}

/// durable-db counts texts that hold only a comment, which are no chunks here.
void renumber(migration_progress& progress, const migration_file& file) {
    const auto chunks = chunks_of(file);
    const auto theirs = split_durable_db_chunks(file.sql);
    if (theirs.size() <= chunks.size() || !is_of_durable_db(progress.applied, file.name)) {
        return;
    }
    for (std::size_t number = 0; number < theirs.size(); ++number) {
        const std::pair key(std::string(file.name), number);
        if (progress.applied.erase(key) == 0) {
            continue;
        }
        const auto same = std::ranges::find(chunks, theirs[number].data(), &std::string_view::data);
        auto& now = progress.renumbered[key];
        if (same != chunks.end()) {
            now = static_cast<std::size_t>(same - chunks.begin());
            progress.applied.emplace(std::pair(key.first, *now), std::string());
        }
    }
}

}  // namespace

std::size_t migration_progress::migrations_applied() const {
    std::set<std::string_view> names;
    for (const auto& [chunk, checksum] : applied) {
        names.insert(chunk.first);
    }
    return names.size();
}

std::vector<std::string_view> migration_progress::pending_names() const {
    std::vector<std::string_view> names;
    for (const auto& chunk : pending) {
        if (names.empty() || names.back() != chunk.name) {
            names.push_back(chunk.name);
        }
    }
    return names;
}

std::vector<std::string_view> chunks_of(const migration_file& file) {
    auto chunks = split_chunks(file.sql);
    if (chunks.empty() && number_of_key(file.name)) {
        chunks.emplace_back();
    }
    return chunks;
}

migration_progress read_progress(lease& turn, std::span<const migration_file> files) {
    migration_progress progress{.journal = find_journal(turn)};
    if (progress.journal.kind == journal_kind::ours) {
        progress.applied = migration_journal(turn).applied();
        for (const auto& file : files) {
            renumber(progress, file);
        }
    }
    for (const auto& file : find_adopted(progress.journal, files)) {
        const auto chunks = chunks_of(file);
        for (std::size_t index = 0; index < chunks.size(); ++index) {
            progress.applied.emplace(std::pair(std::string(file.name), index), std::string());
        }
    }
    for (const auto& file : files) {
        const auto chunks = chunks_of(file);
        for (std::size_t index = 0; index < chunks.size(); ++index) {
            if (!progress.applied.contains({std::string(file.name), index})) {
                progress.pending.push_back({file.name, index, chunks[index]});
            }
        }
    }
    return progress;
}

void require_unchanged(const migration_progress& progress, std::span<const migration_file> files) {
    for (const auto& file : files) {
        const auto chunks = chunks_of(file);
        for (std::size_t index = 0; index < chunks.size(); ++index) {
            require_unchanged(progress, {file.name, index, chunks[index]});
        }
        if (progress.applied.contains({std::string(file.name), chunks.size()})) {
            refuse(progress, {file.name, chunks.size(), {}},
                   "the migration has fewer chunks than were applied; restore it and put the "
                   "change into a new migration");
        }
    }
}

void prepare_journal(lease& turn, const migration_progress& progress,
                     std::span<const migration_file> files, std::string_view applied_at) {
    migration_journal journal(turn);
    const bool ours = progress.journal.kind == journal_kind::ours;
    retire_journal(turn, progress.journal);
    journal.create();
    for (const auto& [chunk, now] : progress.renumbered) {
        journal.renumber(chunk.first, chunk.second, now);
    }
    for (const auto& file : files) {
        const auto chunks = chunks_of(file);
        for (std::size_t index = 0; index < chunks.size(); ++index) {
            const auto found = progress.applied.find({std::string(file.name), index});
            if (found == progress.applied.end() || !found->second.empty()) {
                continue;
            }
            const journal_entry entry{file.name, index, chunks[index], applied_at};
            ours ? journal.record_checksum(entry) : journal.record(entry);
        }
    }
}

}  // namespace dormouse
