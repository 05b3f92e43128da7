#include "migrations/schema_renames.hpp"

#include "migrations/schema_diff.hpp"
#include "tests/migrations/schema_builder.hpp"

#include <dormouse/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dormouse::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<table_description> family() {
    auto users = table_of("users", {text_column("bio")});
    users.checks.push_back({"c", "\"users\".\"bio\" <> 'bio'"});
    users.indexes.push_back({"i", false, {{"bio"}, {"lower(bio)", true}}, "bio IS NOT NULL"});
    auto posts = table_of("posts", {text_column("author")});
    posts.foreign_keys.push_back(cascading_key("author", "users"));
    return {users, posts};
}

std::string refusal_of(std::vector<std::string> hints) {
    try {
        (void)rename_in_schema(family(), hints);
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::invalid_arguments);
        return e.what();
    }
    return "none";
}

TEST(SchemaRenames, RenameTablesAndColumnsWhereverTheyAreUsed) {
    const std::vector<std::string> hints{"users.bio:about", "users.id:key", "users:people"};

    const auto renamed = rename_in_schema(family(), hints);

    EXPECT_THAT(renamed.statements,
                ElementsAre("ALTER TABLE \"users\" RENAME TO \"people\"",
                            "ALTER TABLE \"people\" RENAME COLUMN \"bio\" TO \"about\"",
                            "ALTER TABLE \"people\" RENAME COLUMN \"id\" TO \"key\""));
    const auto& people = renamed.tables[0];
    EXPECT_EQ(people.columns[1].name, "about");
    EXPECT_THAT(people.primary_key, ElementsAre("key"));
    EXPECT_EQ(people.checks[0].expression, "\"people\".\"about\" <> 'bio'");
    EXPECT_EQ(people.indexes[0].keys[0].text, "about");
    EXPECT_EQ(people.indexes[0].keys[1].text, "lower(\"about\")");
    EXPECT_EQ(people.indexes[0].where, "\"about\" IS NOT NULL");
    EXPECT_EQ(renamed.tables[1].foreign_keys[0].parent_table, "people");
    EXPECT_THAT(renamed.tables[1].foreign_keys[0].parent_columns, ElementsAre("key"));
}

TEST(SchemaRenames, MoveNamesOn) {
    const auto users = table_of("users", {text_column("a"), text_column("b")});
    const auto moved = table_of("users", {text_column("b"), text_column("c")});
    change_hints hints;
    hints.renames = {"users.a:b", "users.b:c"};

    EXPECT_THAT(diff_schemas(schema_of({users}), schema_of({moved}), hints).statements,
                ElementsAre("ALTER TABLE \"users\" RENAME COLUMN \"b\" TO \"c\"",
                            "ALTER TABLE \"users\" RENAME COLUMN \"a\" TO \"b\""));
    EXPECT_THAT(diff_schemas(schema_of({table_of("users", {text_column("a")})}),
                             schema_of({table_of("users", {text_column("c")})}), hints)
                    .statements,
                ElementsAre("ALTER TABLE \"users\" RENAME COLUMN \"a\" TO \"b\"",
                            "ALTER TABLE \"users\" RENAME COLUMN \"b\" TO \"c\""));
}

TEST(SchemaRenames, SwapNames) {
    const std::vector<std::string> hints{"users:posts", "posts:users", "users.bio:id",
                                         "users.id:bio"};

    const auto renamed = rename_in_schema(family(), hints);

    EXPECT_THAT(renamed.statements,
                ElementsAre("ALTER TABLE \"users\" RENAME TO \"__swap_posts\"",
                            "ALTER TABLE \"posts\" RENAME TO \"users\"",
                            "ALTER TABLE \"__swap_posts\" RENAME TO \"posts\"",
                            "ALTER TABLE \"posts\" RENAME COLUMN \"bio\" TO \"__swap_id\"",
                            "ALTER TABLE \"posts\" RENAME COLUMN \"id\" TO \"bio\"",
                            "ALTER TABLE \"posts\" RENAME COLUMN \"__swap_id\" TO \"id\""));
    EXPECT_EQ(renamed.tables[0].name, "posts");
    EXPECT_THAT(renamed.tables[0].primary_key, ElementsAre("bio"));
    EXPECT_EQ(renamed.tables[1].foreign_keys[0].parent_table, "posts");
}

TEST(SchemaRenames, RefuseOneNameForTwo) {
    EXPECT_EQ(refusal_of({"users.bio:id", "users.id:bio", "users.id:name", "users.bio:name"}),
              "cannot rename users.bio:name: users has a column name already");
    EXPECT_EQ(refusal_of({"users.id:bio", "users.bio:name", "users.name:bio"}),
              "cannot rename users.name:bio: users has a column bio already");
}

TEST(SchemaRenames, PassOverHintsThatWereFollowedBefore) {
    const std::vector<std::string> hints{"persons:users", "persons.story:bio"};

    EXPECT_THAT(rename_in_schema(family(), hints).statements, IsEmpty());
}

TEST(SchemaRenames, RefuseWhatMovesAColumnOrNamesNoTable) {
    EXPECT_EQ(refusal_of({"users.bio:posts.about"}),
              "cannot rename users.bio:posts.about: a column stays in its table");
    EXPECT_EQ(refusal_of({".bio:about"}),
              "cannot rename .bio:about: write old_table:new_table or table.old_column:new_column");
    const std::vector<std::string> hints{"users:people", "users.bio:people.about",
                                         "people.id:People.key"};
    EXPECT_EQ(rename_in_schema(family(), hints).statements.size(), 3U);
}

TEST(SchemaRenames, RefuseWhatTheyCannotDoAndSayWhatThereIs) {
    EXPECT_EQ(refusal_of({"users"}),
              "cannot rename users: write old_table:new_table or table.old_column:new_column");
    EXPECT_EQ(refusal_of({"user:people"}),
              "cannot rename user:people: there is no table user; there are: users, posts");
    EXPECT_EQ(refusal_of({"users:posts"}),
              "cannot rename users:posts: there is a table posts already");
    EXPECT_EQ(refusal_of({"users.name:nick"}),
              "cannot rename users.name:nick: users has no column name; it has: id, bio");
    EXPECT_EQ(refusal_of({"users.bio:id"}),
              "cannot rename users.bio:id: users has a column id already");
}

TEST(SchemaRenames, RefuseANameThatTheSchemaDoesNotDeclare) {
    const auto refusal_of = [](std::string hint) -> std::string {
        change_hints hints;
        hints.renames = {std::move(hint)};
        try {
            (void)diff_schemas(schema_of(family()), schema_of(family()), hints);
        } catch (const error& e) {
            EXPECT_EQ(e.reason(), errc::invalid_arguments);
            return e.what();
        }
        return "none";
    };

    EXPECT_EQ(refusal_of("users:people"),
              "cannot rename users:people: the schema declares no table people; it declares: "
              "users, posts");
    EXPECT_EQ(refusal_of("users.bio:about"),
              "cannot rename users.bio:about: the schema declares no column about of users; it "
              "declares: id, bio");
}

// The two names in the wrong order look like a hint that was followed before.
TEST(SchemaRenames, RefuseHintsThatAreTheWrongWayRound) {
    const auto refusal_of = [](std::string hint, const std::vector<table_description>& to) {
        change_hints hints;
        hints.renames = {std::move(hint)};
        try {
            (void)diff_schemas(schema_of(family()), schema_of(to), hints);
        } catch (const error& e) {
            return std::string(e.what());
        }
        return std::string("none");
    };
    const std::vector tables{table_of("people", {}), table_of("posts", {text_column("author")})};
    const std::vector columns{table_of("users", {text_column("about")}), tables[1]};

    EXPECT_EQ(refusal_of("people:users", tables),
              "cannot rename people:users: the schema declares no table users; it declares: "
              "people, posts");
    EXPECT_EQ(refusal_of("users.about:bio", columns),
              "cannot rename users.about:bio: the schema declares no column bio of users; it "
              "declares: id, about");
}

TEST(SchemaRenames, LeaveOnlyTheRestToTheDiffer) {
    auto to = family();
    to[0].name = "people";
    to[0].checks[0].expression = "people.bio <> 'bio'";
    to[1].foreign_keys[0].parent_table = "people";
    change_hints hints;
    hints.renames = {"users:people"};

    EXPECT_THAT(diff_schemas(schema_of(family()), schema_of(to), hints).statements,
                ElementsAre("ALTER TABLE \"users\" RENAME TO \"people\""));
}

TEST(SchemaRenames, AreFollowedOnceWhereASchemaTellsThemForGood) {
    const std::vector<std::string> told{"users:people", "people.bio:about", "gone:posts",
                                        "posts.never:author", "nothing.x:y"};

    const auto pending = pending_renames(family(), told);
    const auto renamed = rename_in_schema(family(), pending);

    EXPECT_THAT(pending, ElementsAre("users:people", "people.bio:about"));
    EXPECT_THAT(pending_renames(renamed.tables, told), IsEmpty());
}

TEST(SchemaRenames, FindAnOldNameAsTheProgramHadIt) {
    const auto table = table_of("userNotes", {text_column("full_name"), text_column("URL")});

    EXPECT_THAT(pending_renames({table}, std::vector<std::string>{"userNotes.fullName:name",
                                                                  "userNotes.URL:address"}),
                ElementsAre("userNotes.full_name:name", "userNotes.URL:address"));
}

}  // namespace
}  // namespace dormouse::test
