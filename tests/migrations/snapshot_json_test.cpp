#include "migrations/snapshot_json.hpp"

#include "tests/migrations/schema_builder.hpp"

#include <dormouse/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dormouse::test {
namespace {

using testing::HasSubstr;

schema_snapshot rich_schema() {
    auto users = table_of("users", {with_default(text_column("name"), "'it''s'"),
                                    with_default(text_column("age"), "-5"),
                                    with_default(text_column("on"), "false")});
    auto loud = text_column("loud");
    loud.generated = generated_description{"upper(\"name\")", generated_kind::stored};
    users.columns.push_back(loud);
    users.indexes.push_back({"users_name_unique", true, {{"name"}}, "\"age\" > 1"});
    users.indexes.push_back({"lower", false, {{"lower(\"name\")", true}, {"age"}}, {}});
    users.checks.push_back({"adult", "\"age\" > 17"});
    table_description members{"members", {text_column("a"), text_column("b")}, {"a", "b"}, {}, {},
                              {}};
    members.columns[0].primary_key = members.columns[1].primary_key = true;
    members.foreign_keys.push_back(cascading_key("a", "users"));
    auto schema = schema_of({users, members});
    schema.id = "000abc";
    schema.previous_id = "000abb";
    schema.views.push_back({"names", "select \"name\" from \"users\""});
    return schema;
}

TEST(SnapshotJson, ReadsWhatItWrote) {
    const auto written = rich_schema();

    const auto read = parse_snapshot_json(to_snapshot_json(written));

    EXPECT_EQ(read.id, written.id);
    EXPECT_EQ(read.previous_id, written.previous_id);
    EXPECT_EQ(read.tables, written.tables);
    EXPECT_EQ(read.views, written.views);
}

TEST(SnapshotJson, HasDrizzlesForm) {
    auto schema = schema_of({table_of("t", {with_default(text_column("n"), "1.5")})});
    schema.tables[0].columns.erase(schema.tables[0].columns.begin());
    schema.tables[0].primary_key.clear();

    EXPECT_EQ(to_snapshot_json(schema), R"({
  "version": "6",
  "dialect": "sqlite",
  "id": "0000000000000",
  "prevId": "",
  "tables": {
    "t": {
      "name": "t",
      "columns": {
        "n": {
          "name": "n",
          "type": "text",
          "primaryKey": false,
          "notNull": false,
          "autoincrement": false,
          "default": 1.5
        }
      },
      "indexes": {},
      "foreignKeys": {},
      "compositePrimaryKeys": {},
      "uniqueConstraints": {},
      "checkConstraints": {}
    }
  },
  "views": {},
  "enums": {},
  "_meta": {
    "tables": {},
    "columns": {}
  },
  "internal": {
    "indexes": {}
  }
})");
}

TEST(SnapshotJson, RefusesWhatIsNone) {
    const auto refusal_of = [](std::string_view text) -> std::string {
        try {
            (void)parse_snapshot_json(text);
        } catch (const error& e) {
            EXPECT_EQ(e.reason(), errc::invalid_request);
            return e.what();
        }
        return "none";
    };
    EXPECT_THAT(refusal_of("<<<<<<< HEAD"), HasSubstr("a value expected"));
    EXPECT_THAT(refusal_of("[]"), HasSubstr("the snapshot must be an object"));
    EXPECT_THAT(refusal_of("{}"), HasSubstr("version \"6\" of dialect \"sqlite\" expected"));
    const std::string head = R"({"version":"6","dialect":"sqlite")";
    EXPECT_EQ(refusal_of(head + R"(,"id":"a","prevId":"b"})"), "the snapshot has no tables");
    EXPECT_THAT(refusal_of(R"({"tables":{"t":{"columns":[]}}})"),
                HasSubstr("columns must be an object"));
    EXPECT_THAT(refusal_of(R"({"tables":{"t":{"uniqueConstraints":{"u":{"name":"u"}}}}})"),
                HasSubstr("the unique constraint u is not supported; make it a unique index"));
}

TEST(SnapshotJson, HashesTheSchemaOnly) {
    auto schema = rich_schema();
    const auto hash = hash_schema(schema);

    schema.id = "another";
    EXPECT_EQ(hash_schema(schema), hash);
    schema.tables[0].columns[1].not_null = true;
    EXPECT_NE(hash_schema(schema), hash);
    EXPECT_EQ(hash_schema({}), "2ylj0t");
}

}  // namespace
}  // namespace dormouse::test
