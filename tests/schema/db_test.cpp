#include "tests/schema/database_fixture.hpp"
#include "tests/schema/tables.hpp"

#include <dormouse/error.hpp>
#include <dormouse/query.hpp>

#include <stdexcept>

using namespace dormouse;
using namespace tables;

namespace {

class Db : public database_test {
protected:
    Db() { create(users); }
    std::int64_t count() { return database.select_from<users>().select(count_all()).scalar(); }
    void add(const std::string& id) {
        new_user added{id, "name", id + "@x.co"};
        database.insert_into<users>().values(added).execute();
    }
};

TEST_F(Db, TransactionKeepsWhatItWroteAndAnswersItsResult) {
    int answer = database.transaction([&] {
        add("a");
        return 5;
    });

    EXPECT_EQ(answer, 5);
    EXPECT_EQ(count(), 1);
}

TEST_F(Db, TransactionIsUndoneByAnException) {
    add("kept");

    EXPECT_THROW(database.transaction([&](db&) {
        add("dropped");
        throw std::runtime_error("x");
    }),
                 std::runtime_error);

    EXPECT_EQ(count(), 1);
}

TEST_F(Db, TransactionsNest) {
    database.transaction([&] {
        add("a");
        EXPECT_THROW(database.transaction([&] {
            add("b");
            throw std::runtime_error("inner");
        }),
                     std::runtime_error);
        add("c");
    });

    EXPECT_EQ(count(), 2);
}

TEST_F(Db, RowsOfAnEarlierTurnAreRefused) {
    add("a");
    add("b");
    auto rows = database.select_from<users>().rows();
    auto row = rows.begin();
    EXPECT_EQ(row->id, "a");

    end_turn();

    try {
        ++row;
        ADD_FAILURE();
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::turn_ended);
    }
}

TEST_F(Db, RefusesToGoOnReadingWhatWasDeleted) {
    add("a");
    add("b");

    try {
        database.select_from<users>().each([&](auto&&) { current_lease().delete_all(); });
        ADD_FAILURE();
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::turn_ended);
    }
}

TEST_F(Db, KeepsRowsAcrossTurns) {
    add("a");
    end_turn();

    EXPECT_EQ(count(), 1);
}

TEST_F(Db, ExecutesSeveralStatements) {
    database.execute("CREATE TABLE t (x); INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)");

    EXPECT_EQ((database.sql<"SELECT x FROM t ORDER BY x", std::int64_t>().all()),
              (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(database.last_insert_rowid(), 2);
}

TEST_F(Db, ReportsWhatSqliteRefuses) {
    EXPECT_THROW(database.execute("SELECT * FROM nope"), sql_error);
}

TEST_F(Db, RefusesASecondStatementInAQuery) {
    try {
        (void)database.sql<"SELECT 1; SELECT 2", int>().one();
        ADD_FAILURE();
    } catch (const error& e) {
        EXPECT_STREQ(e.what(), "the SQL text holds more than one statement; use execute()");
    }
    EXPECT_EQ((database.sql<"SELECT 1; -- and no more", int>().one()), 1);
}

TEST_F(Db, CountsNoChangesOfAStatementThatMakesNone) {
    add("a");

    EXPECT_EQ((database.sql<"CREATE TABLE t (x)">().execute()), 0);
    EXPECT_EQ((database.sql<"SELECT 1">().execute()), 0);
    EXPECT_EQ((database.sql<"UPDATE users SET name = 'x'">().execute()), 1);
}

}  // namespace
