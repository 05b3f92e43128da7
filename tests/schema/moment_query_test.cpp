// A column of moments may hold them in several forms: those that dormouse writes, and in another
// program's column whatever that program wrote. Comparisons and order must follow the moment.
#include "tests/schema/database_fixture.hpp"

#include <dormouse/query.hpp>

#include <gmock/gmock.h>

using namespace dormouse;
using ::testing::ElementsAre;

namespace {

struct event {
    std::int64_t id = 0;
    std::optional<timestamp> at;
};
struct tick {
    std::int64_t id = 0;
    timestamp_seconds at;
};
struct span {
    std::int64_t id = 0;
    timestamp from;
    timestamp to;
};

}  // namespace

inline constexpr auto events = table<event>("events").primary_key(&event::id);
inline constexpr auto ticks = table<tick>("ticks").primary_key(&tick::id);
inline constexpr auto spans = table<span>("spans").primary_key(&span::id);
inline constexpr auto adopted =
    table<event>("adopted").primary_key(&event::id).stored_as(&event::at, column_type::integer);
inline constexpr auto adopted_ticks =
    table<tick>("adoptedTicks").primary_key(&tick::id).stored_as(&tick::at, column_type::integer);

namespace {

constexpr timestamp noon{std::chrono::milliseconds{1'704'110'400'000}};  // 2024-01-01 12:00:00
constexpr timestamp half_past_noon_second = noon + std::chrono::milliseconds{500};

class MomentQuery : public database_test {
protected:
    template <auto const& Table, class Condition>
    std::vector<std::int64_t> ids_where(Condition condition) {
        return database.select_from<Table>()
            .where(condition)
            .select(col<&std::remove_cvref_t<decltype(Table)>::row_type::id>)
            .order_by(col<&std::remove_cvref_t<decltype(Table)>::row_type::id>)
            .all();
    }
};

// 1 before, 2 the moment without a fraction, 3 the same with one, 4 after.
TEST_F(MomentQuery, ComparesBothFormsOfItsOwn) {
    create(events);
    database.execute(
        "INSERT INTO events VALUES (1, '2024-01-01 11:59:59.999'), (2, '2024-01-01 12:00:00'),"
        "(3, '2024-01-01 12:00:00.000'), (4, '2024-01-01 12:00:00.001'), (5, NULL)");

    EXPECT_THAT(ids_where<events>(col<&event::at> == noon), ElementsAre(2, 3));
    EXPECT_THAT(ids_where<events>(col<&event::at> != noon), ElementsAre(1, 4));
    EXPECT_THAT(ids_where<events>(col<&event::at> < noon), ElementsAre(1));
    EXPECT_THAT(ids_where<events>(col<&event::at> <= noon), ElementsAre(1, 2, 3));
    EXPECT_THAT(ids_where<events>(col<&event::at> > noon), ElementsAre(4));
    EXPECT_THAT(ids_where<events>(col<&event::at> >= noon), ElementsAre(2, 3, 4));
    EXPECT_THAT(ids_where<events>(col<&event::at>.between(noon, noon)), ElementsAre(2, 3));
    EXPECT_THAT(ids_where<events>(col<&event::at> >= half_past_noon_second), ElementsAre());
}

TEST_F(MomentQuery, TakesAnyFractionAsItsSecondInAColumnOfSeconds) {
    create(ticks);
    database.execute(
        "INSERT INTO ticks VALUES (1, '2024-01-01 11:59:59.999'), (2, '2024-01-01 12:00:00'),"
        "(3, '2024-01-01 12:00:00.500'), (4, '2024-01-01 12:00:01')");
    const auto second = std::chrono::floor<std::chrono::seconds>(noon);

    EXPECT_THAT(ids_where<ticks>(col<&tick::at> == second), ElementsAre(2, 3));
    EXPECT_THAT(ids_where<ticks>(col<&tick::at> < second), ElementsAre(1));
    EXPECT_THAT(ids_where<ticks>(col<&tick::at> <= second), ElementsAre(1, 2, 3));
    EXPECT_THAT(ids_where<ticks>(col<&tick::at> > second), ElementsAre(4));
    EXPECT_THAT(ids_where<ticks>(col<&tick::at> >= second), ElementsAre(2, 3, 4));
}

// In an order that no stored form by itself would give.
constexpr const char* several_forms =
    "(1, '2024-01-01T12:00:00.500Z'), (2, 1704110400250), (3, '2024-01-01 12:00:00'),"
    "(4, '2024-01-01T13:00:00.750+01:00'), (5, 1704110399999.0), (6, '2024-01-01 12:00:00.600')";

TEST_F(MomentQuery, OrdersEveryFormInAnAdoptedColumn) {
    create(adopted);
    database.execute(std::string("INSERT INTO adopted VALUES ") + several_forms);

    EXPECT_THAT(
        database.select_from<adopted>().select(col<&event::id>).order_by(col<&event::at>).all(),
        ElementsAre(5, 3, 2, 1, 6, 4));
    EXPECT_THAT(database.select_from<adopted>()
                    .select(col<&event::id>)
                    .order_by(desc(col<&event::at>))
                    .all(),
                ElementsAre(4, 6, 1, 2, 3, 5));
}

TEST_F(MomentQuery, ComparesEveryFormInAnAdoptedColumn) {
    create(adopted);
    database.execute(std::string("INSERT INTO adopted VALUES ") + several_forms);

    EXPECT_THAT(ids_where<adopted>(col<&event::at> == half_past_noon_second), ElementsAre(1));
    EXPECT_THAT(ids_where<adopted>(col<&event::at> == noon), ElementsAre(3));
    EXPECT_THAT(ids_where<adopted>(col<&event::at> < noon), ElementsAre(5));
    EXPECT_THAT(ids_where<adopted>(col<&event::at> > half_past_noon_second), ElementsAre(4, 6));
    EXPECT_THAT(ids_where<adopted>(col<&event::at> >= noon), ElementsAre(1, 2, 3, 4, 6));
}

TEST_F(MomentQuery, CountsNumbersInAColumnOfSecondsAsSeconds) {
    create(adopted_ticks);
    database.execute(
        "INSERT INTO adopted_ticks VALUES (1, 1704110400), (2, '2024-01-01 12:00:00'), "
        "(3, 1704110401)");
    const auto second = std::chrono::floor<std::chrono::seconds>(noon);

    EXPECT_THAT(ids_where<adopted_ticks>(col<&tick::at> == second), ElementsAre(1, 2));
    EXPECT_THAT(ids_where<adopted_ticks>(col<&tick::at> > second), ElementsAre(3));
    EXPECT_EQ(database.select_from<adopted_ticks>().where(col<&tick::id> == 1).one().at, second);
}

TEST_F(MomentQuery, FindsMomentsThroughAnIndex) {
    create(events);
    database.execute("CREATE INDEX by_moment ON events (at)");

    auto plan = database
                    .sql<"EXPLAIN QUERY PLAN SELECT id FROM events WHERE at BETWEEN ? AND ?",
                         std::tuple<int, int, int, std::string>>(noon, noon)
                    .one();

    EXPECT_THAT(std::get<3>(plan), testing::HasSubstr("by_moment"));
}

TEST_F(MomentQuery, ComparesTwoColumnsOfDifferentForms) {
    create(spans);
    database.execute(
        "INSERT INTO spans VALUES (1, '2024-01-01 12:00:00', '2024-01-01T12:00:00.000Z'),"
        "(2, '2024-01-01 12:00:00.000', '2024-01-01 12:00:00.001'),"
        "(3, '2024-01-01T13:00:00+01:00', '2024-01-01 12:00:00')");

    EXPECT_THAT(ids_where<spans>(col<&span::from> == col<&span::to>), ElementsAre(1, 3));
    EXPECT_THAT(ids_where<spans>(col<&span::from> < col<&span::to>), ElementsAre(2));
}

}  // namespace
