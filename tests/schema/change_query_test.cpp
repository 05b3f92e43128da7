#include "tests/schema/database_fixture.hpp"
#include "tests/schema/tables.hpp"

#include <dormouse/error.hpp>
#include <dormouse/query.hpp>

#include <gmock/gmock.h>

using namespace dormouse;
using namespace tables;
using ::testing::ElementsAre;

namespace {

struct seat {
    std::string hall;
    std::int64_t number = 0;
    std::string guest;
    std::int64_t changes = 0;
    std::optional<std::string> label;  // generated
    std::optional<std::string> note;
};
struct guest {
    std::string name;
    std::string hall;
};

}  // namespace

inline constexpr auto seats = table<seat>("seats")
                                  .primary_key(&seat::hall, &seat::number)
                                  .generated(&seat::label, "hall || '-' || number")
                                  .default_to(&seat::changes, 0)
                                  .default_to(&seat::note, "none");
inline constexpr auto guests = table<guest>("guests");

namespace {

class ChangeQuery : public database_test {
protected:
    ChangeQuery() {
        create(users);
        create(seats);
        create(guests);
    }
    void add_user(const char* id) {
        new_user row{id, id, std::string(id) + "@x.co"};
        database.insert_into<users>().values(row).execute();
    }
    void add_seat(std::string hall, std::int64_t number, std::string who) {
        database.insert_into<seats>()
            .values(seat{std::move(hall), number, std::move(who), 0, {}, "by hand"})
            .execute();
    }
    user user_of(const std::string& id) {
        return database.select_from<users>().where(col<&user::id> == id).one();
    }
};

TEST_F(ChangeQuery, ComputesGeneratedColumnsAndNeverWritesThem) {
    seat row = database.insert_into<seats>()
                   .values(seat{"a", 7, "ann", 0, "ignored", {}})
                   .returning_all()
                   .one();

    EXPECT_EQ(row.label, "a-7");
}

TEST_F(ChangeQuery, InsertsManyRowsAndGeneratesForEach) {
    std::vector<create_user_args> rows{{.name = "a", .email = "a@x.co"},
                                       {.name = "b", .email = "b@x.co"}};

    auto written = database.insert_into<users>().each_of(rows).returning_all();

    ASSERT_EQ(written.size(), 2u);
    EXPECT_NE(written[0].id, written[1].id);
    EXPECT_EQ(written[1].name, "b");
}

TEST_F(ChangeQuery, InsertsAllOfManyRowsOrNone) {
    std::vector<create_user_args> rows{{.name = "a", .email = "same@x.co"},
                                       {.name = "b", .email = "same@x.co"}};

    EXPECT_THROW(database.insert_into<users>().each_of(rows).execute(), sql_error);
    EXPECT_EQ(database.select_from<users>().count(), 0);
    EXPECT_EQ(database.insert_into<users>().or_ignore().each_of(rows).execute(), 1);
}

TEST_F(ChangeQuery, InsertsMoreValuesThanSqliteHasParameters) {
    std::vector<guest> many(20'000, guest{"n", "h"});

    EXPECT_EQ(database.insert_into<guests>().each_of(many).execute(), 20'000);
    EXPECT_EQ(database.select_from<guests>().count(), 20'000);
}

TEST_F(ChangeQuery, InsertsTheRowsOfAQuery) {
    add_seat("a", 1, "ann");
    add_seat("b", 1, "bob");
    auto in_a = database.select_from<seats>()
                    .where(col<&seat::hall> == "a")
                    .select(col<&seat::hall>, col<&seat::guest>);

    EXPECT_EQ((database.insert_into<guests>().from<&guest::hall, &guest::name>(in_a).execute()), 1);
    EXPECT_EQ(database.select_from<guests>().one().name, "ann");
}

TEST_F(ChangeQuery, InsertsTheRowsOfAQueryOverThoseThatAreThere) {
    add_seat("a", 1, "ann");
    auto moved =
        database.select_from<seats>().select(col<&seat::hall>, col<&seat::number>,
                                             sql_part<"upper({})", std::string>(col<&seat::guest>));

    auto rows = database.insert_into<seats>()
                    .on_conflict<&seat::hall, &seat::number>()
                    .update<&seat::guest>()
                    .from<&seat::hall, &seat::number, &seat::guest>(moved)
                    .returning_all()
                    .all();

    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].guest, "ANN");
}

TEST_F(ChangeQuery, ResolvesAConflictOfACompositeKeyByExpressions) {
    auto upsert = database.insert_into<seats>().on_conflict<&seat::hall, &seat::number>().set(
        col<& seat::guest> = excluded<&seat::guest>,
        col<& seat::changes> = col<&seat::changes> + 1);
    upsert.values(seat{"a", 1, "ann"}).execute();
    upsert.values(seat{"a", 1, "bob"}).execute();

    seat row = upsert.values(seat{"a", 1, "cid"}).returning_all().one();

    EXPECT_EQ(row.guest, "cid");
    EXPECT_EQ(row.changes, 2);
}

TEST_F(ChangeQuery, IgnoresAConflictOfOneKeyOnly) {
    add_user("ann");
    auto insert = database.insert_into<users>().on_conflict<&user::id>().ignore();

    EXPECT_EQ(insert.values(new_user{"ann", "x", "other@x.co"}).execute(), 0);
    EXPECT_THROW(insert.values(new_user{"x", "x", "ann@x.co"}).execute(), sql_error);
}

TEST_F(ChangeQuery, DistinguishesAnArgumentLeftOutFromNull) {
    struct seat_args {
        arg<"string"> hall;
        arg<"number.integer"> number;
        arg<"string"> guest;
        arg<"string?"> note{};
    };
    struct seat_null_args {
        arg<"string"> hall;
        arg<"number.integer"> number;
        arg<"string"> guest;
        arg<"string | null"> note;
    };

    auto left_out = database.insert_into<seats>()
                        .values(seat_args{.hall = "a", .number = 1, .guest = "g"})
                        .returning_all()
                        .one();
    auto null = database.insert_into<seats>()
                    .values(seat_null_args{"a", 2, "g", std::nullopt})
                    .returning_all()
                    .one();

    EXPECT_EQ(left_out.note, "none");
    EXPECT_EQ(null.note, std::nullopt);
}

TEST_F(ChangeQuery, ReturnsChosenColumns) {
    auto id = database.insert_into<users>()
                  .values(new_user{"ann", "Ann", "a@x.co"})
                  .returning(col<&user::id>)
                  .one();
    auto names = database.update<users>()
                     .set(col<& user::name> = "Eve")
                     .where(col<&user::id> == id)
                     .returning(col<&user::name>, col<&user::active>)
                     .all();

    EXPECT_EQ(id, "ann");
    EXPECT_THAT(names, ElementsAre(std::tuple("Eve", true)));
    EXPECT_THAT(database.delete_from<users>().all_rows().returning(col<&user::email>).all(),
                ElementsAre("a@x.co"));
}

TEST_F(ChangeQuery, SetsOnlyWhatAStructGives) {
    struct change_args {
        arg<"string"> id;
        arg<"string?"> name{};
        arg<"string?"> bio{};
        arg<"boolean?"> active{};
    };
    add_user("ann");
    change_args args{.id = "ann", .bio = "hi"};

    auto changed =
        database.update<users>().set_from(args).where(col<&user::id> == args.id).execute();

    user ann = user_of("ann");
    EXPECT_EQ(changed, 1);
    EXPECT_EQ(ann.name, "ann");
    EXPECT_EQ(ann.bio, "hi");
    EXPECT_TRUE(ann.active);
    EXPECT_TRUE(ann.changedAt.has_value());
}

TEST_F(ChangeQuery, ChangesNothingWhenNothingIsGiven) {
    struct change {
        std::optional<std::string> name;
    };
    add_user("ann");

    EXPECT_EQ(database.update<users>().set_from(change{}).all_rows().execute(), 0);
    EXPECT_FALSE(user_of("ann").changedAt.has_value());
    EXPECT_EQ(database.update<users>().set_from(change{"Eve"}).all_rows().execute(), 1);
    EXPECT_EQ(user_of("ann").name, "Eve");
}

TEST_F(ChangeQuery, SetsAColumnOnlyIfWanted) {
    add_user("ann");
    auto change = [&](bool rename) {
        database.update<users>()
            .set_if(rename, col<& user::name> = "Eve")
            .set(col<& user::bio> = "b")
            .all_rows()
            .execute();
        return user_of("ann").name;
    };

    EXPECT_EQ(change(false), "ann");
    EXPECT_EQ(change(true), "Eve");
}

TEST_F(ChangeQuery, KeepsIntegersExact) {
    struct numbered {
        std::int64_t value;
    };
    for (std::int64_t value : {INT64_MIN, INT64_MAX, std::int64_t{9007199254740993}}) {
        EXPECT_EQ((database.sql<"SELECT ?", numbered>(value).one().value), value);
    }
    EXPECT_THROW((void)(database.sql<"SELECT ?", std::uint64_t>(UINT64_MAX).one()), error);
}

TEST_F(ChangeQuery, ReturnsNoRowsWhenNothingIsGiven) {
    struct change {
        std::optional<std::string> name;
    };
    add_user("ann");
    auto rows_of = [&](const change& given) {
        return database.update<users>()
            .set_from(given)
            .where(col<&user::id> == "ann")
            .returning(col<&user::name>)
            .all();
    };

    EXPECT_THAT(rows_of({}), ElementsAre());
    EXPECT_FALSE(user_of("ann").changedAt.has_value());
    EXPECT_THAT(rows_of({"Eve"}), ElementsAre("Eve"));
}

TEST_F(ChangeQuery, RefreshesAColumnWhoseFieldIsNotGiven) {
    struct change {
        std::optional<std::string> name;
        std::optional<timestamp_seconds> changedAt;
    };
    add_user("ann");
    const timestamp_seconds given{std::chrono::seconds{5}};
    const auto now = std::chrono::floor<std::chrono::seconds>(generators.time);

    database.update<users>().set_from(change{"Eve", {}}).all_rows().execute();
    EXPECT_EQ(user_of("ann").changedAt, now);
    database.update<users>().set_from(change{"Eve", given}).all_rows().execute();
    EXPECT_EQ(user_of("ann").changedAt, given);
    database.update<users>()
        .set(col<& user::name> = "Ann")
        .set_if(false, col<& user::changedAt> = given)
        .all_rows()
        .execute();
    EXPECT_EQ(user_of("ann").changedAt, now);
}

TEST_F(ChangeQuery, InsertsRowsOfATemporary) {
    auto insert =
        database.insert_into<guests>().each_of(std::vector<guest>{{"ann", "a"}, {"bob", "a"}});

    EXPECT_EQ(insert.execute(), 2);
}

TEST_F(ChangeQuery, CountsNoRowsAfterCountingSome) {
    const auto add = [&](const char* id) {
        new_user row{id, id, std::string(id) + "@x.co"};
        return database.insert_into<users>().or_ignore().values(row).execute();
    };
    const auto rename = [&](const char* id) {
        return database.update<users>()
            .set(col<&user::name> = "new")
            .where(col<&user::id> == id)
            .execute();
    };
    const auto remove = [&](const char* id) {
        return database.delete_from<users>().where(col<&user::id> == id).execute();
    };

    EXPECT_EQ(add("ann"), 1);
    EXPECT_EQ(add("ann"), 0);
    EXPECT_EQ(rename("ann"), 1);
    EXPECT_EQ(rename("bob"), 0);
    EXPECT_EQ(remove("ann"), 1);
    EXPECT_EQ(remove("ann"), 0);
}

TEST_F(ChangeQuery, CountsNoRowsThatATriggerChanged) {
    database.execute(
        "CREATE TRIGGER t AFTER UPDATE ON users BEGIN INSERT INTO guests VALUES ('a', 'x'), ('b', "
        "'y'); END");
    add_user("ann");

    EXPECT_EQ(database.update<users>().set(col<& user::name> = "new").all_rows().execute(), 1);

    EXPECT_EQ(database.select_from<guests>().count(), 2);
}

}  // namespace
