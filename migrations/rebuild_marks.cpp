#include "migrations/rebuild_marks.hpp"

#include "migrations/attached_objects.hpp"
#include "migrations/broken_objects.hpp"
#include "migrations/database_schema.hpp"
#include "migrations/sql_tokens.hpp"
#include "migrations/statements.hpp"

#include <dormouse/error.hpp>
#include <dormouse/table_description.hpp>

#include <vector>

namespace dormouse {
namespace {

constexpr std::string_view before = "set aside what hangs on ";
constexpr std::string_view after = "put back what was set aside";

void take_away(lease& turn, const std::string& table) {
    const auto all = read_attached_objects(turn);
    const auto affected = find_affected(all, {{table}, {}});
    if (affected.empty()) {
        return;
    }
    turn.execute(
        "CREATE TABLE IF NOT EXISTS __set_aside (type TEXT NOT NULL, name TEXT NOT NULL, tbl_name "
        "TEXT NOT NULL, sql TEXT NOT NULL, worked INTEGER NOT NULL)");
    for (const auto* object : affected) {
        auto insert = turn.prepare("INSERT INTO __set_aside VALUES (?, ?, ?, ?, ?)");
        insert->bind(1, object->type);
        insert->bind(2, object->name);
        insert->bind(3, object->table);
        insert->bind(4, object->sql);
        insert->bind(5, std::int64_t{complaint_about(turn, *object) ? 0 : 1});
        insert->run();
    }
    for (const auto& statement : drop_statements(affected)) {
        turn.execute(statement);
    }
}

bool exists(lease& turn, std::string_view name) {
    auto rows = turn.prepare("SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE");
    rows->bind(1, name);
    return rows->step();
}

/// A trigger may have the name of a table.
bool exists(lease& turn, const attached_object& object) {
    auto rows =
        turn.prepare("SELECT 1 FROM sqlite_schema WHERE type = ? AND name = ? COLLATE NOCASE");
    rows->bind(1, object.type);
    rows->bind(2, object.name);
    return rows->step();
}

[[noreturn]] void refuse(const attached_object& object, const std::string& cause) {
    throw error(errc::migration_failed,
                "the " + object.type + " " + object.name +
                    ", which no migration has made, could not be kept: " + cause);
}

void make(lease& turn, const attached_object& object) {
    try {
        turn.execute(object.sql);
    } catch (const sql_error& failed) {
        if (is_of_surroundings(failed)) {
            throw;
        }
        refuse(object, without_code(failed.what()));
    }
}

/// Those that worked before, and were not made again by the migration.
std::vector<attached_object> put_back(lease& turn) {
    std::vector<attached_object> objects;
    std::vector<attached_object> worked;
    auto rows = turn.prepare("SELECT type, name, tbl_name, sql, worked FROM __set_aside");
    while (rows->step()) {
        attached_object object{std::string(rows->text(0)), std::string(rows->text(1)),
                               std::string(rows->text(2)), std::string(rows->text(3))};
        if (exists(turn, object)) {
            continue;
        }
        if (rows->integer(4) != 0) {
            worked.push_back(object);
        }
        objects.push_back(std::move(object));
    }
    for (const auto& object : objects) {
        make(turn, object);
    }
    return worked;
}

void put_back_all(lease& turn) {
    if (!exists(turn, "__set_aside")) {
        return;
    }
    for (const auto& object : put_back(turn)) {
        if (const auto complaint = complaint_about(turn, object)) {
            refuse(object, *complaint);
        }
    }
    turn.execute("DROP TABLE __set_aside");
}

}  // namespace

std::string mark_before_rebuild(std::string_view table) {
    return "SELECT count(*) AS " + quoted_identifier(std::string(before).append(table)) +
           " FROM sqlite_schema WHERE tbl_name = " + text_literal(table) + " COLLATE NOCASE";
}

std::string mark_after_rebuilds() {
    return "SELECT count(*) AS " + quoted_identifier(after) +
           " FROM sqlite_schema WHERE name = '__set_aside'";
}

bool follow_rebuild_mark(lease& turn, std::string_view column_name) {
    if (column_name == after) {
        put_back_all(turn);
        return true;
    }
    if (!column_name.starts_with(before)) {
        return false;
    }
    take_away(turn, std::string(column_name.substr(before.size())));
    return true;
}

}  // namespace dormouse
