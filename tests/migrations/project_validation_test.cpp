#include "tests/migrations/project_fixture.hpp"

#include <gmock/gmock.h>

namespace dormouse::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(ProjectCommands, ValidateFindsTriggersAndViewsThatCannotRun) {
    write("migrations/main/20240315123045.sql",
          "CREATE TABLE users (id INTEGER PRIMARY KEY);"
          "CREATE TRIGGER t AFTER INSERT ON users BEGIN UPDATE users SET bio = 1; END;"
          "CREATE TRIGGER innocent AFTER INSERT ON users BEGIN DELETE FROM users WHERE id < 0; END;"
          "CREATE VIEW v AS SELECT name FROM users; CREATE VIEW sound AS SELECT id FROM users;");

    const auto result = validate(with({}));

    ASSERT_EQ(result.errors.size(), 2U);
    EXPECT_EQ(result.errors[0].message, "the view v cannot run: no such column: name");
    EXPECT_EQ(result.errors[1].message, "the trigger t cannot run: no such column: bio");
    EXPECT_FALSE(result.valid());
}

TEST_F(ProjectCommands, ValidateCollectsEveryError) {
    write("migrations/main/20240315123045_bad.sql",
          "INVALID;\nCREATE TABLE users (id INTEGER PRIMARY KEY);\n--> breakpoint\n"
          "INSERT INTO nope VALUES (1);");

    const auto result = validate(with({}));

    EXPECT_FALSE(result.valid());
    ASSERT_EQ(result.errors.size(), 2U);
    EXPECT_EQ(result.errors[0].migration, "20240315123045_bad");
    EXPECT_EQ(result.errors[0].chunk, 0U);
    EXPECT_EQ(result.errors[0].statement, "INVALID");
    EXPECT_EQ(result.errors[0].message, "near \"INVALID\": syntax error");
    EXPECT_EQ(result.errors[1].chunk, 1U);
    EXPECT_EQ(result.errors[1].message, "no such table: nope");
    EXPECT_THAT(result.drift, IsEmpty());
}

TEST_F(ProjectCommands, ValidateFindsBrokenReferencesAndDrift) {
    write("migrations/main/1.sql",
          "CREATE TABLE users (id INTEGER PRIMARY KEY); CREATE TABLE posts (id INTEGER PRIMARY "
          "KEY, author REFERENCES users(id)); INSERT INTO posts VALUES (3, 9);");

    const auto result = validate(with({text_column("bio")}));

    EXPECT_THAT(result.broken_references, ElementsAre("posts row 3 refers to no row of users"));
    EXPECT_THAT(result.drift,
                ElementsAre("[missing] table users: column bio", "[extra] table posts"));
}

TEST_F(ProjectCommands, ValidateLooksForTheRestAfterAStatementThatFails) {
    write("migrations/main/1.sql",
          "INVALID; CREATE TABLE users (id INTEGER PRIMARY KEY); CREATE TABLE posts (id INTEGER "
          "PRIMARY KEY, author REFERENCES users(id)); INSERT INTO posts VALUES (3, 9);");

    const auto result = validate(with({text_column("bio")}));

    EXPECT_EQ(result.errors.size(), 1U);
    EXPECT_THAT(result.broken_references, ElementsAre("posts row 3 refers to no row of users"));
    EXPECT_THAT(result.drift,
                ElementsAre("[missing] table users: column bio", "[extra] table posts"));
}

TEST_F(ProjectCommands, ValidateRunsTheMigrationsBesideACorruptSnapshot) {
    write("migrations/main/1.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY); INVALID;");
    write("migrations/main/_snapshot.json", "<<<<<<<");

    const auto result = validate(with({text_column("bio")}));

    EXPECT_EQ(result.migrations, 1U);
    ASSERT_EQ(result.errors.size(), 2U);
    EXPECT_THAT(result.errors[0].message, HasSubstr("Failed to parse snapshot at "));
    EXPECT_EQ(result.errors[1].statement, "INVALID");
    EXPECT_THAT(result.drift, ElementsAre("[missing] table users: column bio"));
}

TEST_F(ProjectCommands, ValidateFindsReferencesThatCanHaveNoRow) {
    write("migrations/main/1.sql",
          "CREATE TABLE users (id INTEGER PRIMARY KEY, boss REFERENCES users(name), name text);"
          "INSERT INTO users VALUES (1, 'x', 'x');");

    EXPECT_THAT(validate(with({})).broken_references,
                ElementsAre("foreign key mismatch - \"users\" referencing \"users\""));
}

TEST_F(ProjectCommands, ValidateTakesDevMigrationsOrLeavesThemOut) {
    (void)generate(with({}));
    (void)push(with({text_column("bio")}));

    const auto with_dev = validate(with({text_column("bio")}));
    EXPECT_TRUE(with_dev.valid());
    EXPECT_TRUE(with_dev.includes_dev);
    EXPECT_EQ(with_dev.migrations, 2U);
    const auto without = validate(with({text_column("bio")}), true);
    EXPECT_FALSE(without.includes_dev);
    EXPECT_THAT(without.drift, ElementsAre("[missing] table users: column bio"));
}

TEST_F(ProjectCommands, ValidateFindsASnapshotThatTheMigrationsDoNotMake) {
    (void)generate(with({text_column("bio")}));
    auto snapshot = text_of("migrations/main/_snapshot.json");
    for (auto at = snapshot.find("bio"); at != std::string::npos; at = snapshot.find("bio")) {
        snapshot.replace(at, 3, "age");
    }
    write("migrations/main/_snapshot.json", snapshot);

    const auto result = validate(with({text_column("bio")}));

    EXPECT_THAT(result.drift, IsEmpty());
    EXPECT_THAT(result.snapshot_drift, ElementsAre("[missing] table users: column age",
                                                   "[extra] table users: column bio"));
    EXPECT_FALSE(result.valid());
}

TEST_F(ProjectCommands, ValidateFindsAnIndexThatIsNotDeclaredAnyMore) {
    auto indexed = with({text_column("bio")});
    indexed.tables[0].indexes.push_back({"declared", false, {{"bio"}}, {}});
    (void)generate(indexed);

    EXPECT_THAT(validate(with({text_column("bio")})).drift,
                ElementsAre("[extra] table users: index declared"));
}

TEST_F(ProjectCommands, ValidateFailsWhenItCannotLookForDrift) {
    auto broken = with({text_column("bio")});
    broken.tables[0].checks = {{"c", "no_such_column > 0"}};

    const auto result = validate(broken);

    ASSERT_EQ(result.errors.size(), 1U);
    EXPECT_THAT(result.errors[0].message,
                HasSubstr("Could not create the schema of database 'main': no such column"));
}

}  // namespace
}  // namespace dormouse::test
