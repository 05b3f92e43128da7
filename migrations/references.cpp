#include "migrations/references.hpp"

#include "migrations/row_check.hpp"
#include "migrations/row_queries.hpp"

#include <dormouse/error.hpp>
#include <dormouse/table_description.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace dormouse {
namespace {

constexpr std::string_view every_table;

/// A row that refers to nothing, as the pragma tells of it.
struct orphan {
    std::string table;
    std::optional<std::int64_t> row;  ///< Not given: the table has no numbers of rows.
    std::int64_t key = 0;             ///< Which of the table's foreign keys.
    std::string parent{};             ///< The table it refers to.
    std::string parent_key{};         ///< The same in small letters.

    [[nodiscard]] bool has_key_of(const orphan& other) const {
        return table == other.table && key == other.key;
    }
};

/// Of one table, or of every one. Errors: `sql_error` for a mismatch.
std::vector<orphan> read_orphans(lease& turn, std::string_view table) {
    auto rows =
        turn.prepare(table == every_table ? "SELECT \"table\", rowid, fkid, parent, lower(parent) "
                                            "FROM pragma_foreign_key_check"
                                          : "SELECT \"table\", rowid, fkid, parent, lower(parent) "
                                            "FROM pragma_foreign_key_check(?)");
    if (table != every_table) {
        rows->bind(1, table);
    }
    std::vector<orphan> found;
    while (rows->step()) {
        found.push_back({std::string(rows->text(0)), std::nullopt, rows->integer(2),
                         std::string(rows->text(3)), std::string(rows->text(4))});
        if (!rows->is_null(1)) {
            found.back().row = rows->integer(1);
        }
    }
    return found;
}

std::vector<std::string> columns_of_key(lease& turn, const orphan& of) {
    auto rows =
        turn.prepare("SELECT \"from\" FROM pragma_foreign_key_list(?) WHERE id = ? ORDER BY seq");
    rows->bind(1, of.table);
    rows->bind(2, of.key);
    std::vector<std::string> columns;
    while (rows->step()) {
        columns.emplace_back(rows->text(0));
    }
    return columns;
}

/// SQL for what a row of the table refers to with these columns.
std::string select_key(std::string_view table, const std::vector<std::string>& columns) {
    std::string sql = "SELECT ";
    for (const auto& column : columns) {
        sql.append(sql.ends_with(' ') ? "" : " || ' ' || ");
        sql.append("CAST(").append(quoted_identifier(column)).append(" AS TEXT)");
    }
    return sql.append(" FROM ").append(quoted_identifier(table)).append(" WHERE rowid = ?");
}

void count_rows(lease& turn, const std::vector<orphan>& orphans, const broken_references& before,
                broken_references& found) {
    for (auto next = orphans.begin(); next != orphans.end();) {
        const auto& first = *next;
        const auto end = std::find_if_not(
            next, orphans.end(), [&](const orphan& other) { return other.has_key_of(first); });
        if (before.mismatches.contains(first.table)) {
            next = end;
            continue;
        }
        const auto columns = columns_of_key(turn, first);
        auto& described = found.described[describe_orphans(first.table, columns, first.parent)];
        const auto count = [&](const std::string& reference, std::int64_t rows) {
            found.rows[reference] += rows;
            described[reference] += rows;
        };
        if (!first.row) {  // nor has any other row of that table a number
            count(first.parent_key, end - next);
            next = end;
            continue;
        }
        auto row = turn.prepare(select_key(first.table, columns));
        for (; next != end; ++next) {
            row->bind(1, *next->row);
            count(first.parent_key + " " + (row->step() ? std::string(row->text(0)) : ""), 1);
            row->reset();
        }
    }
}

std::vector<std::string> tables_with_references(lease& turn) {
    auto rows = turn.prepare(
        "SELECT DISTINCT made.name FROM sqlite_schema AS made, pragma_foreign_key_list(made.name) "
        "WHERE made.type = 'table'");
    std::vector<std::string> names;
    while (rows->step()) {
        names.emplace_back(rows->text(0));
    }
    return names;
}

/// A foreign key refers to columns that identify no row: SQLite cannot tell what a row refers to.
bool is_mismatch(const sql_error& failure) {
    constexpr int plain_error = 1;  // SQLITE_ERROR: anything else has to do with the disk or memory
    return failure.extended_code() == plain_error;
}

/// SQLite checks no table when one of them has a mismatch.
broken_references check_one_by_one(lease& turn, const broken_references& before) {
    broken_references found;
    for (const auto& table : tables_with_references(turn)) {
        try {
            count_rows(turn, read_orphans(turn, table), before, found);
        } catch (const sql_error& failed) {
            if (!is_mismatch(failed)) {
                throw;
            }
            found.mismatches.emplace(table, failed.what());
        }
    }
    return found;
}

/// Without the rows of tables that could not be checked before.
broken_references find_broken(lease& turn, const broken_references& before) {
    try {
        broken_references found;
        count_rows(turn, read_orphans(turn, every_table), before, found);
        return found;
    } catch (const sql_error& failed) {
        if (!is_mismatch(failed)) {
            throw;
        }
        return check_one_by_one(turn, before);
    }
}

std::int64_t count_of(const std::map<std::string, std::int64_t>& counts, const std::string& of) {
    const auto found = counts.find(of);
    return found == counts.end() ? 0 : found->second;
}

std::map<std::string, std::int64_t> count_more(const std::map<std::string, std::int64_t>& before,
                                               const std::map<std::string, std::int64_t>& after) {
    std::map<std::string, std::int64_t> more;
    for (const auto& [reference, rows] : after) {
        if (const auto added = rows - count_of(before, reference); added > 0) {
            more.emplace(reference, added);
        }
    }
    return more;
}

/// Says where the rows are that are `more`. Of a reference that was broken before, in a table that
/// had another name or by a run that crashed, it cannot tell which rows are the new ones.
std::string describe_refusals(const broken_references& before, const broken_references& after,
                              std::map<std::string, std::int64_t> more) {
    std::string text;
    for (const auto& [problem, references] : after.described) {
        const auto known = before.described.find(problem);
        const auto added =
            known == before.described.end() ? references : count_more(known->second, references);
        std::int64_t rows = 0;
        for (const auto& [reference, count] : added) {
            const auto told = std::min(more[reference], count);
            rows += told;
            more[reference] -= told;
        }
        if (rows > 0) {
            text.append(text.empty() ? "" : "; ").append(describe_refusal(problem, rows));
        }
    }
    return text;
}

void require_no_new_mismatch(const broken_references& before, const broken_references& after) {
    for (const auto& [table, words] : after.mismatches) {
        if (!before.mismatches.contains(table)) {
            throw error(errc::migration_failed,
                        words +
                            "; what a foreign key refers to must be a primary key or have a "
                            "unique index");
        }
    }
}

}  // namespace

broken_references find_broken_references(lease& turn) {
    return find_broken(turn, {});
}

void require_no_more_broken(lease& turn, const broken_references& before) {
    const auto after = find_broken(turn, before);
    require_no_new_mismatch(before, after);
    if (const auto more = count_more(before.rows, after.rows); !more.empty()) {
        throw error(errc::migration_failed, describe_refusals(before, after, more));
    }
}

// Rows that are counted are broken references; a table without a count is one with a mismatch.
void store_found(lease& turn, const broken_references& found) {
    turn.execute("CREATE TABLE __migration_found (what TEXT NOT NULL, broken_rows INTEGER)");
    auto row = turn.prepare("INSERT INTO __migration_found VALUES (?, ?)");
    for (const auto& [reference, rows] : found.rows) {
        row->bind(1, reference);
        row->bind(2, rows);
        row->run();
        row->reset();
    }
    for (const auto& [table, words] : found.mismatches) {
        row->bind(1, table);
        row->bind_null(2);
        row->run();
        row->reset();
    }
}

std::optional<broken_references> read_found(lease& turn) {
    auto table = turn.prepare("SELECT 1 FROM sqlite_schema WHERE name = '__migration_found'");
    if (!table->step()) {
        return std::nullopt;
    }
    broken_references found;
    auto rows = turn.prepare("SELECT what, broken_rows FROM __migration_found");
    while (rows->step()) {
        std::string what(rows->text(0));
        if (rows->is_null(1)) {
            found.mismatches.emplace(std::move(what), std::string());
        } else {
            found.rows.emplace(std::move(what), rows->integer(1));
        }
    }
    return found;
}

void drop_found(lease& turn) {
    turn.execute("DROP TABLE IF EXISTS __migration_found");
}

}  // namespace dormouse
