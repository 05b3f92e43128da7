#include "tests/schema/database_fixture.hpp"

#include <dormouse/error.hpp>
#include <dormouse/query.hpp>

#include <gmock/gmock.h>

using namespace dormouse;
using ::testing::ElementsAre;

namespace {

struct employee {
    std::int64_t id = 0;
    std::string name;
    std::string team;
    double salary = 0;
    std::optional<std::int64_t> bossId;
};
struct absence {
    std::int64_t employeeId = 0;
    std::string reason;
};
struct team_total {
    std::string team;
    double total = 0;
};
struct rank {
    std::int64_t id = 0;
    std::int64_t depth = 0;
};

}  // namespace

inline constexpr auto employees = table<employee>("employees")
                                      .primary_key(&employee::id)
                                      .references(&employee::bossId, &employee::id);
inline constexpr auto absences = table<absence>("absences");
inline constexpr auto boss = alias<employees>("boss");
inline constexpr auto totals = table<team_total>("totals");
inline constexpr auto ranks = table<rank>("ranks");

namespace {

class ComposedQuery : public database_test {
protected:
    ComposedQuery() {
        create(employees);
        create(absences);
        const std::vector<employee> staff{{1, "ann", "core", 100, std::nullopt},
                                          {2, "bob", "core", 50, 1},
                                          {3, "cid", "web", 70, 1},
                                          {4, "dan", "web", 60, 3}};
        database.insert_into<employees>().each_of(staff).execute();
        const std::vector<absence> absent{{2, "ill"}, {2, "holiday"}, {4, "ill"}};
        database.insert_into<absences>().each_of(absent).execute();
    }
    auto names() {
        return database.select_from<employees>()
            .select(col<&employee::name>)
            .order_by(col<&employee::name>);
    }
};

TEST_F(ComposedQuery, SelectsOneColumnAsValues) {
    EXPECT_THAT(names().all(), ElementsAre("ann", "bob", "cid", "dan"));
    EXPECT_EQ(names().where(col<&employee::id> == 3).one(), "cid");
}

TEST_F(ComposedQuery, JoinsATableWithItself) {
    auto pairs = database.select_from<employees>()
                     .join<boss>(col<&employee::bossId> == col<&employee::id, boss>)
                     .where(col<&employee::salary, boss> > 80)
                     .select(col<&employee::name>, col<&employee::name, boss>)
                     .order_by(col<&employee::name>)
                     .all();

    EXPECT_THAT(pairs, ElementsAre(std::tuple("bob", "ann"), std::tuple("cid", "ann")));
}

TEST_F(ComposedQuery, MakesColumnsOfALeftJoinedTableOptional) {
    auto rows = database.select_from<employees>()
                    .left_join<boss>(col<&employee::bossId> == col<&employee::id, boss>)
                    .select(col<&employee::name>, col<&employee::name, boss>)
                    .order_by(col<&employee::id>)
                    .limit(2)
                    .all();

    static_assert(std::same_as<decltype(rows)::value_type,
                               std::tuple<std::string, std::optional<std::string>>>);
    EXPECT_THAT(rows, ElementsAre(std::tuple("ann", std::nullopt), std::tuple("bob", "ann")));
}

TEST_F(ComposedQuery, TestsRangesAndLists) {
    const std::vector<std::int64_t> some{2, 3, 99};

    EXPECT_THAT(names().where(col<&employee::salary>.between(50, 60)).all(),
                ElementsAre("bob", "dan"));
    EXPECT_THAT(names().where(!col<&employee::salary>.between(50, 60)).all(),
                ElementsAre("ann", "cid"));
    EXPECT_THAT(names().where(col<&employee::id>.not_in(some)).all(), ElementsAre("ann", "dan"));
    EXPECT_THAT(names().where(col<&employee::name>.not_like("%n%")).all(),
                ElementsAre("bob", "cid"));
}

TEST_F(ComposedQuery, TakesAListLongerThanSqliteHasParameters) {
    std::vector<std::int64_t> many(50'000);
    many[49'999] = 4;

    EXPECT_THAT(names().where(col<&employee::id>.in(many)).all(), ElementsAre("dan"));
}

TEST_F(ComposedQuery, ComparesWithTheValueOfAQuery) {
    auto highest = database.select_from<employees>().select(max(col<&employee::salary>));

    EXPECT_THAT(names().where(col<&employee::salary> == highest).all(), ElementsAre("ann"));
}

TEST_F(ComposedQuery, RefersToTheRowOfTheQueryAround) {
    auto absent =
        database.select_from<absences>().where(col<&absence::employeeId> == col<&employee::id>);

    EXPECT_THAT(names().where(exists(absent)).all(), ElementsAre("bob", "dan"));
    EXPECT_THAT(names().where(!exists(absent)).all(), ElementsAre("ann", "cid"));
    EXPECT_THAT(names().where(exists(absent.where(col<&absence::reason> == "holiday"))).all(),
                ElementsAre("bob"));
}

TEST_F(ComposedQuery, ExcludesTheRowsOfAQuery) {
    auto absent = database.select_from<absences>().select(col<&absence::employeeId>).distinct();

    EXPECT_THAT(names().where(col<&employee::id>.not_in(absent)).all(), ElementsAre("ann", "cid"));
}

TEST_F(ComposedQuery, FiltersGroups) {
    auto teams = database.select_from<employees>()
                     .select(col<&employee::team>, count_all(), avg(col<&employee::salary>))
                     .group_by(col<&employee::team>)
                     .having(sum(col<&employee::salary>) > 140)
                     .having(count_all() >= 2)
                     .all();

    EXPECT_THAT(teams, ElementsAre(std::tuple("core", 2, 75.0)));
}

TEST_F(ComposedQuery, CountsRowsValuesAndDifferentValues) {
    EXPECT_EQ(names().count(), 4);
    EXPECT_EQ(names().where(col<&employee::salary> < 0).count(), 0);
    EXPECT_EQ(database.select_from<employees>()
                  .select(count(col<&employee::bossId>), count_distinct(col<&employee::bossId>))
                  .one(),
              std::tuple(3, 2));
}

TEST_F(ComposedQuery, KeepsEachRowOnce) {
    EXPECT_THAT(database.select_from<absences>()
                    .select(col<&absence::employeeId>)
                    .distinct()
                    .order_by(col<&absence::employeeId>)
                    .all(),
                ElementsAre(2, 4));
}

TEST_F(ComposedQuery, UnitesAndSubtractsQueries) {
    auto core = database.select_from<employees>()
                    .where(col<&employee::team> == "core")
                    .select(col<&employee::name>);
    auto rich = database.select_from<employees>()
                    .where(col<&employee::salary> >= 70)
                    .select(col<&employee::name>);

    EXPECT_THAT(core.union_with(rich).order_by(col<&employee::name>).all(),
                ElementsAre("ann", "bob", "cid"));
    EXPECT_EQ(core.union_all(rich).count(), 4);
    EXPECT_THAT(core.intersect(rich).all(), ElementsAre("ann"));
    EXPECT_THAT(core.except(rich).all(), ElementsAre("bob"));
    EXPECT_THAT(
        names().limit(1).union_all(core.order_by(desc(col<&employee::name>)).limit(1)).all(),
        ElementsAre("ann", "bob"));
}

TEST_F(ComposedQuery, NamesTheRowsOfAQueryAsATable) {
    auto per_team = database.select_from<employees>()
                        .select(col<&employee::team>, sum(col<&employee::salary>))
                        .group_by(col<&employee::team>);

    auto best = database.select_from<totals>()
                    .order_by(desc(col<&team_total::total>))
                    .limit(1)
                    .with<totals>(per_team)
                    .one();

    EXPECT_EQ(best.team, "core");
    EXPECT_EQ(best.total, 150);
}

TEST_F(ComposedQuery, FollowsATreeByARecursiveExpression) {
    auto root = database.select_from<employees>()
                    .where(col<&employee::bossId>.is_null())
                    .select(col<&employee::id>, sql_part<"0", std::int64_t>());
    auto below = database.select_from<employees>()
                     .join<ranks>(col<&employee::bossId> == col<&rank::id>)
                     .select(col<&employee::id>, col<&rank::depth> + 1);

    auto rows = database.select_from<ranks>()
                    .select(col<&rank::id>, col<&rank::depth>)
                    .order_by(col<&rank::id>)
                    .with<ranks>(root.union_all(below))
                    .all();

    EXPECT_THAT(
        rows, ElementsAre(std::tuple(1, 0), std::tuple(2, 1), std::tuple(3, 1), std::tuple(4, 2)));
}

TEST_F(ComposedQuery, ComputesWindowsByPartsOfSql) {
    auto place = sql_part<"row_number() OVER (PARTITION BY {} ORDER BY {} DESC)", std::int64_t>(
        col<&employee::team>, col<&employee::salary>);

    auto rows = database.select_from<employees>()
                    .select(col<&employee::name>, place)
                    .order_by(col<&employee::id>)
                    .all();

    EXPECT_THAT(rows, ElementsAre(std::tuple("ann", 1), std::tuple("bob", 2), std::tuple("cid", 1),
                                  std::tuple("dan", 2)));
}

TEST_F(ComposedQuery, TakesConditionsAndValuesInPartsOfSql) {
    const double factor = 2;

    EXPECT_THAT(names()
                    .where(sql_part<"{} * {} > {} OR 0", bool>(col<&employee::salary>, factor, 130))
                    .where(col<&employee::id> > 1)
                    .all(),
                ElementsAre("cid"));
}

// Each combination of conditions has its own text, and the plan that suits it.
TEST_F(ComposedQuery, HasConditionsOnlyWhenTheyAreWanted) {
    auto find = [&](std::optional<std::string> team, std::optional<double> least) {
        return names()
            .where_if(team.has_value(), col<&employee::team> == team)
            .where_if(least.has_value(), col<&employee::salary> >= least)
            .all();
    };

    for (int round = 0; round < 2; ++round) {
        EXPECT_THAT(find(std::nullopt, std::nullopt), ElementsAre("ann", "bob", "cid", "dan"));
        EXPECT_THAT(find("core", std::nullopt), ElementsAre("ann", "bob"));
        EXPECT_THAT(find(std::nullopt, 60), ElementsAre("ann", "cid", "dan"));
        EXPECT_THAT(find("web", 65), ElementsAre("cid"));
    }
}

TEST_F(ComposedQuery, KeepsOptionalConditionsInsideOfSubqueries) {
    auto absent = [&](bool only_ill) {
        auto who = database.select_from<absences>()
                       .where_if(only_ill, col<&absence::reason> == "ill")
                       .where(col<&absence::reason> != "strike")
                       .select(col<&absence::employeeId>, col<&absence::reason>);
        return who.union_with(who).count();
    };

    EXPECT_EQ(absent(false), 3);
    EXPECT_EQ(absent(true), 2);
}

TEST_F(ComposedQuery, ReadsRowsIntoAnyStructByPosition) {
    struct card {
        std::string title;
        std::optional<double> pay;
    };

    auto cards = database.select_from<employees>()
                     .select(col<&employee::name>, col<&employee::salary>)
                     .where(col<&employee::id> == 1)
                     .into<card>()
                     .all();

    ASSERT_EQ(cards.size(), 1u);
    EXPECT_EQ(cards[0].title, "ann");
    EXPECT_EQ(cards[0].pay, 100);
}

TEST_F(ComposedQuery, RefusesAnotherNumberOfParametersThanTheTextHas) {
    auto text_of = [](auto query) -> std::string {
        try {
            (void)query.all();
        } catch (const error& e) {
            return e.what();
        }
        return "";
    };

    EXPECT_EQ(text_of(database.sql<"SELECT ?, ?", std::tuple<int, int>>(1)),
              "the query has 2 parameters, but was given 1 values");
    EXPECT_EQ(text_of(database.sql<"SELECT ?", int>(1, 2)),
              "the query has 1 parameters, but was given 2 values");
}

TEST_F(ComposedQuery, AnswersTheRowsOfAnyStatementThatHasSome) {
    EXPECT_EQ((database.sql<"WITH n(i) AS (VALUES (1), (2)) SELECT sum(i) FROM n", int>().one()),
              3);
    EXPECT_EQ((database.sql<"VALUES (7)", int>().one()), 7);
    EXPECT_THAT((database
                     .sql<"EXPLAIN QUERY PLAN SELECT * FROM employees WHERE id = 1",
                          std::tuple<int, int, int, std::string>>()
                     .all()),
                testing::SizeIs(1));
    EXPECT_EQ(
        (database.sql<"DELETE FROM absences WHERE reason = ? RETURNING employee_id", int>("holiday")
             .one()),
        2);
}

}  // namespace
