#include "tests/schema/database_fixture.hpp"
#include "tests/schema/tables.hpp"

#include <dormouse/error.hpp>
#include <dormouse/query.hpp>

#include <gmock/gmock.h>

using namespace dormouse;
using namespace tables;
using ::testing::ElementsAre;

namespace {

struct number {
    std::int64_t id = 0;
    bool flag = false;
    std::optional<double> part;
};

}  // namespace

inline constexpr auto numbers = table<number>("numbers").primary_key(&number::id);

namespace {

class Query : public database_test {
protected:
    Query() {
        create(users);
        create(posts);
        for (const char* name : {"ann", "bob", "cid"}) {
            new_user row{name, name, std::string(name) + "@x.co"};
            database.insert_into<users>().values(row).execute();
        }
        add_post("ann", 1, role::admin);
        add_post("ann", 2, role::user);
        add_post("bob", 5, role::user);
    }
    void add_post(const char* author, double score, role visibility) {
        new_post row{author, score, visibility, {}};
        database.insert_into<posts>().values(row).execute();
    }
    template <class Found>
    static std::vector<std::string> ids(const Found& found) {
        std::vector<std::string> out;
        for (const auto& row : found) {
            out.push_back(row.id);
        }
        return out;
    }
    template <class Condition>
    std::vector<std::string> ids_where(Condition condition) {
        return ids(database.select_from<users>().where(condition).order_by(col<&user::id>).all());
    }
};

TEST_F(Query, FindsRowsByComparison) {
    std::string bob = "bob";

    EXPECT_THAT(ids_where(col<&user::name> == bob), ElementsAre("bob"));
    EXPECT_THAT(ids_where(col<&user::name> != "bob"), ElementsAre("ann", "cid"));
    EXPECT_THAT(ids_where(col<&user::name> < "bob"), ElementsAre("ann"));
    EXPECT_THAT(ids_where(col<&user::name> <= std::string("bob")), ElementsAre("ann", "bob"));
    EXPECT_THAT(ids_where(col<&user::name> > std::string_view("bob")), ElementsAre("cid"));
    EXPECT_THAT(ids_where(col<&user::name> >= "bob"), ElementsAre("bob", "cid"));
}

TEST_F(Query, CombinesConditions) {
    EXPECT_THAT(ids_where(col<&user::name> == "ann" || col<&user::name> == "cid"),
                ElementsAre("ann", "cid"));
    EXPECT_THAT(ids_where((col<&user::name> == "ann" || col<&user::name> == "bob") &&
                          col<&user::id> == "bob"),
                ElementsAre("bob"));
    EXPECT_THAT(ids_where(!(col<&user::name> == "ann")), ElementsAre("bob", "cid"));
    EXPECT_THAT(ids_where(col<&user::name>.like("%b%")), ElementsAre("bob"));
    EXPECT_THAT(ids_where(col<&user::bio>.is_null() && col<&user::active> == true),
                ElementsAre("ann", "bob", "cid"));
    EXPECT_THAT(ids_where(col<&user::bio>.is_not_null()), ElementsAre());
    EXPECT_THAT(ids_where(col<&user::id> == col<&user::name>), ElementsAre("ann", "bob", "cid"));
    EXPECT_THAT(ids_where(col<&user::createdAt> == generators.time),
                ElementsAre("ann", "bob", "cid"));
}

TEST_F(Query, FindsRowsByAList) {
    std::vector<std::string> wanted{"cid", "ann", "nobody"};

    EXPECT_THAT(ids_where(col<&user::id>.in(wanted)), ElementsAre("ann", "cid"));
    EXPECT_THAT(ids_where(col<&user::id>.in(std::vector<std::string>{})), ElementsAre());
    EXPECT_EQ(database.select_from<posts>()
                  .where(col<&post::visibility>.in(std::vector{role::user}))
                  .all()
                  .size(),
              2u);
}

TEST_F(Query, FindsRowsByAQuery) {
    auto authors =
        database.select_from<posts>().where(col<&post::score> > 3).select(col<&post::authorId>);

    EXPECT_THAT(ids_where(col<&user::id>.in(authors)), ElementsAre("bob"));
}

TEST_F(Query, OrdersAndPages) {
    auto newest = database.select_from<users>().order_by(desc(col<&user::name>));

    EXPECT_THAT(ids(newest.all()), ElementsAre("cid", "bob", "ann"));
    EXPECT_THAT(ids(newest.limit(1).all()), ElementsAre("cid"));
    EXPECT_THAT(ids(newest.limit(1).offset(1).all()), ElementsAre("bob"));
    EXPECT_THAT(ids(newest.offset(2).all()), ElementsAre("ann"));
}

TEST_F(Query, JoinsTablesIntoAStruct) {
    struct authored {
        std::string author;
        double score;
    };

    auto rows = database.select_from<posts>()
                    .join<users>(col<&post::authorId> == col<&user::id>)
                    .where(col<&post::visibility> == role::user)
                    .order_by(col<&post::score>)
                    .select(col<&user::name>, col<&post::score>)
                    .into<authored>()
                    .all();

    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].author, "ann");
    EXPECT_EQ(rows[1].score, 5);
}

TEST_F(Query, LeftJoinsRowsWithoutPartner) {
    struct maybe_authored {
        std::string author;
        std::optional<double> score;
    };

    auto rows = database.select_from<users>()
                    .left_join<posts>(col<&post::authorId> == col<&user::id>)
                    .where(col<&user::id> == "cid")
                    .select(col<&user::name>, col<&post::score>)
                    .into<maybe_authored>()
                    .all();

    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].score, std::nullopt);
}

TEST_F(Query, GroupsAndAggregates) {
    auto rows = database.select_from<posts>()
                    .select(col<&post::authorId>, count_all(), sum(col<&post::score>))
                    .group_by(col<&post::authorId>)
                    .order_by(col<&post::authorId>)
                    .all();

    EXPECT_THAT(rows, ElementsAre(std::tuple("ann", 2, 3.0), std::tuple("bob", 1, 5.0)));
    EXPECT_EQ(database.select_from<posts>().select(max(col<&post::score>)).scalar(), 5.0);
    EXPECT_EQ(database.select_from<posts>()
                  .where(col<&post::score> > 99)
                  .select(max(col<&post::score>))
                  .scalar(),
              std::nullopt);
    EXPECT_EQ(database.select_from<users>().select(max(col<&user::createdAt>)).scalar(),
              generators.time);
}

TEST_F(Query, OneMustBeExactlyOne) {
    auto text_of = [](auto query) -> std::string {
        try {
            (void)query.one();
        } catch (const error& e) {
            return e.what();
        }
        return "";
    };
    auto named = [&](const char* name) {
        return database.select_from<users>().where(col<&user::name> == std::string(name));
    };

    EXPECT_EQ(named("ann").one().id, "ann");
    EXPECT_EQ(text_of(named("nobody")),
              "Expected exactly one result from SQL query, but got no results.");
    EXPECT_EQ(text_of(database.select_from<users>()),
              "Expected exactly one result from SQL query, but got multiple results.");
    EXPECT_FALSE(named("nobody").find_one().has_value());
    EXPECT_EQ(database.select_from<users>().order_by(col<&user::id>).find_one()->id, "ann");
}

TEST_F(Query, IteratesAndRunsItselfMeanwhile) {
    auto query = database.select_from<users>().order_by(col<&user::id>);
    std::vector<std::string> seen;

    for (const user& row : query.rows()) {
        seen.push_back(row.id + std::to_string(query.all().size()));
    }
    query.each([&](user&& row) { seen.push_back(row.id); });

    EXPECT_THAT(seen, ElementsAre("ann3", "bob3", "cid3", "ann", "bob", "cid"));
}

TEST_F(Query, UpdatesAndRefreshes) {
    std::string bio = "hello";

    auto changed = database.update<users>()
                       .set(col<& user::bio> = bio, col<& user::active> = false)
                       .where(col<&user::id> == "ann")
                       .execute();

    user ann = database.select_from<users>().where(col<&user::id> == "ann").one();
    EXPECT_EQ(changed, 1);
    EXPECT_EQ(ann.bio, "hello");
    EXPECT_FALSE(ann.active);
    EXPECT_EQ(ann.changedAt, std::chrono::floor<std::chrono::seconds>(generators.time));
    EXPECT_EQ((database.sql<"SELECT changed_at FROM users WHERE id = 'ann'", std::string>().one()),
              "2023-11-14 22:13:20");
}

TEST_F(Query, UpdatesByExpressionAndReturnsRows) {
    auto rows = database.update<posts>()
                    .set(col<& post::score> = col<&post::score> + 10)
                    .where(col<&post::authorId> == "ann")
                    .returning_all()
                    .all();

    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].score, 11);
    database.update<users>().set(col<& user::bio> = std::nullopt).all_rows().execute();
    EXPECT_EQ(database.update<users>().set(col<& user::bio> = "x").all_rows().execute(), 3);
}

TEST_F(Query, Deletes) {
    EXPECT_EQ(database.delete_from<posts>().where(col<&post::score> < 3).execute(), 2);
    EXPECT_EQ(database.delete_from<posts>().where(col<&post::id> == 3).returning_all().one().score,
              5);
    EXPECT_EQ(database.delete_from<users>().all_rows().execute(), 3);
}

TEST_F(Query, RunsSqlText) {
    struct named {
        std::string name;
        std::int64_t length;
    };
    std::string wanted = "bob";

    auto rows =
        database.sql<"SELECT name, length(name) FROM users WHERE name = ?", named>(wanted).all();

    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].length, 3);
    EXPECT_EQ((database
                   .sql<"SELECT ?, ?, ?", std::tuple<std::int64_t, std::string, bool>>(
                       5, "five", std::optional<bool>(true))
                   .one()),
              std::tuple(5, "five", true));
    EXPECT_EQ((database.sql<"UPDATE users SET bio = ?">("b").execute()), 3);
}

TEST_F(Query, SaysWhichStoredValueDoesNotFit) {
    database.execute("UPDATE users SET name = X'00', created_at = 'soon' WHERE id = 'ann'");

    try {
        (void)database.select_from<users>().where(col<&user::id> == "ann").one();
        ADD_FAILURE();
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::sql_failed);
        EXPECT_STREQ(e.what(), "column \"created_at\" holds text, not a timestamp");
    }
    EXPECT_THROW((void)(database.sql<"SELECT NULL AS x", std::string>().one()), error);
    EXPECT_THROW((void)(database.sql<"SELECT 300 AS x", std::int8_t>().one()), error);
    EXPECT_THROW((void)(database.sql<"SELECT 'x' AS x", std::int64_t>().one()), error);
}

TEST_F(Query, ReadsOldFormsOfDatesAndBooleans) {
    using moments = std::tuple<timestamp, timestamp, timestamp_seconds, timestamp_seconds>;
    EXPECT_EQ(
        (database
             .sql<"SELECT 1000, '1970-01-01 00:00:01', 1, '1970-01-01T00:00:01.500Z'", moments>()
             .one()),
        moments(timestamp(std::chrono::seconds(1)), timestamp(std::chrono::seconds(1)),
                timestamp_seconds(std::chrono::seconds(1)),
                timestamp_seconds(std::chrono::seconds(1))));
    using flags = std::tuple<bool, bool, bool, bool, bool>;
    EXPECT_EQ((database.sql<"SELECT 2, 'true', '1', 'false', 0", flags>().one()),
              flags(true, true, true, false, false));
}

TEST_F(Query, RefusesToReadAnotherNumberOfColumns) {
    EXPECT_THROW((void)(database.sql<"SELECT 1, 2", std::int64_t>().one()), error);
    EXPECT_THROW((void)(database.sql<"SELECT 1", std::tuple<int, int>>().all()), error);
}

// What is not a question about these tables does not compile.
template <class Left, class Right>
concept can_compare = requires(Left left, Right right) {
    left == right;
};
static_assert(can_compare<decltype(col<&user::email>), std::string>);
static_assert(can_compare<decltype(col<&user::email>), const char (&)[3]>);
static_assert(can_compare<decltype(col<&user::email>), arg<"string.email">>);
static_assert(can_compare<decltype(col<&user::bio>), std::string>);
static_assert(!can_compare<decltype(col<&user::email>), int>);
static_assert(!can_compare<decltype(col<&user::email>), role>);
static_assert(!can_compare<decltype(col<&post::visibility>), std::string>);
static_assert(!can_compare<decltype(col<&user::email>), decltype(col<&post::score>)>);
template <class Change>
concept can_execute = requires(Change change) {
    change.execute();
};
static_assert(!can_execute<decltype(std::declval<db&>().delete_from<users>())>);
static_assert(can_execute<decltype(std::declval<db&>().delete_from<users>().all_rows())>);
static_assert(!can_execute<decltype(std::declval<db&>().update<users>())>);

TEST_F(Query, AsksWhatAConditionAnswers) {
    auto numbers_where = [&](auto condition) {
        return database.select_from<numbers>().where(condition).select(col<&number::id>).all();
    };
    create(numbers);
    database.execute("INSERT INTO numbers VALUES (1, 1, 0.5), (2, 0, 0.25)");

    EXPECT_THAT(numbers_where((!col<&number::flag>).is_null()), ElementsAre());
    EXPECT_THAT(numbers_where((!col<&number::flag>) == true), ElementsAre(2));
    EXPECT_THAT(numbers_where(col<&number::flag> == col<&number::id>.is_null()), ElementsAre(2));
    EXPECT_THAT(
        numbers_where(col<&number::id> - sql_part<"{} - 1", std::int64_t>(col<&number::id>) == 1),
        ElementsAre(1, 2));
}

TEST_F(Query, AddsIntegersToFractions) {
    create(numbers);
    database.execute("INSERT INTO numbers VALUES (1, 1, 0.5)");

    auto sum = database.select_from<numbers>().select(col<&number::id> + col<&number::part>).one();

    static_assert(std::is_same_v<decltype(sum), std::optional<double>>);
    EXPECT_EQ(sum, 1.5);
}

TEST_F(Query, RefusesWhatAListOrJsonCannotKeep) {
    const std::vector<std::string> texts{std::string("a\0b", 3)};
    const std::vector<std::uint64_t> large{UINT64_MAX};
    const json<std::vector<double>> infinite{{std::numeric_limits<double>::infinity()}};

    EXPECT_THROW((void)col<&user::name>.in(texts), error);
    EXPECT_THROW((void)col<&number::id>.in(large), error);
    EXPECT_THROW((void)(database.sql<"SELECT ?", std::string>(infinite).one()), error);
    EXPECT_THROW(
        (void)(database.sql<"SELECT ?", std::string>(json<std::vector<std::uint64_t>>{large})
                   .one()),
        error);
}

}  // namespace
