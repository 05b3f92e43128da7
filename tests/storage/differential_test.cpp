// An object's database answers as plain SQLite does: the same random programs, turns committed and
// undone, objects put to sleep and connections passed around, give the same rows, the same errors
// and in the end the same database.
#include "tests/support/database_text.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/error.hpp>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

/// Plain SQLite in memory, with the settings that an object's database has.
class plain_sqlite {
public:
    plain_sqlite() {
        sqlite3_open(":memory:", &database_);
        sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
        run("PRAGMA auto_vacuum=INCREMENTAL");
    }
    plain_sqlite(const plain_sqlite&) = delete;
    plain_sqlite& operator=(const plain_sqlite&) = delete;
    ~plain_sqlite() { sqlite3_close(database_); }

    /// Rows as text; what SQLite says is wrong as the only one.
    std::string run(const std::string& sql) {
        std::string out;
        sqlite3_stmt* rows = nullptr;
        if (sqlite3_prepare_v2(database_, sql.c_str(), -1, &rows, nullptr) != SQLITE_OK) {
            return failure();
        }
        int code = SQLITE_ROW;
        while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
            for (int column = 0; column < sqlite3_column_count(rows); ++column) {
                if (const auto* text = sqlite3_column_text(rows, column)) {
                    out.append(reinterpret_cast<const char*>(text),
                               static_cast<std::size_t>(sqlite3_column_bytes(rows, column)));
                }
                out += '|';
            }
            out += '\n';
        }
        if (code != SQLITE_DONE) {
            out = failure();
        }
        sqlite3_finalize(rows);
        return out;
    }

    std::vector<std::vector<std::string>> query(const std::string& sql) {
        std::vector<std::vector<std::string>> rows;
        const auto text = run(sql);
        std::string value;
        bool begins = true;
        for (const char c : text) {
            if (begins) {
                rows.emplace_back();
                begins = false;
            }
            if (c == '|') {
                rows.back().push_back(std::exchange(value, {}));
            } else if (c == '\n' && value.empty()) {
                begins = true;
            } else {
                value += c;
            }
        }
        return rows;
    }

private:
    [[nodiscard]] std::string failure() const {
        return "failed " + std::to_string(sqlite3_extended_errcode(database_)) + ": " +
               sqlite3_errmsg(database_);
    }
    sqlite3* database_ = nullptr;
};

std::string run(lease& turn, const std::string& sql) {
    try {
        std::string out;
        auto rows = turn.prepare(sql);
        while (rows->step()) {
            for (int column = 0; column < rows->column_count(); ++column) {
                out.append(rows->text(column)).append("|");
            }
            out += '\n';
        }
        return out;
    } catch (const sql_error& failed) {
        const std::string text = failed.what();
        return "failed " + std::to_string(failed.extended_code()) + ": " +
               text.substr(0, text.find(": SQLITE_"));
    }
}

/// Writes SQL that means something most of the time.
class sql_writer {
public:
    explicit sql_writer(std::uint64_t seed) : random_(seed) {}

    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    std::string statement() {
        switch (below(16)) {
            case 0:
                return schema_change();
            case 1:
            case 2:
            case 3:
                return select();
            case 4:
            case 5:
                return "DELETE FROM " + table() + " WHERE " + condition();
            case 6:
            case 7:
            case 8:
                return "UPDATE " + table() + " SET " + column() + " = " + value() + " WHERE " +
                       condition() + (below(4) == 0 ? " RETURNING id, a" : "");
            case 9:
                return "INSERT INTO " + table() + " (a, b) SELECT b, a FROM " + table() +
                       " WHERE " + condition() + " LIMIT 20";
            default:
                return insert();
        }
    }

private:
    std::string pick(std::initializer_list<const char*> choices) {
        return choices.begin()[below(choices.size())];
    }
    std::string table() { return pick({"t0", "t1", "t2"}); }
    std::string column() { return pick({"a", "b", "c"}); }
    std::string value() {
        switch (below(6)) {
            case 0:
                return "NULL";
            case 1:
                return std::to_string(below(100)) + ".5";
            case 2:
                return "printf('%.*c', " + std::to_string(below(6'000)) + ", 'x')";
            case 3:
                return "x'00ff" + std::to_string(10 + below(90)) + "'";
            case 4:
                return "'text " + std::to_string(below(30)) + "'";
            default:
                return std::to_string(below(50));
        }
    }
    std::string condition() {
        switch (below(5)) {
            case 0:
                return column() + " IS NULL";
            case 1:
                return column() + " > " + value();
            case 2:
                return "id % 7 = " + std::to_string(below(7));
            case 3:
                return "id IN (SELECT id FROM " + table() + " LIMIT 5)";
            default:
                return "id = " + std::to_string(below(60));
        }
    }
    std::string insert() {
        const auto* conflict = below(3) == 0 ? "OR REPLACE " : below(2) == 0 ? "OR IGNORE " : "";
        std::string sql =
            std::string("INSERT ") + conflict + "INTO " + table() + " (id, a, b, c) VALUES ";
        const auto rows = 1 + below(8);
        for (std::uint64_t row = 0; row < rows; ++row) {
            sql += (row == 0 ? "(" : ", (") + (below(2) == 0 ? "NULL" : std::to_string(below(60))) +
                   ", " + value() + ", " + value() + ", " + value() + ")";
        }
        return sql + (below(5) == 0 ? " RETURNING id" : "");
    }
    std::string select() {
        switch (below(4)) {
            case 0:
                return "SELECT count(*), sum(id), min(length(a)), changes() >= 0 FROM " + table();
            case 1:
                return "SELECT x.id, y.id FROM " + table() + " x JOIN " + table() +
                       " y ON x.b = y.b WHERE x." + condition() + " ORDER BY 1, 2 LIMIT 30";
            case 2:
                return "PRAGMA integrity_check";
            default:
                return "SELECT id, quote(a), quote(b), quote(c) FROM " + table() + " WHERE " +
                       condition() + " ORDER BY id LIMIT 40";
        }
    }
    std::string schema_change() {
        const auto name = table();
        switch (below(9)) {
            case 0:
                return "CREATE INDEX IF NOT EXISTS i_" + name + " ON " + name + " (b, a)";
            case 1:
                return "DROP INDEX IF EXISTS i_" + name;
            case 2:
                return "CREATE UNIQUE INDEX u_" + name + " ON " + name + " (c) WHERE c IS NOT NULL";
            case 3:
                return "DROP INDEX IF EXISTS u_" + name;
            case 4:
                return "ALTER TABLE " + name + " ADD COLUMN d" + std::to_string(below(4));
            case 5:
                return "CREATE TRIGGER IF NOT EXISTS g_" + name + " AFTER DELETE ON " + name +
                       " BEGIN INSERT INTO t0 (a) VALUES (old.id); END";
            case 6:
                return "DROP TRIGGER IF EXISTS g_" + name;
            case 7:
                return "PRAGMA incremental_vacuum(3)";
            default:
                return "CREATE TABLE IF NOT EXISTS t3 (id INTEGER PRIMARY KEY, a REFERENCES t0)";
        }
    }

    std::mt19937_64 random_;
};

/// One object beside one plain database.
struct pair_of_databases {
    std::unique_ptr<object_storage> ours;
    plain_sqlite plain;
};

class Differential : public testing::TestWithParam<std::uint64_t> {
protected:
    void SetUp() override {
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            reopen(i);
            auto turn = pairs_.at(i).ours->begin_turn();
            for (const auto* name : {"t0", "t1", "t2"}) {
                const auto sql =
                    std::string("CREATE TABLE ") + name + " (id INTEGER PRIMARY KEY, a, b, c)";
                turn.execute(sql);
                pairs_.at(i).plain.run(sql);
            }
            static_cast<void>(turn.commit());
        }
    }

    void reopen(std::size_t number) {
        pairs_.at(number).ours = storage_.open(static_cast<char>('a' + number));
    }

    void run_turn(sql_writer& writer, pair_of_databases& both) {
        auto turn = both.ours->begin_turn();
        both.plain.run("BEGIN");
        const auto statements = 1 + writer.below(8);
        for (std::uint64_t i = 0; i < statements; ++i) {
            const bool undone = writer.below(6) == 0;
            if (undone) {
                turn.begin_savepoint();
                both.plain.run("SAVEPOINT s");
            }
            const auto sql = writer.statement();
            EXPECT_EQ(run(turn, sql), both.plain.run(sql)) << sql;
            if (undone) {
                turn.rollback_savepoint();
                both.plain.run("ROLLBACK TO s");
                both.plain.run("RELEASE s");
            }
        }
        if (writer.below(6) == 0) {
            turn.rollback();
            both.plain.run("ROLLBACK");
        } else {
            static_cast<void>(turn.commit());
            both.plain.run("COMMIT");
        }
    }

    open_storage storage_;
    std::array<pair_of_databases, 3> pairs_;
};

TEST_P(Differential, AnswersAsPlainSqliteDoes) {
    sql_writer writer(GetParam());
    for (int i = 0; i < 300 && !HasFailure(); ++i) {
        const auto number = writer.below(pairs_.size());
        if (writer.below(10) == 0) {
            storage_.node->close(std::move(pairs_.at(number).ours), [] {});
            storage_.background.run_all();
            reopen(number);
        }
        run_turn(writer, pairs_.at(number));
        if (writer.below(4) == 0) {
            storage_.background.run_all();
        }
    }
    for (auto& both : pairs_) {
        EXPECT_EQ(text_of_database(*both.ours),
                  text_of_database([&](const std::string& sql) { return both.plain.query(sql); }));
    }
}

INSTANTIATE_TEST_SUITE_P(Programs, Differential, testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace dormouse::test
