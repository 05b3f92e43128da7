#include <dormouse/schema.hpp>

#include <gtest/gtest.h>

using namespace dormouse;

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
};
struct membership {
    std::string orgId;
    std::string userId;
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
                                    .default_sql(&letter::score, "0")
                                    .check(&letter::score, "score >= 0")
                                    .rename(&letter::sentAt, "posted")
                                    .index("letters_by_author", &letter::authorId, &letter::score)
                                    .unique_index("letters_by_date", &letter::sentAt);
inline constexpr auto memberships =
    table<membership>("memberships").primary_key(&membership::orgId, &membership::userId);

namespace {

static_assert(accounts.name.view() == "user_accounts");
static_assert(accounts.columns[1].name.view() == "display_name");
static_assert(accounts.columns[0].has_default_fn && !accounts.columns[1].has_default_fn);
static_assert(schema<accounts, letters>.size() == 2);

TEST(Schema, DescribesColumnsByTheFieldsOfTheRow) {
    EXPECT_EQ(create_table_sql(accounts),
              "CREATE TABLE \"user_accounts\" (\n"
              "    \"id\" TEXT PRIMARY KEY NOT NULL,\n"
              "    \"display_name\" TEXT NOT NULL UNIQUE,\n"
              "    \"bio\" TEXT DEFAULT 'it''s empty',\n"
              "    \"created_at\" TEXT NOT NULL,\n"
              "    \"active\" INTEGER NOT NULL DEFAULT 1,\n"
              "    \"kind\" TEXT NOT NULL DEFAULT 'user',\n"
              "    \"settings\" TEXT NOT NULL,\n"
              "    \"picture\" BLOB\n"
              ");\n");
}

TEST(Schema, DescribesKeysChecksAndIndexes) {
    EXPECT_EQ(create_table_sql(letters),
              "CREATE TABLE \"letters\" (\n"
              "    \"id\" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,\n"
              "    \"author_id\" TEXT NOT NULL REFERENCES \"user_accounts\" (\"id\") ON DELETE "
              "CASCADE,\n"
              "    \"score\" REAL NOT NULL DEFAULT 0 CHECK (score >= 0),\n"
              "    \"posted\" TEXT\n"
              ");\n"
              "CREATE INDEX \"letters_by_author\" ON \"letters\" (\"author_id\", \"score\");\n"
              "CREATE UNIQUE INDEX \"letters_by_date\" ON \"letters\" (\"posted\");\n");
}

TEST(Schema, WritesACompositeKeyAfterTheColumns) {
    EXPECT_NE(create_table_sql(memberships).find("\n    PRIMARY KEY (\"org_id\", \"user_id\")\n);"),
              std::string::npos);
}

// What a table does not accept, it refuses while compiling.
static_assert(detail::literal_for<bool, bool> && !detail::literal_for<bool, int>);
static_assert(detail::literal_for<std::string, const char[3]>);
static_assert(!detail::literal_for<std::int64_t, const char[3]>);
static_assert(detail::generator_for<uuid_generator, std::string>);
static_assert(detail::generator_for<uuid_generator, std::optional<std::string>>);
static_assert(!detail::generator_for<uuid_generator, std::int64_t>);

}  // namespace
