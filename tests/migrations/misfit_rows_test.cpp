// Rows that do not fit the schema to come: they are refused, or changed as told.
#include "migrations/row_queries.hpp"
#include "tests/migrations/schema_diff_fixture.hpp"

#include <dormouse/error.hpp>

namespace dormouse::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class MisfitRows : public SchemaDiff {};

TEST_F(MisfitRows, RefusesNullsWhereAValueIsWanted) {
    auto users = table_of("users", {text_column("bio")});
    start(schema_of({users}), "INSERT INTO users VALUES (1, NULL), (2, 'x'), (3, NULL);");
    users.columns[1] = wanted(users.columns[1]);

    EXPECT_EQ(refusal_of(schema_of({users})), "refused, because users.bio is NULL in 2 row(s)");
    EXPECT_THAT(query("SELECT count(*) FROM users"), ElementsAre("3"));
}

TEST_F(MisfitRows, FillsWhatItIsToldTo) {
    const auto users = table_of("users", {text_column("bio")});
    start(schema_of({users}), "INSERT INTO users VALUES (1, NULL), (2, 'x');");
    change_hints hints;
    hints.fills = {{"users", "bio", "'none'"}, {"users", "email", "id || '@example.com'"}};

    change(
        schema_of({table_of("users", {wanted(text_column("bio")), wanted(text_column("email"))})}),
        hints);

    EXPECT_THAT(query("SELECT bio || ' ' || email FROM users"),
                ElementsAre("none 1@example.com", "x 2@example.com"));
}

TEST_F(MisfitRows, RefusesNullsThatAreFilledIn) {
    auto users = table_of("users", {text_column("bio"), text_column("nick")});
    start(schema_of({users}), "INSERT INTO users VALUES (1, NULL, 'x'), (2, NULL, NULL);");
    users.columns[1].not_null = true;
    users.columns.push_back(wanted(text_column("email")));
    change_hints hints;
    hints.fills = {{"users", "bio", "nick"}, {"users", "email", "nick || '@example.com'"}};

    EXPECT_EQ(refusal_of(schema_of({users}), hints),
              "refused, because users.bio is NULL in 1 row(s)");
    run("UPDATE users SET bio = 'y' WHERE id = 2");
    EXPECT_EQ(refusal_of(schema_of({users}), hints),
              "refused, because users.email is NULL in 1 row(s)");
}

TEST_F(MisfitRows, RefusesNullsThatAGeneratedColumnWouldHold) {
    auto users = table_of("users", {text_column("name")});
    auto loud = text_column("loud");
    loud.generated = generated_description{"upper(\"name\")", generated_kind::stored};
    users.columns.push_back(loud);
    start(schema_of({users}), "INSERT INTO users (id, name) VALUES (1, NULL), (2, 'a');");
    auto strict = users;
    strict.columns[2].not_null = true;
    auto longer = users;
    auto both = wanted(text_column("both"));
    both.generated = generated_description{"loud || bio", generated_kind::on_read};
    longer.columns.push_back(with_default(text_column("bio"), "'!'"));
    longer.columns.push_back(both);

    EXPECT_EQ(refusal_of(schema_of({strict})), "refused, because users.loud is NULL in 1 row(s)");
    EXPECT_EQ(refusal_of(schema_of({longer})), "refused, because users.both is NULL in 1 row(s)");
    run("DELETE FROM users WHERE id = 1");
    EXPECT_EQ(refusal_of(schema_of({longer})), "none");
    EXPECT_THAT(query("SELECT both FROM users"), ElementsAre("A!"));
}

TEST_F(MisfitRows, RefusesRowsThatDoNotMeetACheckOfANewColumn) {
    auto users = table_of("users", {text_column("n")});
    users.columns[1].type = "integer";
    start(schema_of({users}), "INSERT INTO users VALUES (1, 3), (2, 0), (3, NULL);");
    auto limit = with_default(text_column("limit"), "2");
    limit.type = "integer";
    users.columns.push_back(limit);
    users.checks.push_back({"within", "\"users\".\"n\" <= \"users\".\"limit\""});

    EXPECT_EQ(refusal_of(schema_of({users})),
              "refused, because users does not meet the check within in 1 row(s)");
    change_hints hints;
    hints.fills = {{"users", "limit", "coalesce(n, 0) + 1"}};
    change(schema_of({users}), hints);
    EXPECT_THAT(query("SELECT \"limit\" FROM users"), ElementsAre("4", "1", "1"));
}

TEST_F(MisfitRows, RefusesDuplicatesOfANewKey) {
    auto users = table_of("users", {text_column("name")});
    start(schema_of({users}), "INSERT INTO users VALUES (1, 'a'), (2, 'A'), (3, 'b');");
    table_description keyed{"users", {wanted(text_column("key"))}, {"key"}, {}, {}, {}};
    keyed.columns[0].primary_key = true;
    change_hints hints;
    hints.fills = {{"users", "key", "lower(name)"}};

    EXPECT_EQ(refusal_of(schema_of({keyed}), hints),
              "refused, because users.key is not unique in 2 row(s)");
}

TEST_F(MisfitRows, RefusesAKeyOfIntegersThatSomeRowsHaveNot) {
    table_description users{"users", {wanted(text_column("key"))}, {"key"}, {}, {}, {}};
    users.columns[0].primary_key = true;
    start(schema_of({users}), "INSERT INTO users VALUES ('a'), ('1.5'), ('x1'), (' 2 '), ('3e1');");
    users.columns[0].type = "integer";

    EXPECT_EQ(refusal_of(schema_of({users})),
              "refused, because users.key is no integer in 3 row(s)");
    run("DELETE FROM users WHERE key IN ('a', '1.5', 'x1')");
    change(schema_of({users}));
    EXPECT_THAT(query("SELECT key FROM users"), ElementsAre("2", "30"));
}

TEST_F(MisfitRows, RefusesKeysThatAreEqualAsAnotherType) {
    table_description users{"users", {wanted(text_column("key"))}, {"key"}, {}, {}, {}};
    users.columns[0].primary_key = true;
    start(schema_of({users}), "INSERT INTO users VALUES ('1'), ('01'), ('2');");
    users.columns[0].type = "integer";

    EXPECT_EQ(refusal_of(schema_of({users})),
              "refused, because users.key is not unique in 2 row(s)");
}

TEST_F(MisfitRows, RefusesUniqueValuesThatAreEqualAsAnotherType) {
    auto users = table_of("users", {text_column("code")});
    users.indexes.push_back({"users_code_unique", true, {{"code"}}, {}});
    start(schema_of({users}), "INSERT INTO users VALUES (1, '7'), (2, '007'), (3, '8');");
    users.columns[1].type = "integer";

    EXPECT_EQ(refusal_of(schema_of({users})),
              "refused, because users.code is not unique in 2 row(s)");
}

TEST_F(MisfitRows, RefusesFillsThatAreNotUnique) {
    auto users = table_of("users", {text_column("code"), text_column("folded")});
    users.columns[2].generated = generated_description{"lower(code)", generated_kind::on_read};
    users.indexes.push_back({"by_folded", true, {{"folded"}}, {}});
    start(schema_of({users}),
          "INSERT INTO users (id, code) VALUES (1, 'A'), (2, NULL), (3, NULL);");
    users.columns[1].not_null = true;
    change_hints hints;
    hints.fills = {{"users", "code", "'a'"}};

    EXPECT_EQ(refusal_of(schema_of({users}), hints),
              "refused, because users.folded is not unique in 3 row(s)");
}

TEST_F(MisfitRows, AsksOfAColumnWhoseTypeChangesWhatItWillHold) {
    auto users = table_of("users", {text_column("n")});
    users.checks.push_back({"is_text", "typeof(n) <> 'integer'"});
    start(schema_of({users}), "INSERT INTO users VALUES (1, '10'), (2, 'x');");
    auto limited = users;
    limited.columns[1].type = "integer";
    limited.checks = {{"more", "n > 5"}};
    users.columns[1].type = "integer";

    EXPECT_EQ(refusal_of(schema_of({users})),
              "refused, because users does not meet the check is_text in 1 row(s)");
    EXPECT_EQ(refusal_of(schema_of({limited})), "none");
}

TEST_F(MisfitRows, AsksOfNumbersWhatTheyWillBe) {
    auto users = table_of("users", {text_column("whole"), text_column("part")});
    users.columns[1].type = "integer";
    users.columns[2].type = "real";
    start(schema_of({users}), "INSERT INTO users VALUES (1, 1, 3.0), (2, 3, 4.5);");
    users.columns[1].type = "real";
    users.columns[2].type = "integer";
    users.checks = {{"half", "whole / 2 > 0.4"}, {"same", "typeof(part) = 'real'"}};

    EXPECT_EQ(refusal_of(schema_of({users})),
              "refused, because users does not meet the check same in 1 row(s)");
    users.checks.pop_back();
    EXPECT_EQ(refusal_of(schema_of({users})), "none");
    EXPECT_THAT(query("SELECT whole || ' ' || part FROM users"), ElementsAre("1.0 3", "3.0 4.5"));
}

TEST_F(MisfitRows, AsksOfFillsWhatTheyWillBe) {
    auto users = table_of("users", {text_column("level")});
    start(schema_of({users}), "INSERT INTO users VALUES (1, NULL), (2, '2');");
    users.columns[1].not_null = true;
    users.columns.push_back(wanted(text_column("rank")));
    users.checks = {{"levels", "level IN ('1', '2')"}, {"ranks", "rank IN ('1', '2')"}};
    change_hints hints;
    hints.fills = {{"users", "level", "1"}, {"users", "rank", "id"}};

    EXPECT_EQ(refusal_of(schema_of({users}), hints), "none");
    EXPECT_THAT(query("SELECT level || rank FROM users"), ElementsAre("11", "22"));
}

// SQLite converts the literals for the column that they are compared with.
TEST_F(MisfitRows, AsksChecksAsTheColumnsWillCompare) {
    auto users = table_of("users", {text_column("level"), text_column("code")});
    users.columns[1].type = "integer";
    users.checks = {{"level", "level IN (1, 2)"}, {"code", "code IN ('7', 'x')"}};
    start(schema_of({users}), "INSERT INTO users VALUES (1, 1, '7'), (2, 2, 'x');");
    users.columns[1].type = "text";
    users.columns[2].type = "integer";
    users.columns.push_back(text_column("kind"));
    users.columns.back().default_sql = "5";
    users.checks.push_back({"kind", "kind = 5"});

    EXPECT_EQ(refusal_of(schema_of({users})), "none");
    change(schema_of({users}));
    EXPECT_THAT(query("SELECT level || typeof(level) || code || typeof(code) || kind FROM users"),
                ElementsAre("1text7integer5", "2textxtext5"));
}

TEST_F(MisfitRows, RefusesWhatABlobDoesNotCompareWith) {
    auto users = table_of("users", {text_column("level")});
    users.checks = {{"five", "level = 5"}};
    start(schema_of({users}), "INSERT INTO users VALUES (1, '5');");
    users.columns[1].type = "blob";

    EXPECT_EQ(refusal_of(schema_of({users})),
              "refused, because users does not meet the check five in 1 row(s)");
}

TEST_F(MisfitRows, RefusesAColumnThatRowsHaveNoValueFor) {
    start(schema_of({table_of("users", {})}), "INSERT INTO users VALUES (1);");

    EXPECT_EQ(refusal_of(schema_of({table_of("users", {wanted(text_column("email"))})})),
              "refused, because the new column users.email would have no value in 1 row(s)");
}

TEST_F(MisfitRows, RefusesDuplicatesUnderAUniqueIndex) {
    auto users = table_of("users", {text_column("email")});
    start(schema_of({users}), "INSERT INTO users VALUES (1, 'a'), (2, 'a'), (3, NULL), (4, NULL);");
    users.indexes.push_back({"users_email_unique", true, {{"email"}}, {}});

    EXPECT_EQ(refusal_of(schema_of({users})),
              "refused, because users.email is not unique in 2 row(s)");
}

TEST_F(MisfitRows, RefusesReferencesToNothing) {
    auto users = table_of("users", {});
    auto posts = table_of("posts", {text_column("author")});
    start(schema_of({users, posts}),
          "INSERT INTO users VALUES (1); INSERT INTO posts VALUES (1, 1), (2, 9), (3, NULL);");
    posts.foreign_keys.push_back(cascading_key("author", "users"));

    EXPECT_EQ(refusal_of(schema_of({users, posts})),
              "refused, because posts.author refers to no row of users in 1 row(s)");
}

TEST_F(MisfitRows, RefusesANarrowingThatWouldLoseDigits) {
    auto users = table_of("users", {text_column("n")});
    start(schema_of({users}),
          "INSERT INTO users VALUES (1, '007'), (2, '1234567890123456789012');");
    users.columns[1].type = "integer";

    EXPECT_EQ(refusal_of(schema_of({users})),
              "refused, because users.n would not be the same as integer in 1 row(s)");
}

/// What becomes of values in a column whose type changes.
class Narrowing : public SchemaDiff {
protected:
    /// Each value, as SQL, by itself.
    std::vector<std::string> refused(std::string from, std::string to,
                                     const std::vector<std::string>& values) {
        column_description old = text_column("n");
        column_description changed = old;
        old.type = std::move(from);
        changed.type = std::move(to);
        const auto condition = lossy_condition(old, changed);
        run("DROP TABLE IF EXISTS t; CREATE TABLE t (n " + old.type + ")");
        std::vector<std::string> lost;
        for (const auto& value : values) {
            run("DELETE FROM t; INSERT INTO t VALUES (" + value + ")");
            if (!condition.empty() && query("SELECT count(*) FROM t WHERE " + condition) !=
                                          std::vector<std::string>{"0"}) {
                lost.push_back(value);
            }
        }
        return lost;
    }
};

TEST_F(Narrowing, RefusesIntegersThatNoRealIs) {
    const std::vector<std::string> values{"9223372036854775807", "9007199254740993",
                                          "9007199254740992", "-5", "NULL"};
    const auto lost = ElementsAre("9223372036854775807", "9007199254740993");

    EXPECT_THAT(refused("integer", "real", values), lost);
    EXPECT_THAT(refused("numeric", "real", values), lost);
    EXPECT_THAT(refused("blob", "real", values), lost);
}

TEST_F(Narrowing, RefusesTextWhoseDigitsNoNumberKeeps) {
    const std::vector<std::string> kept{"'007'",
                                        "'+49301234'",
                                        "' 12 '",
                                        "'-1.50'",
                                        "'1e5'",
                                        "'0.1'",
                                        "'0.30000000000000004'",
                                        "'100000000000000000000'",
                                        "'-0'",
                                        "'0x10'",
                                        "'a long text of words, no number'",
                                        "''",
                                        "NULL"};
    const std::vector<std::string> lost{"'0.1234567890123456789'",
                                        "'12345678901234567.5'",
                                        "'1.0000000000000000001'",
                                        "'1234567890123456789012'",
                                        "'-12345678901234567.5E1'",
                                        "'1e400'",
                                        "'1e-400'",
                                        "'9007199254740993.0'"};
    for (const auto* from : {"text", "blob"}) {
        for (const auto* to : {"integer", "numeric", "real"}) {
            EXPECT_THAT(refused(from, to, kept), IsEmpty());
            EXPECT_EQ(refused(from, to, lost), lost);
        }
    }
    EXPECT_THAT(refused("text", "integer", {"'9223372036854775807'"}), IsEmpty());
    EXPECT_THAT(refused("text", "real", {"'9223372036854775807'"}), SizeIs(1));
}

TEST_F(Narrowing, RefusesNumbersThatTextDoesNotKeep) {
    const std::vector<std::string> values{"0.30000000000000004", "0.1", "9223372036854775807"};

    EXPECT_THAT(refused("real", "text", {values[0], values[1]}),
                ElementsAre("0.30000000000000004"));
    EXPECT_THAT(refused("blob", "text", values), ElementsAre("0.30000000000000004"));
    EXPECT_THAT(refused("text", "blob", {"'1e400'"}), IsEmpty());
}

TEST_F(MisfitRows, NarrowsAsItIsTold) {
    auto users = table_of("users", {text_column("n")});
    start(schema_of({users}),
          "INSERT INTO users VALUES (1, '5'), (2, '1e400'), (3, NULL), (4, 'x');");
    users.columns[1].type = "real";
    change_hints hints;
    hints.fills = {{"users", "n", "length(n)"}};

    change(schema_of({users}), hints);

    EXPECT_THAT(query("SELECT n FROM users"), ElementsAre("5.0", "5.0", "NULL", "x"));
}

TEST_F(MisfitRows, NarrowsAndFillsAtOnce) {
    auto users = table_of("users", {text_column("n")});
    users.columns[1].type = "integer";
    start(schema_of({users}), "INSERT INTO users VALUES (1, NULL), (2, 9007199254740993), (3, 7);");
    users.columns[1].type = "real";
    users.columns[1].not_null = true;
    change_hints hints;
    hints.fills = {{"users", "n", "0"}};

    change(schema_of({users}), hints);

    EXPECT_THAT(query("SELECT n FROM users"), ElementsAre("0.0", "0.0", "7.0"));
}

TEST(SchemaChange, RemarksOnANarrowingAndOnFillsThatAreNotUsed) {
    auto from = table_of("users", {text_column("n"), text_column("name")});
    auto to = from;
    to.columns[1].type = "integer";
    change_hints hints;
    hints.fills = {{"users", "name", "'x'"}, {"posts", "title", "'x'"}};

    const auto change = diff_schemas(
        schema_of({from}), schema_of({to, table_of("posts", {text_column("title")})}), hints);

    EXPECT_THAT(change.remarks,
                ElementsAre("a database in which a value of users.n would not be the same as "
                            "integer refuses this change; give a value to fill it with, or change "
                            "it in a migration before",
                            "the fill of users.name is not used: the column keeps the values it "
                            "has",
                            "the fill of posts.title is not used: the table is new"));
}

TEST(SchemaChange, RefusesAFillThatIsNoneAndSaysWhatThereIs) {
    const auto refusal_of = [](std::vector<fill_hint> fills) {
        change_hints hints;
        hints.fills = std::move(fills);
        try {
            (void)diff_schemas({}, schema_of({table_of("users", {text_column("name")})}), hints);
        } catch (const error& e) {
            return std::string(e.what());
        }
        return std::string("none");
    };

    EXPECT_EQ(refusal_of({{"users", "nope", "1"}}),
              "cannot fill users.nope: users has no such column; it has: id, name");
    EXPECT_EQ(refusal_of({{"user", "name", "1"}}),
              "cannot fill user.name: the schema declares no table user; it declares: users");
    EXPECT_EQ(refusal_of({{"users", "name", "'a'"}, {"Users", "Name", "'b'"}}),
              "cannot fill Users.Name: it has a fill already");
}

}  // namespace
}  // namespace dormouse::test
