#include "migrations/foreign_journal.hpp"

#include "migrations/migration_key.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <set>

namespace dormouse {
namespace {

constexpr std::string_view our_table = "__migrations";
constexpr std::string_view drizzle_table = "__drizzle_migrations";
constexpr std::string_view d1_table = "d1_migrations";

std::set<std::string, std::less<>> columns_of(lease& turn, std::string_view table) {
    std::set<std::string, std::less<>> names;
    auto rows = turn.prepare("SELECT lower(name) FROM pragma_table_info(?)");
    rows->bind(1, table);
    while (rows->step()) {
        names.emplace(rows->text(0));
    }
    return names;
}

std::size_t number_from(lease& turn, std::string_view sql) {
    auto rows = turn.prepare(sql);
    return rows->step() ? static_cast<std::size_t>(rows->integer(0)) : 0;
}

found_journal read_d1(lease& turn) {
    found_journal found{.kind = journal_kind::d1};
    auto rows = turn.prepare("SELECT name FROM d1_migrations ORDER BY id");
    while (rows->step()) {
        found.names.emplace_back(rows->text(0));
    }
    found.applied = found.names.size();
    return found;
}

/// Of a tool whose table does not bear the name of ours.
found_journal find_other(lease& turn) {
    if (columns_of(turn, drizzle_table).contains("hash")) {
        return {.kind = journal_kind::drizzle,
                .applied = number_from(turn, "SELECT count(*) FROM __drizzle_migrations")};
    }
    const auto d1 = columns_of(turn, d1_table);
    return d1.contains("id") && d1.contains("name") ? read_d1(turn) : found_journal{};
}

[[noreturn]] void refuse_columns(const std::set<std::string, std::less<>>& columns) {
    std::string text = "the table __migrations is no journal of migrations: it has the columns";
    for (const auto& column : columns) {
        text.append(&column == &*columns.begin() ? " " : ", ").append(column);
    }
    throw error(errc::migration_failed,
                text + "; known are (name, chunk_index, applied_at) and (version). Rename it");
}

[[noreturn]] void refuse_missing(std::string_view tool, std::size_t applied, std::size_t provided) {
    throw error(errc::migration_failed, std::string(tool) + " has " + std::to_string(applied) +
                                            " migrations but only " + std::to_string(provided) +
                                            " were provided. All existing " + std::string(tool) +
                                            " migrations must be included.");
}

std::vector<migration_file> first_of(std::span<const migration_file> files, std::size_t count,
                                     std::string_view tool) {
    if (count > files.size()) {
        refuse_missing(tool, count, files.size());
    }
    const auto first = files.first(count);
    return {first.begin(), first.end()};
}

std::vector<migration_file> named(std::span<const migration_file> files,
                                  const std::vector<std::string>& names) {
    std::vector<migration_file> adopted;
    for (const auto& stored : names) {
        std::string_view name = stored;
        name.remove_suffix(name.ends_with(".sql") ? 4 : 0);
        const auto found = std::ranges::find(files, name, &migration_file::name);
        if (found == files.end()) {
            throw error(errc::migration_failed,
                        "D1 has applied the migration '" + stored +
                            "', which was not provided. All existing D1 migrations must be "
                            "included, under their names.");
        }
        adopted.push_back(*found);
    }
    return adopted;
}

}  // namespace

found_journal find_journal(lease& turn) {
    const auto columns = columns_of(turn, our_table);
    const bool ours = columns.contains("name") && columns.contains("chunk_index");
    if (ours && number_from(turn, "SELECT EXISTS (SELECT 1 FROM __migrations)") > 0) {
        return {.kind = journal_kind::ours};
    }
    const bool do_orm = !ours && columns.contains("version");
    if (!columns.empty() && !ours && !do_orm) {
        refuse_columns(columns);
    }
    const auto versions =
        do_orm ? number_from(turn, "SELECT coalesce(max(version) + 1, 0) FROM __migrations") : 0;
    auto other = versions == 0 ? find_other(turn) : found_journal{};
    if (other.kind == journal_kind::none) {
        other = {.kind = ours ? journal_kind::ours : journal_kind::none};
    }
    if (do_orm && other.kind == journal_kind::none) {
        return {.kind = journal_kind::do_orm, .applied = versions};
    }
    other.replaces_do_orm = do_orm;
    return other;
}

std::string_view name_of(journal_kind kind) {
    switch (kind) {
        case journal_kind::do_orm:
            return our_table;
        case journal_kind::drizzle:
            return drizzle_table;
        case journal_kind::d1:
            return d1_table;
        default:
            return {};
    }
}

std::vector<migration_file> find_adopted(const found_journal& journal,
                                         std::span<const migration_file> files) {
    switch (journal.kind) {
        case journal_kind::do_orm:
            return first_of(files, journal.applied, "do-orm");
        case journal_kind::drizzle:
            return first_of(files, journal.applied, "Drizzle");
        case journal_kind::d1: {
            const bool numbered = !files.empty() && number_of_key(files.front().name);
            return numbered ? first_of(files, journal.applied, "D1") : named(files, journal.names);
        }
        default:
            return {};
    }
}

void retire_journal(lease& turn, const found_journal& journal) {
    if (journal.kind == journal_kind::do_orm || journal.replaces_do_orm) {
        turn.execute("DROP TABLE __migrations");
    }
    if (journal.kind == journal_kind::drizzle) {
        turn.execute("DROP TABLE __drizzle_migrations");
    }
}

}  // namespace dormouse
