#include "migrations/broken_objects.hpp"

#include "migrations/database_schema.hpp"
#include "migrations/sql_tokens.hpp"
#include "migrations/statements.hpp"

#include <dormouse/error.hpp>
#include <dormouse/table_description.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace dormouse {
namespace {

std::optional<std::string> complaint_of(lease& turn, const std::string& sql) {
    try {
        static_cast<void>(turn.prepare(sql));
        return std::nullopt;
    } catch (const sql_error& failed) {
        if (is_of_surroundings(failed)) {
            throw;
        }
        return without_code(failed.what());
    }
}

std::string update_of_all_columns(lease& turn, const std::string& table) {
    std::string assignments;
    auto rows = turn.prepare("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0");
    rows->bind(1, table);
    while (rows->step()) {
        const auto name = quoted_identifier(rows->text(0));
        assignments.append(assignments.empty() ? "" : ", ").append(name).append(" = ").append(name);
    }
    return "UPDATE " + quoted_identifier(table) + " SET " + assignments;
}

/// A statement that sets the trigger off. Compiling it compiles the trigger.
std::string statement_for(lease& turn, const attached_object& trigger) {
    std::string_view sql = trigger.sql;
    while (!sql.empty()) {
        const auto token = take_token(sql);
        if (token.is_word("insert")) {
            return "INSERT INTO " + quoted_identifier(trigger.table) + " DEFAULT VALUES";
        }
        if (token.is_word("delete")) {
            return "DELETE FROM " + quoted_identifier(trigger.table);
        }
        if (token.is_word("update")) {
            break;
        }
    }
    return update_of_all_columns(turn, trigger.table);
}

void drop_trigger(lease& turn, const attached_object& trigger) {
    turn.execute("DROP TRIGGER " + quoted_identifier(trigger.name));
}

}  // namespace

std::optional<std::string> complaint_about(lease& turn, const attached_object& object) {
    if (object.type == "view") {
        return complaint_of(turn, "SELECT * FROM " + quoted_identifier(object.name));
    }
    return object.type == "trigger" ? complaint_of(turn, statement_for(turn, object))
                                    : std::nullopt;
}

std::vector<broken_object> find_broken_objects(lease& turn) {
    std::vector<broken_object> broken;
    const auto test = [&](const attached_object& object) {
        if (auto complaint = complaint_about(turn, object)) {
            broken.push_back({object, std::move(*complaint)});
        }
    };
    std::vector<attached_object> triggers;
    for (auto& object : read_attached_objects(turn)) {
        if (object.type == "view") {
            test(object);
        } else if (object.type == "trigger") {
            drop_trigger(turn, object);
            triggers.push_back(std::move(object));
        }
    }
    for (const auto& trigger : triggers) {
        turn.execute(trigger.sql);
        test(trigger);
        drop_trigger(turn, trigger);
    }
    for (const auto& trigger : triggers) {
        turn.execute(trigger.sql);
    }
    return broken;
}

}  // namespace dormouse
