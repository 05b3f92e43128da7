// From one schema to another, on databases with rows, by the way every program goes: the differ
// writes a migration and the runner applies it. What comes out must be what a database made afresh
// has, with every row; where no migration can get there, the database must refuse and stay as it
// was.
#include "migrations/schema_diff.hpp"

#include "migrations/database_schema.hpp"
#include "migrations/runner.hpp"
#include "migrations/schema_drift.hpp"
#include "migrations/schema_names.hpp"
#include "migrations/snapshot_json.hpp"
#include "migrations/sql_tokens.hpp"
#include "tests/conformance/corpus.hpp"
#include "tests/conformance/neutral_schema.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/migration_error.hpp>

#include <algorithm>
#include <regex>
#include <set>

namespace {

using dormouse::quoted_identifier;
using dormouse::text_literal;
using simdjson::dom::element;

std::string sql_value(element value) {
    if (value.is_string()) {
        return text_literal(std::string_view(value));
    }
    return value.is_null() ? "NULL" : simdjson::to_string(value);
}

std::string insert_rows(element seed) {
    std::string sql;
    for (const auto [table, rows] : seed.get_object()) {
        for (const element row : rows.get_array()) {
            std::string columns;
            std::string values;
            for (const auto [column, value] : row.get_object()) {
                columns += (columns.empty() ? "" : ", ") + quoted_identifier(column);
                values += (values.empty() ? "" : ", ") + sql_value(value);
            }
            sql.append("INSERT INTO ").append(quoted_identifier(table)).append(" (");
            sql.append(columns).append(") VALUES (").append(values).append(");\n");
        }
    }
    return sql;
}

std::string migration_text(const std::vector<std::string>& statements) {
    std::string sql;
    for (const auto& statement : statements) {
        sql += statement + ";\n";
    }
    return sql;
}

/// One object that is migrated step by step.
class migrated_object {
public:
    void migrate(std::string sql) {
        sources_.push_back(std::move(sql));
        std::vector<dormouse::migration_file> files;
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            files.push_back({names_[i], sources_[i]});
        }
        (void)dormouse::apply_migrations(*object_, dormouse::migration_list(files),
                                         [] { return dormouse::timestamp{}; });
    }

    [[nodiscard]] std::vector<std::string> query(const std::string& sql) {
        std::vector<std::string> values;
        auto turn = object_->begin_turn();
        auto rows = turn.prepare(sql);
        while (rows->step()) {
            values.emplace_back(rows->text(0));
        }
        return values;
    }

    [[nodiscard]] std::string value(const std::string& sql) {
        const auto values = query(sql);
        return values.empty() ? "" : values.front();
    }

    [[nodiscard]] std::vector<dormouse::table_description> schema() {
        auto turn = object_->begin_turn();
        return dormouse::read_database_schema(turn);
    }

    [[nodiscard]] std::vector<std::string> tables() {
        return query(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
            "ESCAPE '\\' AND name NOT LIKE '\\_\\_migration%' ESCAPE '\\' ORDER BY name");
    }

private:
    std::array<std::string, 2> names_{"1", "2"};
    std::vector<std::string> sources_;
    dormouse::test::open_storage storage_;
    std::unique_ptr<dormouse::object_storage> object_ = storage_.open();
};

/// The elements of `array` in one order.
std::string sorted(element array) {
    std::vector<std::string> all;
    for (const element one : array.get_array()) {
        all.push_back(conformance::canonical(one));
    }
    std::ranges::sort(all);
    std::string joined;
    for (const auto& one : all) {
        joined += one + "\n";
    }
    return joined;
}

std::string sorted(const std::string& json) {
    simdjson::dom::parser parser;
    return sorted(element(parser.parse(json)));
}

// SQLite 3.40 shows the types it knows in upper case, later releases as they were written.
std::string columns_of(migrated_object& object, const std::string& table) {
    const std::string common =
        "'name', name, 'type', lower(type), 'notNull', json(iif(\"notnull\", 'true', 'false')), "
        "'default', dflt_value, 'pk', pk";
    return object.value("SELECT json_group_array(json(CASE hidden WHEN 2 THEN json_object(" +
                        common + ", 'generated', 'virtual') WHEN 3 THEN json_object(" + common +
                        ", 'generated', 'stored') ELSE json_object(" + common +
                        ") END)) FROM pragma_table_xinfo(" + text_literal(table) + ")");
}

std::string indexes_of(migrated_object& object, const std::string& table) {
    return object.value(
        "SELECT json_group_array(json_object('name', iif(origin = 'c', name, NULL), 'unique', "
        "json(iif(\"unique\", 'true', 'false')), 'origin', origin, 'partial', json(iif(partial, "
        "'true', 'false')), 'columns', json((SELECT json_group_array(name) FROM (SELECT name FROM "
        "pragma_index_xinfo(i.name) WHERE key ORDER BY seqno))))) FROM pragma_index_list(" +
        text_literal(table) + ") AS i");
}

std::string foreign_keys_of(migrated_object& object, const std::string& table) {
    return object.value(
        "SELECT json_group_array(json_object('table', parent, 'from', json(f), 'to', json(t), "
        "'onUpdate', u, 'onDelete', d)) FROM (SELECT \"table\" AS parent, "
        "json_group_array(\"from\") AS f, json_group_array(\"to\") AS t, on_update AS u, on_delete "
        "AS d FROM (SELECT * FROM pragma_foreign_key_list(" +
        text_literal(table) + ") ORDER BY id, seq) GROUP BY id)");
}

std::size_t count_words(std::string_view sql, std::string_view word) {
    std::size_t count = 0;
    while (!sql.empty()) {
        count += dormouse::take_token(sql).is_word(word) ? 1 : 0;
    }
    return count;
}

void compare_schema(element expected, migrated_object& object, conformance::verdict& verdict) {
    std::vector<std::string> names;
    for (const auto [name, shape] : expected.get_object()) {
        const std::string table(name);
        names.push_back(table);
        const auto sql =
            object.value("SELECT sql FROM sqlite_schema WHERE name = " + text_literal(table));
        verdict.equal("columns", sorted(shape["columns"]), sorted(columns_of(object, table)));
        verdict.equal("indexes", sorted(shape["indexes"]), sorted(indexes_of(object, table)));
        verdict.equal("foreign keys", sorted(shape["foreignKeys"]),
                      sorted(foreign_keys_of(object, table)));
        verdict.equal("checks", conformance::canonical(shape["checks"]),
                      std::to_string(count_words(sql, "check")));
        verdict.holds("autoincrement",
                      bool(shape["autoIncrement"]) == (count_words(sql, "autoincrement") > 0));
    }
    std::ranges::sort(names);
    verdict.holds("tables", names == object.tables());
}

/// One value of one row of an object.
struct row_value {
    migrated_object& object;
    std::string row;  ///< FROM and a query with this row only.
    std::string column;

    [[nodiscard]] bool meets(const std::string& condition) const {
        return object.value("SELECT " + condition + " FROM " + row) == "1";
    }
    [[nodiscard]] bool is(const std::string& literal) const {
        return meets(column + " IS " + literal + " AND typeof(" + column + ") = typeof(" + literal +
                     ")");
    }
};

/// What differs each time it is computed is compared by its type.
bool is_computed(const row_value& found, std::string_view sql) {
    const auto expression = "(" + std::string(sql) + ")";
    return found.meets(found.column + " IS " + expression) ||
           (sql.find('(') != std::string::npos &&
            found.meets("typeof(" + found.column + ") = typeof" + expression));
}

bool is_value(const row_value& found, element value) {
    std::string_view text;
    if (!value.is_object()) {
        return found.is(value.is_bool() ? (bool(value) ? "1" : "0") : sql_value(value));
    }
    if (value["$blob"].get(text) == simdjson::SUCCESS) {
        return found.meets("lower(hex(" + found.column + ")) = " + text_literal(text));
    }
    if (value["$computed"].get(text) == simdjson::SUCCESS) {
        return found.meets(found.column + " IS (" + std::string(text) + ")");
    }
    return is_computed(found, std::string_view(value["$default"]));
}

void compare_rows(element expected, migrated_object& object, conformance::verdict& verdict) {
    for (const auto [name, rows] : expected.get_object()) {
        const std::string table = quoted_identifier(name);
        verdict.equal("row count", std::to_string(rows.get_array().size()),
                      object.value("SELECT count(*) FROM " + table));
        std::size_t at = 0;
        for (const element row : rows.get_array()) {
            const auto source = "(SELECT * FROM " + table + " ORDER BY rowid LIMIT 1 OFFSET " +
                                std::to_string(at++) + ")";
            for (const auto [column, value] : row.get_object()) {
                const row_value found{object, source, quoted_identifier(column)};
                const auto wanted = conformance::canonical(value);
                verdict.equal("value", wanted,
                              is_value(found, value)
                                  ? wanted
                                  : object.value("SELECT " + found.column + " FROM " + source));
            }
        }
    }
}

/// Everything the object holds.
std::string dump(migrated_object& object) {
    std::string all = object.value(
        "SELECT group_concat(sql, ';') FROM sqlite_schema WHERE name "
        "NOT LIKE '\\_\\_%' ESCAPE '\\'");
    for (const auto& table : object.tables()) {
        std::string row;
        for (const auto& column :
             object.query("SELECT name FROM pragma_table_xinfo(" + text_literal(table) + ")")) {
            row += (row.empty() ? "quote(" : " || quote(") + quoted_identifier(column) + ")";
        }
        all += "\n" + object.value("SELECT group_concat(" + row + ", ';') FROM " +
                                   quoted_identifier(table));
    }
    return all;
}

struct change_case {
    dormouse::schema_snapshot from;
    dormouse::schema_snapshot to;
    element seed;

    void start(migrated_object& object) const {
        object.migrate(migration_text(dormouse::diff_schemas({}, from).statements) +
                       insert_rows(seed));
    }
    [[nodiscard]] std::string change(const dormouse::change_hints& hints = {}) const {
        return migration_text(dormouse::diff_schemas(from, to, hints).statements);
    }
};

void expect_refusal(const change_case& change, conformance::verdict& verdict) {
    migrated_object object;
    change.start(object);
    const auto before = dump(object);
    std::string refusal;
    try {
        object.migrate(change.change());
    } catch (const dormouse::migration_error& e) {
        refusal = e.failure().cause;
    }
    verdict.holds("refusal names table, column and count",
                  std::regex_search(refusal, std::regex("because .* in [0-9]+ row")));
    verdict.equal("nothing changed", before, dump(object));
}

void expect_change(const change_case& change, element expected, conformance::verdict& verdict) {
    migrated_object object;
    change.start(object);
    object.migrate(change.change());
    compare_schema(expected["schema"], object, verdict);
    compare_rows(expected["rows"], object, verdict);
    verdict.equal("broken references", "0",
                  object.value("SELECT count(*) FROM pragma_foreign_key_check"));
    // Read back from the database, the schema leaves nothing to do.
    std::string drift;
    for (const auto& line : dormouse::find_drift(change.to.tables, object.schema())) {
        drift += line + "\n";
    }
    verdict.equal("drift", "", drift);
    dormouse::schema_snapshot found;
    found.tables = object.schema();
    verdict.equal("left to do", "",
                  migration_text(dormouse::diff_schemas(found, change.to).statements));
}

/// One new name for each old one.
class rename_answers {
public:
    void add(const std::string& table, const std::string& from, const std::string& to) {
        if (!old_names_.contains(table + from) && new_names_.insert(table + to).second) {
            old_names_.insert(table + from);
            hints.renames.push_back(table + from + ":" + to);
        }
    }

    dormouse::change_hints hints;

private:
    std::set<std::string> old_names_;
    std::set<std::string> new_names_;
};

std::vector<std::string> names_missing(const dormouse::schema_snapshot& schema,
                                       const dormouse::schema_snapshot& in) {
    std::vector<std::string> missing;
    for (const auto& table : schema.tables) {
        if (dormouse::find_table(in.tables, table.name) == nullptr) {
            missing.push_back(table.name);
        }
    }
    return missing;
}

/// The answers Drizzle asked for: "~ users › people rename table". It proposes every old name that
/// may be meant, and asks about one new name after the other; the first was not answered.
dormouse::change_hints hints_of(const change_case& change, element outcome) {
    rename_answers answers;
    std::string table;
    for (const element line : outcome["stderr"].get_array()) {
        const std::string text{std::string_view(line)};
        std::smatch found;
        if (std::regex_search(text, found, std::regex("column in (\\S+) table"))) {
            table = found[1].str() + ".";
        }
        if (std::regex_search(text, found,
                              std::regex("~ (\\S+) › (\\S+) +rename (table|column)"))) {
            answers.add(found[3] == "column" ? table : "", found[1], found[2]);
        }
    }
    const auto gone = names_missing(change.from, change.to);
    const auto come = names_missing(change.to, change.from);
    for (std::size_t i = 0; i < std::min(gone.size(), come.size()); ++i) {
        answers.add("", gone[i], come[i]);
    }
    return std::move(answers.hints);
}

/// With a hint, nothing is lost.
void expect_rename(const change_case& change, element one, conformance::verdict& verdict) {
    migrated_object object;
    change.start(object);
    std::size_t rows = 0;
    for (const auto [name, all] : change.seed.get_object()) {
        rows += all.get_array().size();
    }
    const auto hints = hints_of(change, one["promptOutcome"]);
    verdict.holds("hints found", !hints.renames.empty());
    object.migrate(change.change(hints));
    compare_schema(one["expected"]["schema"], object, verdict);
    std::size_t kept = 0;
    for (const auto& table : object.tables()) {
        kept += static_cast<std::size_t>(
            std::stoul(object.value("SELECT count(*) FROM " + quoted_identifier(table))));
    }
    verdict.equal("rows kept by a rename", std::to_string(rows), std::to_string(kept));
}

/// The tables of a snapshot, in one way of writing it.
std::string canonical_tables(const dormouse::schema_snapshot& snapshot) {
    simdjson::dom::parser parser;
    const element written = parser.parse(to_snapshot_json(snapshot));
    return conformance::canonical(written["tables"]);
}

bool flag(element one, std::string_view key) {
    bool value = false;
    return one[key].get(value) == simdjson::SUCCESS && value;
}

}  // namespace

int main() {
    const conformance::corpus cases("schema_diff");
    return cases.run([](element one, conformance::verdict& verdict) {
        change_case change{{}, {}, one["seed"]};
        change.from.tables = conformance::read_schema(one["from"]);
        change.to.tables = conformance::read_schema(one["to"]);
        element snapshot;
        if (one["toSnapshot"].get(snapshot) == simdjson::SUCCESS && snapshot.is_object()) {
            const auto imported = dormouse::parse_snapshot_json(simdjson::to_string(snapshot));
            verdict.equal("snapshot", canonical_tables(imported), canonical_tables(change.to));
        }
        const element expected = one["expected"];
        element schema;
        if (expected["schema"].get(schema) != simdjson::SUCCESS) {
            return;
        }
        if (!flag(expected, "achievable")) {
            expect_refusal(change, verdict);
            return;
        }
        expect_change(change, expected, verdict);
        if (flag(one, "prompts")) {
            expect_rename(change, one, verdict);
        }
    });
}
