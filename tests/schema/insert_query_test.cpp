#include "tests/schema/database_fixture.hpp"
#include "tests/schema/tables.hpp"

#include <dormouse/error.hpp>
#include <dormouse/query.hpp>

using namespace dormouse;
using namespace tables;

namespace {

class InsertQuery : public database_test {
protected:
    InsertQuery() {
        create(users);
        create(posts);
    }
};

TEST_F(InsertQuery, WritesArgumentsAndGeneratesTheRest) {
    create_user_args args{.name = "Alice", .email = "alice@example.com"};

    user alice = database.insert_into<users>().values(args).returning_all().one();

    EXPECT_EQ(alice.id, "00000000-0000-4001-8000-000000000002");
    EXPECT_EQ(alice.name, "Alice");
    EXPECT_EQ(alice.createdAt, generators.time);
    EXPECT_TRUE(alice.active);
    EXPECT_EQ(alice.bio, std::nullopt);
    EXPECT_EQ((database.sql<"SELECT created_at FROM users", std::string>().one()),
              "2023-11-14 22:13:20.123");
}

TEST_F(InsertQuery, NeverOverridesAValueThatIsGiven) {
    struct whole {
        std::string id, name, email;
        timestamp createdAt;
        bool active;
    };

    database.insert_into<users>().values(whole{"me", "n", "e", timestamp{}, false}).execute();

    user row = database.select_from<users>().one();
    EXPECT_EQ(row.id, "me");
    EXPECT_EQ(row.createdAt, timestamp{});
    EXPECT_FALSE(row.active);
}

TEST_F(InsertQuery, TakesTheDefaultForAnEmptyOptionalArgument) {
    struct optional_args {
        arg<"string?"> id;
        arg<"string"> name;
        arg<"string"> email;
        arg<"boolean?"> active;
        arg<"string?"> bio;
    };

    user row = database.insert_into<users>()
                   .values(optional_args{.name = "n", .email = "e"})
                   .returning_all()
                   .one();
    user other = database.insert_into<users>()
                     .values(optional_args{.id = "x", .name = "n", .email = "f", .active = false})
                     .returning_all()
                     .one();

    EXPECT_EQ(row.id.size(), 36u);
    EXPECT_TRUE(row.active);
    EXPECT_EQ(other.id, "x");
    EXPECT_FALSE(other.active);
}

TEST_F(InsertQuery, StoresEveryTypeOfColumn) {
    database.insert_into<users>().values(new_user{"u", "n", "e"}).execute();
    struct whole_post {
        std::string authorId;
        int score;
        std::optional<blob> cover;
        role visibility;
        json<preferences> settings;
    };
    blob bytes{std::byte{0}, std::byte{255}};

    post row = database.insert_into<posts>()
                   .values(whole_post{"u", 3, bytes, role::user, {{true, {"en", "de"}}}})
                   .returning_all()
                   .one();

    EXPECT_EQ(row.id, 1);
    EXPECT_EQ(row.score, 3.0);
    EXPECT_EQ(row.cover, bytes);
    EXPECT_EQ(row.visibility, role::user);
    EXPECT_TRUE(row.settings.value.dark);
    EXPECT_EQ(row.settings.value.languages, (std::vector<std::string>{"en", "de"}));
    EXPECT_EQ((database.sql<"SELECT visibility || settings FROM posts", std::string>().one()),
              R"(user{"dark":true,"languages":["en","de"]})");
}

TEST_F(InsertQuery, AnswersTheNumberOfRowsWritten) {
    new_user row{"u", "n", "e"};

    EXPECT_EQ(database.insert_into<users>().values(row).execute(), 1);
    EXPECT_EQ(database.insert_into<users>().or_ignore().values(row).execute(), 0);
    EXPECT_THROW(database.insert_into<users>().values(row).execute(), sql_error);
}

TEST_F(InsertQuery, UpdatesTheRowThatIsThere) {
    auto upsert = database.insert_into<users>().upsert<&user::email, &user::name>();
    upsert.values(new_user{"1", "first", "same@x.co"}).execute();

    user row = upsert.values(new_user{"2", "second", "same@x.co"}).returning_all().one();

    EXPECT_EQ(row.id, "1");
    EXPECT_EQ(row.name, "second");
    EXPECT_EQ(row.changedAt, std::chrono::floor<std::chrono::seconds>(generators.time));
}

TEST_F(InsertQuery, LeavesAnIntegerKeyToSqlite) {
    database.insert_into<users>().values(new_user{"u", "n", "e"}).execute();

    for (std::int64_t expected = 1; expected <= 3; ++expected) {
        new_post row{"u", 0.5, role::admin, {}};
        EXPECT_EQ(database.insert_into<posts>().values(row).returning_all().one().id, expected);
    }
    EXPECT_EQ(database.last_insert_rowid(), 3);
}

TEST_F(InsertQuery, RefusesANumberThatItsColumnCannotHold) {
    struct numbered {
        arg<"number"> id;
        std::string authorId;
        double score;
        role visibility;
        preferences settings;
    };
    database.insert_into<users>().values(new_user{"u", "n", "e"}).execute();

    EXPECT_THROW(
        database.insert_into<posts>().values(numbered{1.5, "u", 0, role::user, {}}).execute(),
        error);
    EXPECT_EQ(database.insert_into<posts>().values(numbered{7, "u", 0, role::user, {}}).execute(),
              1);
}

// What cannot be inserted does not compile.
struct without_email {
    std::string name;
};
struct with_stranger {
    std::string name, email, shoe;
};
struct with_wrong_type {
    std::string name;
    int email;
};
struct with_empty_name {
    std::optional<std::string> name;
    std::string email;
};
static_assert(detail::insertable<create_user_args, users>);
static_assert(detail::insertable<new_post, posts>);
static_assert(!detail::has_required_columns<without_email, users>);
static_assert(!detail::has_only_storable_columns<with_stranger, users>);
static_assert(!detail::has_only_storable_columns<with_wrong_type, users>);
static_assert(!detail::has_only_storable_columns<with_empty_name, users>);

}  // namespace
