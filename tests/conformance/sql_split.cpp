// Migrations are cut as SQLite reads them. Expected is what SQLite makes of the text, not what the
// original tools did where they went wrong.
#include "migrations/chunks.hpp"
#include "migrations/sql_tokens.hpp"
#include "migrations/statement_split.hpp"
#include "tests/conformance/corpus.hpp"
#include "tests/conformance/memory_database.hpp"

#include <stdexcept>

namespace {

using simdjson::dom::element;

using chunk = std::vector<std::string_view>;

std::vector<chunk> split(std::string_view dialect, std::string_view text) {
    std::vector<chunk> chunks;
    for (const auto piece : dialect == "do-orm" ? dormouse::split_at_statement_breakpoints(text)
                                                : dormouse::split_chunks(text)) {
        if (auto statements = dormouse::split_statements(piece); !statements.empty()) {
            chunks.push_back(std::move(statements));
        }
    }
    return chunks;
}

/// Comments removed, white space between tokens collapsed.
std::string normal(std::string_view statement) {
    std::string out;
    bool apart = false;
    while (!statement.empty()) {
        const auto token = dormouse::take_token(statement);
        if (!token.counts()) {
            apart = true;
            continue;
        }
        out.append(apart && !out.empty() ? " " : "").append(token.text);
        apart = false;
    }
    return out;
}

void compare_chunks(element expected, const std::vector<chunk>& found,
                    conformance::verdict& verdict) {
    std::string expected_text;
    std::string expected_normal;
    for (const auto one : expected.get_array()) {
        for (const auto statement : one.get_array()) {
            expected_text.append(std::string_view(statement["text"])).append("\n;\n");
            expected_normal.append(std::string_view(statement["normal"])).append("\n;\n");
        }
        expected_text.append("---\n");
    }
    std::string found_text;
    std::string found_normal;
    for (const auto& one : found) {
        for (const auto statement : one) {
            found_text.append(statement).append("\n;\n");
            found_normal.append(normal(statement)).append("\n;\n");
        }
        found_text.append("---\n");
    }
    verdict.equal("statements", expected_text, found_text);
    verdict.equal("normal", expected_normal, found_normal);
}

/// Runs everything on a new database; the message of the first statement that fails, or nothing.
std::string run_all(conformance::memory_database& database, const std::vector<chunk>& chunks) {
    try {
        for (const auto& one : chunks) {
            for (const auto statement : one) {
                database.execute(statement);
            }
        }
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return {};
}

std::string objects_of(conformance::memory_database& database) {
    return database.query_value(
        "SELECT json_group_array(json_object('type', type, 'name', name)) FROM (SELECT type, name "
        "FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name)");
}

}  // namespace

int main() {
    const conformance::corpus cases("sql_split");
    return cases.run([](element one, conformance::verdict& verdict) {
        const auto chunks = split(one["dialect"], one["text"]);
        const element expected = one["expected"];
        compare_chunks(expected["chunks"], chunks, verdict);

        conformance::memory_database database;
        std::string_view setup;
        if (one["setup"].get(setup) == simdjson::SUCCESS) {
            database.execute(setup);
        }
        const auto failure = run_all(database, chunks);
        std::string_view error;
        verdict.equal("error", expected["error"].get(error) == simdjson::SUCCESS ? error : "",
                      failure);
        element effect;
        if (expected["effect"].get(effect) == simdjson::SUCCESS) {
            verdict.equal("objects", element(effect["objects"]), objects_of(database));
            for (const auto [table, rows] : effect["rows"].get_object()) {
                verdict.equal("rows", rows, database.rows_as_arrays(table));
            }
        }
    });
}
