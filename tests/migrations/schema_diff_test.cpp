#include "migrations/schema_diff.hpp"

#include "tests/migrations/schema_diff_fixture.hpp"

#include <dormouse/error.hpp>

namespace dormouse::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(SchemaDiff, AltersWhereSqliteCan) {
    const auto from = schema_of({table_of("users", {text_column("name"), text_column("old")})});
    auto to = schema_of({table_of(
        "users", {text_column("name"), wanted(with_default(text_column("role"), "'user'"))})});
    to.tables[0].indexes.push_back({"users_name", false, {{"name"}}, {}});

    EXPECT_THAT(
        diff_schemas(from, to).statements,
        ElementsAre("ALTER TABLE \"users\" ADD COLUMN \"role\" text NOT NULL DEFAULT 'user'",
                    "ALTER TABLE \"users\" DROP COLUMN \"old\"",
                    "CREATE INDEX \"users_name\" ON \"users\" (\"name\")"));
}

TEST_F(SchemaDiff, SaysNothingWhenOnlyTheWritingDiffers) {
    auto from = schema_of({table_of("users", {with_default(text_column("name"), "('x')")})});
    from.tables[0].checks.push_back({"c", "name<>''"});
    from.tables[0].checks.push_back({"d", "id > 1.5"});
    auto to = schema_of({table_of("Users", {with_default(text_column("NAME"), "'x'")})});
    to.tables[0].checks.push_back({"c", "(\"users\".\"name\" <> '')"});
    to.tables[0].checks.push_back({"d", "(id>1.5)"});

    EXPECT_THAT(diff_schemas(from, to).statements, IsEmpty());
}

TEST_F(SchemaDiff, TellsNumbersApart) {
    auto from = schema_of({table_of("users", {})});
    auto to = from;
    from.tables[0].checks.push_back({"c", "id > 1.5"});
    to.tables[0].checks.push_back({"c", "id > 2.5"});

    EXPECT_FALSE(diff_schemas(from, to).statements.empty());
}

TEST_F(SchemaDiff, RebuildsWithRowsChildrenTriggersViewsAndIndexes) {
    auto child = table_of("posts", {text_column("author")});
    child.foreign_keys.push_back(cascading_key("author", "users"));
    auto users = table_of("users", {text_column("name")});
    users.indexes.push_back({"users_name", false, {{"name"}}, {}});
    start(schema_of({users, child}),
          "INSERT INTO users VALUES (1, 'a'), (2, 'b'); INSERT INTO posts VALUES (10, 1), (11, 2);"
          "CREATE TABLE log (entry TEXT);"
          "CREATE INDEX by_hand ON users (id, name);"
          "CREATE VIEW names AS SELECT name FROM users;"
          "CREATE VIEW more_names AS SELECT name || '!' AS name FROM names;"
          "CREATE TRIGGER on_users AFTER INSERT ON users BEGIN INSERT INTO log VALUES (new.name); "
          "END;"
          "CREATE TRIGGER on_posts AFTER INSERT ON posts BEGIN INSERT INTO log SELECT name FROM "
          "users WHERE id = new.author; END;");
    auto changed = users;
    changed.columns[1] = wanted(changed.columns[1]);

    change(schema_of({changed, child}));

    EXPECT_THAT(query("SELECT id || name FROM users"), ElementsAre("1a", "2b"));
    EXPECT_THAT(query("SELECT id FROM posts"), ElementsAre("10", "11"));
    EXPECT_THAT(query("SELECT name FROM more_names"), ElementsAre("a!", "b!"));
    EXPECT_THAT(query("SELECT name FROM pragma_index_list('users') ORDER BY name"),
                ElementsAre("by_hand", "users_name"));
    run("INSERT INTO users VALUES (3, 'c'); INSERT INTO posts VALUES (12, 1)");
    EXPECT_THAT(query("SELECT entry FROM log"), ElementsAre("c", "a"));
    run("DELETE FROM users WHERE id = 1");
    EXPECT_THAT(query("SELECT id FROM posts"), ElementsAre("11"));
}

/// A rebuild whose SQL was written without a look at what the program has made.
class RebuildUnaware : public SchemaDiff {
protected:
    std::string refusal_over(const std::string& made_by_program) {
        start(schema_of({users(), table_of("log", {text_column("entry")})}),
              "INSERT INTO users VALUES (1, 'a', 'x');");
        run(made_by_program);
        try {
            migrate(text_of(diff_schemas(schema_of({users()}), schema_of({strict_users()}))));
        } catch (const migration_error& e) {
            return e.failure().cause;
        }
        return "none";
    }
    static table_description users() {
        auto table = table_of("users", {text_column("name"), text_column("bio")});
        table.indexes.push_back({"declared", false, {{"name"}}, {}});
        return table;
    }
    static table_description strict_users() {
        return table_of("users", {wanted(text_column("name"))});
    }
};

TEST_F(RebuildUnaware, KeepsWhatTheProgramHasMade) {
    EXPECT_EQ(refusal_over("CREATE INDEX by_name ON users (name);"
                           "CREATE VIEW names AS SELECT name FROM users;"
                           "CREATE VIEW more AS SELECT name FROM names;"
                           "CREATE TRIGGER on_users AFTER UPDATE ON users BEGIN INSERT INTO log "
                           "(entry) VALUES (new.name); END;"
                           "CREATE TRIGGER on_log AFTER DELETE ON log BEGIN DELETE FROM users; "
                           "END;"),
              "none");

    EXPECT_THAT(query("SELECT name FROM sqlite_schema WHERE type <> 'table' AND name NOT LIKE "
                      "'\\_\\_%' ESCAPE '\\' AND sql IS NOT NULL ORDER BY name"),
                ElementsAre("by_name", "more", "names", "on_log", "on_users"));
    EXPECT_THAT(query("SELECT name FROM sqlite_schema WHERE name LIKE '%set_aside'"), IsEmpty());
    run("UPDATE users SET name = 'b'");
    EXPECT_THAT(query("SELECT entry FROM log"), ElementsAre("b"));
    EXPECT_THAT(query("SELECT name FROM more"), ElementsAre("b"));
}

TEST_F(RebuildUnaware, KeepsATriggerThatHasTheNameOfItsTable) {
    EXPECT_EQ(refusal_over("CREATE TRIGGER users AFTER INSERT ON users BEGIN INSERT INTO log "
                           "VALUES (new.name); END;"),
              "none");

    EXPECT_THAT(query("SELECT name FROM sqlite_schema WHERE type = 'trigger'"),
                ElementsAre("users"));
}

TEST_F(RebuildUnaware, KeepsAnIndexWhoseColumnHasTheNameOfAnotherTable) {
    const auto before = schema_of(
        {table_of("author", {text_column("name")}), table_of("posts", {text_column("author")})});
    const auto after = schema_of({table_of("author", {wanted(text_column("name"))}),
                                  table_of("posts", {wanted(text_column("author"))})});
    start(before, "INSERT INTO posts VALUES (1, 'a')");
    run("CREATE INDEX by_author ON posts (author)");

    migrate(text_of(diff_schemas(before, after)));

    EXPECT_THAT(query("SELECT name FROM pragma_index_list('posts')"), ElementsAre("by_author"));
}

TEST_F(RebuildUnaware, RefusesWhereAnIndexCannotFollow) {
    EXPECT_EQ(refusal_over("CREATE INDEX by_bio ON users (bio);"),
              "the index by_bio, which no migration has made, could not be kept: no such column: "
              "bio");
    EXPECT_THAT(query("SELECT name FROM pragma_index_list('users')"),
                ElementsAre("by_bio", "declared"));
}

TEST_F(RebuildUnaware, RefusesWhereATriggerCannotFollow) {
    EXPECT_EQ(refusal_over("CREATE TRIGGER t AFTER INSERT ON users BEGIN UPDATE users SET bio = 1; "
                           "END;"),
              "the trigger t, which no migration has made, could not be kept: no such column: bio");
}

TEST_F(RebuildUnaware, LeavesAViewAloneThatWasBrokenBefore) {
    EXPECT_EQ(refusal_over("CREATE VIEW v AS SELECT nope FROM users;"), "none");
    EXPECT_THAT(query("SELECT name FROM sqlite_schema WHERE type = 'view' AND name = 'v'"),
                ElementsAre("v"));
}

TEST_F(SchemaDiff, RebuildsATableThatRefersToItself) {
    auto nodes = table_of("nodes", {text_column("parent"), text_column("name")});
    nodes.foreign_keys.push_back(cascading_key("parent", "nodes"));
    start(schema_of({nodes}), "INSERT INTO nodes VALUES (1, NULL, 'a'), (2, 1, 'b');");
    nodes.columns[2].type = "blob";

    change(schema_of({nodes}));

    EXPECT_THAT(query("SELECT id FROM nodes"), ElementsAre("1", "2"));
    EXPECT_THAT(query("SELECT \"table\" FROM pragma_foreign_key_list('nodes')"),
                ElementsAre("nodes"));
}

TEST_F(SchemaDiff, KeepsTheAutoincrementCounterAheadOfTheRows) {
    auto users = table_of("users", {text_column("name")});
    users.columns[0].autoincrement = true;
    start(schema_of({users}), "INSERT INTO users VALUES (7, 'a'); DELETE FROM users;");
    users.columns[1].type = "blob";

    change(schema_of({users}));

    run("INSERT INTO users (name) VALUES ('b')");
    EXPECT_THAT(query("SELECT id FROM users"), ElementsAre("8"));
    EXPECT_THAT(query("SELECT name || seq FROM sqlite_sequence"), ElementsAre("users8"));
}

TEST_F(SchemaDiff, KeepsTheCounterOfATableThatIsWrittenOtherwise) {
    migrate(
        "CREATE TABLE Users (id INTEGER PRIMARY KEY AUTOINCREMENT, name text);"
        "INSERT INTO Users VALUES (7, 'a'); DELETE FROM Users;");
    auto users = table_of("users", {text_column("name")});
    users.columns[0].autoincrement = true;
    follow(schema_of({users}));
    users.columns[1].type = "blob";

    change(schema_of({users}));

    run("INSERT INTO users (name) VALUES ('b')");
    EXPECT_THAT(query("SELECT id FROM users"), ElementsAre("8"));
}

TEST_F(SchemaDiff, KeepsWhatOnlyAMigrationByHandSays) {
    migrate(
        "CREATE TABLE users (id text PRIMARY KEY NOT NULL, name text COLLATE NOCASE, \"collate\" "
        "text DEFAULT 'x' COLLATE \"RTRIM\", gone text COLLATE NOCASE, CHECK (name <> 'a' COLLATE "
        "BINARY)) STRICT, WITHOUT ROWID; INSERT INTO users VALUES ('1', 'Ada', 'y ', 'z');");
    follow_database();
    table_description to{
        "users", {wanted(text_column("id")), wanted(text_column("name")), text_column("collate")},
        {"id"},  {},
        {},      {}};
    to.columns[0].primary_key = true;

    change(schema_of({to}));

    EXPECT_THAT(query("SELECT strict || wr FROM pragma_table_list('users')"), ElementsAre("11"));
    EXPECT_THAT(query("SELECT name FROM users WHERE name = 'ADA' AND \"collate\" = 'y'"),
                ElementsAre("Ada"));
}

TEST_F(SchemaDiff, KeepsReferencesThatAMigrationByHandHasDeferred) {
    migrate(
        "CREATE TABLE nodes (id INTEGER PRIMARY KEY, next text NOT NULL REFERENCES nodes (id) ON "
        "DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, last text, name text, CONSTRAINT k FOREIGN "
        "KEY (last) REFERENCES nodes (id) NOT DEFERRABLE INITIALLY DEFERRED);");
    follow_database();
    auto nodes = table_of(
        "nodes", {wanted(text_column("next")), text_column("last"), wanted(text_column("name"))});
    nodes.foreign_keys = {cascading_key("next", "nodes"), {{"last"}, "nodes", {"id"}}};

    change(schema_of({nodes}));

    run("INSERT INTO nodes VALUES (1, 2, NULL, 'a'); INSERT INTO nodes VALUES (2, 1, 1, 'b')");
    EXPECT_THROW(run("INSERT INTO nodes VALUES (3, 3, 9, 'c')"), sql_error);
}

TEST_F(SchemaDiff, KeepsChecksThatNameTheirTable) {
    auto users = table_of("users", {text_column("name")});
    users.checks.push_back({"named", "\"users\".\"name\" <> ''"});
    start(schema_of({users}), "INSERT INTO users VALUES (1, 'a');");
    users.columns[1] = wanted(users.columns[1]);

    change(schema_of({users}));

    EXPECT_THAT(query("SELECT name FROM users"), ElementsAre("a"));
    EXPECT_THROW(run("INSERT INTO users VALUES (2, '')"), sql_error);
}

TEST_F(SchemaDiff, ComputesDefaultsForRowsThatAreThere) {
    start(schema_of({table_of("users", {})}), "INSERT INTO users VALUES (1), (2);");

    change(schema_of({table_of(
        "users", {wanted(with_default(text_column("token"), "(lower(hex(randomblob(4))))"))})}));

    EXPECT_THAT(query("SELECT count(DISTINCT token) FROM users"), ElementsAre("2"));
}

TEST_F(SchemaDiff, GivesRowsThatAreThereTheDefaultThatNewOnesGet) {
    start(schema_of({table_of("users", {})}), "INSERT INTO users VALUES (1);");

    change(schema_of({table_of("users", {with_default(text_column("flag"), "true")})}));
    run("INSERT INTO users (id) VALUES (2)");

    EXPECT_THAT(query("SELECT typeof(flag) || flag FROM users"), ElementsAre("text1", "text1"));
    EXPECT_THAT(query("PRAGMA integrity_check"), ElementsAre("ok"));
}

TEST_F(SchemaDiff, AddsAndChangesGeneratedColumns) {
    auto users = table_of("users", {text_column("name")});
    start(schema_of({users}), "INSERT INTO users VALUES (1, 'ada');");
    auto loud = text_column("loud");
    loud.generated = generated_description{"upper(\"name\")", generated_kind::on_read};
    auto stored = text_column("stored");
    stored.generated = generated_description{"name || '!'", generated_kind::stored};
    users.columns.insert(users.columns.end(), {loud, stored});

    change(schema_of({users}));

    EXPECT_THAT(query("SELECT loud || stored FROM users"), ElementsAre("ADAada!"));
}

TEST_F(SchemaDiff, AddsAndDropsGeneratedColumnsWithWhatTheyUse) {
    const auto generated = [](std::string name, std::string expression) {
        auto column = text_column(std::move(name));
        column.generated = generated_description{std::move(expression), generated_kind::on_read};
        return column;
    };
    const auto plain = table_of("users", {text_column("name")});
    const auto full =
        table_of("users", {generated("twice", "loud || loud"), generated("loud", "upper(\"bio\")"),
                           text_column("name"), text_column("bio")});
    start(schema_of({plain}), "INSERT INTO users VALUES (1, 'ada');");

    change(schema_of({full}));
    run("UPDATE users SET bio = 'x'");
    EXPECT_THAT(query("SELECT twice || name FROM users"), ElementsAre("XXada"));
    follow_database();
    change(schema_of({plain}));

    EXPECT_THAT(query("SELECT group_concat(name) FROM pragma_table_xinfo('users')"),
                ElementsAre("id,name"));
}

TEST_F(SchemaDiff, MakesUniqueIndexesThatSortByExpressions) {
    auto users = table_of("users", {text_column("name")});
    start(schema_of({users}), "INSERT INTO users VALUES (1, 'a'), (2, 'A'), (3, 'b');");
    users.indexes.push_back({"sorted", true, {{"name DESC", true}}, {}});

    change(schema_of({users}));
    EXPECT_THAT(query("SELECT name FROM pragma_index_list('users')"), ElementsAre("sorted"));
    follow_database();
    users.indexes.push_back({"folded", true, {{"name COLLATE NOCASE asc", true}}, {}});

    EXPECT_EQ(refusal_of(schema_of({users})),
              "refused, because users.name COLLATE NOCASE is not unique in 2 row(s)");
}

TEST_F(SchemaDiff, TurnsAUniqueConstraintIntoTheIndexThatIsDeclared) {
    migrate(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, email text UNIQUE);"
        "INSERT INTO users VALUES (1, 'a');");
    follow_database();
    auto users = table_of("users", {text_column("email")});
    users.indexes.push_back({"users_email_unique", true, {{"email"}}, {}});

    change(schema_of({users}));

    EXPECT_THAT(query("SELECT email FROM users"), ElementsAre("a"));
    EXPECT_THAT(query("SELECT name FROM pragma_index_list('users')"),
                ElementsAre("users_email_unique"));
}

TEST_F(SchemaDiff, KeepsRowsOfWhichNoColumnStays) {
    table_description from{"t", {text_column("a")}, {}, {}, {}, {}};
    from.columns[0].primary_key = true;
    from.primary_key = {"a"};
    start(schema_of({from}), "INSERT INTO t VALUES ('x'), ('y');");

    change(schema_of({{"t", {with_default(text_column("b"), "'z'")}, {}, {}, {}, {}}}));

    EXPECT_THAT(query("SELECT b FROM t"), ElementsAre("z", "z"));
}

TEST_F(SchemaDiff, KeepsTheNumbersOfRowsThatNoColumnHolds) {
    table_description table{"t", {text_column("a")}, {}, {}, {}, {}};
    start(schema_of({table}), "INSERT INTO t VALUES ('x'), ('y'); DELETE FROM t WHERE a = 'x';");
    table.columns[0].not_null = true;

    change(schema_of({table}));

    EXPECT_THAT(query("SELECT rowid FROM t"), ElementsAre("2"));
}

TEST_F(SchemaDiff, RefusesToDropATableAViewReads) {
    start(schema_of({table_of("users", {})}), "CREATE VIEW v AS SELECT id FROM users;");
    try {
        change(schema_of({}));
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.reason(), errc::invalid_arguments);
        EXPECT_THAT(e.what(), HasSubstr("the view v uses the table users, which is dropped"));
    }
}

TEST_F(SchemaDiff, DropsAParentWhoseChildKeepsTheColumn) {
    auto posts = table_of("posts", {text_column("author")});
    posts.foreign_keys.push_back(cascading_key("author", "users"));
    start(schema_of({table_of("users", {}), posts}),
          "INSERT INTO users VALUES (1); INSERT INTO posts VALUES (10, 1);");
    posts.foreign_keys.clear();

    change(schema_of({posts}));

    EXPECT_THAT(query("SELECT author FROM posts"), ElementsAre("1"));
}

TEST(SchemaChange, RemarksOnWhatMayHaveBeenARename) {
    const auto change =
        diff_schemas(schema_of({table_of("users", {text_column("bio")}), table_of("old", {})}),
                     schema_of({table_of("users", {text_column("about")}), table_of("new", {})}));

    EXPECT_THAT(change.remarks,
                ElementsAre("users.bio is dropped with what it holds, and users.about is made; if "
                            "it was renamed, say users.bio:about",
                            "the table old is dropped with what it holds, and the table new is "
                            "made; if it was renamed, say old:new"));
}

}  // namespace
}  // namespace dormouse::test
