#include "tests/schema/database_fixture.hpp"

#include <dormouse/query.hpp>
#include <dormouse/schema.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace dormouse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

enum class role { admin, user };
struct preferences {
    bool dark = false;
    std::vector<std::string> languages;
};
struct account {
    std::string id;
    std::string displayName;
    std::optional<std::string> bio;
    timestamp createdAt;
    bool active;
    role kind;
    json<preferences> settings;
    std::optional<blob> picture;
};
struct letter {
    std::int64_t id;
    std::string authorId;
    double score;
    std::optional<timestamp_seconds> sentAt;
    std::optional<std::int64_t> answerTo;
};
struct membership {
    std::string orgId;
    std::string userId;
};
struct duty {
    std::int64_t id;
    std::string userId;
    std::string orgId;
    std::string name;
    std::optional<std::int64_t> nameLength;
    std::string amount;
    timestamp due;
};

}  // namespace

inline constexpr auto accounts = table<account>("userAccounts")
                                     .primary_key(&account::id)
                                     .unique(&account::displayName)
                                     .default_to(&account::active, true)
                                     .default_to(&account::kind, role::user)
                                     .default_to(&account::bio, "it's empty")
                                     .default_fn(&account::id, uuid)
                                     .default_fn(&account::createdAt, now);
inline constexpr auto letters = table<letter>("letters")
                                    .autoincrement(&letter::id)
                                    .references(&letter::authorId, accounts, &account::id,
                                                {.on_delete = foreign_key_action::cascade})
                                    .references(&letter::answerTo, &letter::id,
                                                {.on_delete = foreign_key_action::set_null,
                                                 .on_update = foreign_key_action::restricted})
                                    .default_sql(&letter::score, "0")
                                    .check("letters_score", "score >= 0")
                                    .rename(&letter::sentAt, "posted")
                                    .index("letters_by_author", &letter::authorId, &letter::score)
                                    .unique_index("letters_by_date", &letter::sentAt);
inline constexpr auto memberships =
    table<membership>("memberships").primary_key(&membership::userId, &membership::orgId);
inline constexpr auto duties =
    table<duty>("duties")
        .rename("Duty List")
        .primary_key(&duty::id)
        .references(columns(&duty::userId, &duty::orgId), memberships,
                    columns(&membership::userId, &membership::orgId),
                    {.on_delete = foreign_key_action::cascade})
        .generated(&duty::nameLength, "length(name)", generated_kind::stored)
        .stored_as(&duty::amount, column_type::numeric)
        .stored_as(&duty::due, column_type::integer)
        .default_to(&duty::amount, "0")
        .index({.name = "urgent", .where = "due < 5"}, &duty::due)
        .unique_index({.name = "by_lower_name", .expression = "lower(name)"}, &duty::orgId)
        .renamed_from("tasks")
        .renamed_from(&duty::due, "dueDate");

namespace {

static_assert(accounts.name.view() == "user_accounts");
static_assert(accounts.columns[1].name == "display_name");
static_assert(accounts.columns[0].has_default_fn && !accounts.columns[1].has_default_fn);
static_assert(schema<accounts, letters>.size() == 2);

TEST(Schema, DescribesColumnsByTheFieldsOfTheRow) {
    EXPECT_EQ(create_table_sql(accounts),
              "CREATE TABLE \"user_accounts\" (\n"
              "    \"id\" text PRIMARY KEY NOT NULL,\n"
              "    \"display_name\" text NOT NULL,\n"
              "    \"bio\" text DEFAULT 'it''s empty',\n"
              "    \"created_at\" text NOT NULL,\n"
              "    \"active\" integer NOT NULL DEFAULT 1,\n"
              "    \"kind\" text NOT NULL DEFAULT 'user',\n"
              "    \"settings\" text NOT NULL,\n"
              "    \"picture\" blob\n"
              ");\n"
              "CREATE UNIQUE INDEX \"user_accounts_display_name_unique\" ON \"user_accounts\" "
              "(\"display_name\");\n");
}

TEST(Schema, DescribesKeysChecksAndIndexes) {
    EXPECT_EQ(create_table_sql(letters),
              "CREATE TABLE \"letters\" (\n"
              "    \"id\" integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n"
              "    \"author_id\" text NOT NULL,\n"
              "    \"score\" real NOT NULL DEFAULT 0,\n"
              "    \"posted\" text,\n"
              "    \"answer_to\" integer,\n"
              "    FOREIGN KEY (\"author_id\") REFERENCES \"user_accounts\" (\"id\") "
              "ON DELETE cascade,\n"
              "    FOREIGN KEY (\"answer_to\") REFERENCES \"letters\" (\"id\") "
              "ON UPDATE restrict ON DELETE set null,\n"
              "    CONSTRAINT \"letters_score\" CHECK (score >= 0)\n"
              ");\n"
              "CREATE INDEX \"letters_by_author\" ON \"letters\" (\"author_id\", \"score\");\n"
              "CREATE UNIQUE INDEX \"letters_by_date\" ON \"letters\" (\"posted\");\n");
}

TEST(Schema, DescribesGeneratedColumnsDeclaredTypesAndPartialIndexes) {
    EXPECT_EQ(create_table_sql(duties),
              "CREATE TABLE \"Duty List\" (\n"
              "    \"id\" integer PRIMARY KEY NOT NULL,\n"
              "    \"user_id\" text NOT NULL,\n"
              "    \"org_id\" text NOT NULL,\n"
              "    \"name\" text NOT NULL,\n"
              "    \"name_length\" integer GENERATED ALWAYS AS (length(name)) STORED,\n"
              "    \"amount\" numeric NOT NULL DEFAULT '0',\n"
              "    \"due\" integer NOT NULL,\n"
              "    FOREIGN KEY (\"user_id\", \"org_id\") REFERENCES \"memberships\" "
              "(\"user_id\", \"org_id\") ON DELETE cascade\n"
              ");\n"
              "CREATE INDEX \"urgent\" ON \"Duty List\" (\"due\") WHERE due < 5;\n"
              "CREATE UNIQUE INDEX \"by_lower_name\" ON \"Duty List\" (\"org_id\", "
              "lower(name));\n");
}

TEST(Schema, KeepsTheOrderOfACompositeKey) {
    EXPECT_THAT(describe(memberships).primary_key, ElementsAre("user_id", "org_id"));
    EXPECT_THAT(create_table_sql(memberships),
                HasSubstr("\n    PRIMARY KEY (\"user_id\", \"org_id\")\n);"));
}

TEST(Schema, TellsWhatTablesAndColumnsWereCalledBefore) {
    EXPECT_THAT(describe_renames(schema<accounts, duties>),
                ElementsAre("tasks:Duty List", "Duty List.dueDate:due"));
}

TEST(Schema, DescribesTheTablesOfADatabaseInOrder) {
    auto tables = describe(schema<accounts, letters>);

    ASSERT_EQ(tables.size(), 2u);
    EXPECT_EQ(tables[0].name, "user_accounts");
    EXPECT_EQ(tables[1], describe(letters));
    EXPECT_EQ(create_statements(tables[1]).size(), 3u);
}

struct numbers {
    std::int64_t low;
    std::uint8_t small;
    double half;
    float whole;
    std::optional<std::string> quoted;
};
inline constexpr auto defaults = table<numbers>("defaults")
                                     .default_to(&numbers::low, INT64_MIN)
                                     .default_to(&numbers::small, 255)
                                     .default_to(&numbers::half, -0.5)
                                     .default_to(&numbers::whole, 3)
                                     .default_to(&numbers::quoted, "'\"");

class SchemaOnDisk : public database_test {};

TEST_F(SchemaOnDisk, GivesDefaultsBackAsTheyWereDeclared) {
    create(defaults);
    database.execute("INSERT INTO defaults DEFAULT VALUES");

    auto row = database.select_from<defaults>().one();

    EXPECT_EQ(row.low, INT64_MIN);
    EXPECT_EQ(row.small, 255);
    EXPECT_EQ(row.half, -0.5);
    EXPECT_EQ(row.whole, 3);
    EXPECT_EQ(row.quoted, "'\"");
}

TEST_F(SchemaOnDisk, CreatesWhatItDescribes) {
    for (const auto& each : schema<accounts, letters, memberships, duties>) {
        create(each);
    }
    EXPECT_EQ(
        (database.sql<"SELECT count(*) FROM pragma_foreign_key_list('Duty List')", std::int64_t>()
             .one()),
        2);
    EXPECT_EQ((database
                   .sql<"SELECT count(*) FROM pragma_index_list('letters') WHERE \"unique\"",
                        std::int64_t>()
                   .one()),
              1);
}

// What a table does not accept, it refuses while compiling.
static_assert(detail::literal_for<bool, bool> && !detail::literal_for<bool, int>);
static_assert(detail::literal_for<std::string, const char[3]>);
static_assert(!detail::literal_for<std::int64_t, const char[3]>);
static_assert(detail::generator_for<uuid_generator, std::string>);
static_assert(detail::generator_for<uuid_generator, std::optional<std::string>>);
static_assert(!detail::generator_for<uuid_generator, std::int64_t>);

}  // namespace
