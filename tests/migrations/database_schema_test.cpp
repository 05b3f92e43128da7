#include "migrations/database_schema.hpp"

#include "migrations/schema_diff.hpp"
#include "migrations/schema_drift.hpp"
#include "migrations/scratch_database.hpp"
#include "tests/migrations/schema_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dormouse::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<table_description> schema_made_by(std::string_view sql) {
    scratch_database database;
    database.turn().execute(sql);
    return read_database_schema(database.turn());
}

std::vector<table_description> rich_schema() {
    auto users = table_of("users", {wanted(with_default(text_column("na\"me"), "'it''s'")),
                                    with_default(text_column("token"), "(lower(hex(1)))")});
    users.columns[0].autoincrement = true;
    auto loud = text_column("loud");
    loud.generated = generated_description{"upper(\"na\"\"me\" || ')')", generated_kind::on_read};
    users.columns.push_back(loud);
    users.checks.push_back({"named", "\"na\"\"me\" <> ')'"});
    users.indexes.push_back({"i1", true, {{"token"}, {"lower(token)", true}}, "token > ''"});
    users.indexes.push_back({"i2", false, {{"na\"me"}}, {}});
    table_description members{"members", {text_column("a"), text_column("b")}, {"b", "a"},
                              {},        {cascading_key("a", "users")},        {}};
    members.columns[0].primary_key = members.columns[1].primary_key = true;
    return {users, members};
}

TEST(DatabaseSchema, ReadsBackWhatWasCreated) {
    scratch_database database;
    for (const auto& statement : diff_schemas({}, schema_of(rich_schema())).statements) {
        database.turn().execute(statement);
    }

    EXPECT_THAT(find_drift(rich_schema(), read_database_schema(database.turn())), IsEmpty());
}

TEST(DatabaseSchema, ReadsWhatPeopleWrite) {
    const auto tables = schema_made_by(
        "CREATE TABLE Users (Id INTEGER PRIMARY KEY, -- the id, (really)\n"
        "  [e mail] VARCHAR(20, 3) UNIQUE NOT NULL CHECK (\"e mail\" LIKE '%,(%'),\n"
        "  n INT DEFAULT (1 + 1) CONSTRAINT positive CHECK(n > 0),\n"
        "  s TEXT AS (n || 'x') STORED, parent REFERENCES users, CHECK (n < 9))");

    ASSERT_EQ(tables.size(), 1U);
    const auto& users = tables[0];
    EXPECT_EQ(users.columns[0].not_null, true);
    EXPECT_EQ(users.columns[1].type, "VARCHAR(20, 3)");
    EXPECT_EQ(users.columns[2].default_sql, "1 + 1");
    EXPECT_EQ(users.columns[3].generated->expression, "n || 'x'");
    EXPECT_THAT(users.foreign_keys[0].parent_columns, ElementsAre("Id"));
    ASSERT_EQ(users.checks.size(), 3U);
    EXPECT_EQ(users.checks[0].expression, "\"e mail\" LIKE '%,(%'");
    EXPECT_EQ(users.checks[1].name, "positive");
    EXPECT_EQ(users.checks[2].expression, "n < 9");
    EXPECT_EQ(users.indexes[0].name, "sqlite_autoindex_Users_1");
}

TEST(DatabaseSchema, LeavesOutWhatIsNotTheProgram) {
    EXPECT_THAT(schema_made_by("CREATE TABLE __migrations (x); CREATE VIEW v AS SELECT 1;"
                               "CREATE VIRTUAL TABLE search USING fts5(text)"),
                IsEmpty());
}

TEST(SchemaDrift, NamesWhatIsMissingExtraAndChanged) {
    auto users = table_of("users", {text_column("bio"), wanted(text_column("name"))});
    users.indexes.push_back({"i", true, {{"bio"}}, {}});
    auto found = table_of("users", {text_column("name"), text_column("old")});
    found.checks.push_back({"", "name <> ''"});
    users.foreign_keys.push_back(cascading_key("bio", "bios"));

    EXPECT_THAT(
        find_drift({users, table_of("bios", {})}, {found, table_of("more", {})}),
        ElementsAre("[missing] table users: column bio",
                    "[changed] table users: column name: text, declared text NOT NULL",
                    "[extra] table users: column old", "[missing] table users: index i",
                    "[missing] table users: foreign key (bio) to bios(id) on update no action on "
                    "delete cascade",
                    "[extra] table users: check (name <> '')", "[missing] table bios",
                    "[extra] table more"));
}

}  // namespace
}  // namespace dormouse::test
