#include "tests/migrations/project_fixture.hpp"

#include <gmock/gmock.h>

namespace dormouse::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

TEST_F(ProjectCommands, PushSquashesTheChangeIntoOneDevMigration) {
    const auto first = push(with({}));
    const auto second = push(with({text_column("bio")}), later);

    EXPECT_THAT(second.migration, StartsWith("dev_"));
    EXPECT_EQ(second.migration.size(), std::string("dev_a1b2c3d4").size());
    EXPECT_NE(first.migration, second.migration);
    EXPECT_EQ(second.statements.size(), 1U);
    EXPECT_TRUE(second.changed);
    EXPECT_THAT(files_in(".dormouse/databases/main/migrations"),
                ElementsAre(second.migration + ".sql"));
    EXPECT_THAT(text_of(".dormouse/databases/main/migrations/" + second.migration + ".sql"),
                StartsWith("CREATE TABLE IF NOT EXISTS \"users\""));
    EXPECT_EQ(text_of(".dormouse/.gitignore"), "*\n");
    EXPECT_EQ(text_of(".dormouse/state.json"), R"({
  "epoch": "ltsn0ky0",
  "databases": {
    "main": {
      "prodSnapshotHash": "2ylj0t",
      "lastPush": "2024-03-15T13:30:45.000Z",
      "devMigrationCount": 1
    }
  }
}
)");
}

TEST_F(ProjectCommands, PushWritesNothingForTheSameChange) {
    const auto first = push(with({}));

    const auto again = push(with({}), later);

    EXPECT_EQ(again.migration, first.migration);
    EXPECT_FALSE(again.changed);
}

// A push writes the new development migration, and removes the one before. A crash may come
// between.
TEST_F(ProjectCommands, PushEndsOneThatWasInterrupted) {
    const auto pushed = push(with({}));
    write(".dormouse/databases/main/migrations/dev_00000000.sql", "CREATE TABLE old (id);");
    std::filesystem::remove(in(".dormouse/databases/main/_snapshot.json"));

    (void)push(with({}));

    EXPECT_THAT(files_in(".dormouse/databases/main/migrations"),
                ElementsAre(pushed.migration + ".sql"));
    EXPECT_THAT(files_in(".dormouse/databases/main"), ElementsAre("_snapshot.json", "migrations"));
}

TEST_F(ProjectCommands, PushTakesBackADevMigrationThatIsNoLongerNeeded) {
    (void)generate(with({}));
    (void)push(with({text_column("bio")}));

    const auto back = push(with({}));

    EXPECT_EQ(back.migration, "");
    EXPECT_TRUE(back.changed);
    EXPECT_EQ(status(with({})).dev_migrations, 0U);
}

TEST_F(ProjectCommands, APushOverAnotherTableOfThatNameIsNotPassedOver) {
    (void)push(with({}));
    const auto old =
        text_of(".dormouse/databases/main/migrations/" + push(with({})).migration + ".sql");
    (void)push(with({text_column("bio")}));
    write(".dormouse/databases/main/migrations/dev_0.sql", old);

    const auto result = validate(with({text_column("bio")}));

    ASSERT_EQ(result.errors.size(), 1U);
    EXPECT_THAT(result.errors[0].message,
                HasSubstr("the table users was made otherwise by an earlier push"));
}

TEST_F(ProjectCommands, GenerateWritesMigrationAndSnapshotAndClearsDevState) {
    (void)push(with({}));

    const auto made = generate(with({}), noon, "users");

    EXPECT_EQ(made.migration, "20240315123045_users");
    EXPECT_EQ(made.file, in("migrations/main/20240315123045_users.sql"));
    EXPECT_EQ(made.statements.size(), 1U);
    EXPECT_THAT(text_of("migrations/main/20240315123045_users.sql"),
                StartsWith("-- snapshot 00000ltsn0ky0 follows 0000000000000\n\nCREATE TABLE "
                           "\"users\" ("));
    EXPECT_THAT(text_of("migrations/main/_snapshot.json"), HasSubstr("\"prevId\": \"00000000000"));
    EXPECT_EQ(status(with({})).dev_migrations, 0U);
    EXPECT_EQ(generate(with({})).migration, "");
    EXPECT_EQ(generate(with({text_column("bio")}), later).migration, "20240315133045");
}

TEST_F(ProjectCommands, GenerateSaysWhenDevelopmentObjectsCannotFollowIt) {
    const auto dev = push(with({})).migration;

    const auto made = generate(with({}));

    EXPECT_TRUE(made.needs_reset);
    EXPECT_THAT(made.remarks, ElementsAre("Objects that have applied " + dev +
                                          " cannot apply 20240315123045 over it; build and start "
                                          "the program with it, then db reset begins afresh"));
    EXPECT_FALSE(generate(with({text_column("bio")}), later).needs_reset);
}

TEST_F(ProjectCommands, GenerateKeepsTriggersOfARebuiltTable) {
    (void)generate(with({text_column("bio")}));
    write("migrations/main/20240315123046_by_hand.sql",
          "CREATE TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM users WHERE bio = 'x'; END;");

    const auto made = generate(with({wanted(text_column("bio"))}), later);

    EXPECT_THAT(text_of("migrations/main/" + made.migration + ".sql"),
                HasSubstr("DROP TABLE \"users\";\n\nALTER TABLE \"__new_users\" RENAME TO "
                          "\"users\";\n\nCREATE TRIGGER t AFTER INSERT ON users"));
    EXPECT_TRUE(validate(with({wanted(text_column("bio"))})).valid());
}

TEST_F(ProjectCommands, GenerateFollowsATriggerThroughARename) {
    (void)generate(with({text_column("bio")}));
    write("migrations/main/20240315123046_by_hand.sql",
          "CREATE TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM users WHERE bio = 'x'; END;");
    const declared_database people{"main", {table_of("people", {wanted(text_column("about"))})}};

    const auto made = generate(people, later, "", {.renames = {"users:people", "users.bio:about"}});

    EXPECT_THAT(text_of("migrations/main/" + made.migration + ".sql"),
                HasSubstr("AFTER INSERT ON \"people\" BEGIN DELETE FROM \"people\" WHERE \"about\" "
                          "= 'x'; END;"));
    EXPECT_TRUE(validate(people).valid());
}

TEST_F(ProjectCommands, GenerateRefusesARebuildThatATriggerOrViewCannotFollow) {
    (void)generate(with({text_column("name"), text_column("bio")}));
    const auto trigger =
        "CREATE TRIGGER t AFTER INSERT ON users BEGIN UPDATE users SET bio = new.name; END;";
    const auto without = with({wanted(text_column("name"))});
    const auto refusal_over = [&](const std::string& by_hand) {
        write("migrations/main/20240315123046_by_hand.sql", by_hand);
        return refusal_of([&] { (void)generate(without, later); });
    };

    EXPECT_EQ(refusal_over(trigger),
              "the trigger t could not run after this change: no such column: bio; drop it first, "
              "or make it anew, in a migration of its own");
    EXPECT_THAT(refusal_over("CREATE VIEW v AS SELECT bio FROM users;"),
                StartsWith("the view v could not run after this change: no such column: bio"));
    EXPECT_THAT(files_in("migrations/main"), SizeIs(3));
    EXPECT_EQ(refusal_over("CREATE VIEW v AS SELECT name FROM users;"), "none");
}

TEST_F(ProjectCommands, GenerateRefusesWhatFailsOnEveryDatabase) {
    (void)generate(with({text_column("bio")}));
    write("migrations/main/20240315123046_by_hand.sql", "CREATE VIEW v AS SELECT bio FROM users;");

    EXPECT_THAT(refusal_of([&] { (void)generate(with({}), later); }),
                StartsWith("[db] The change would fail: error in view v after drop column: no such "
                           "column: bio\n    Statement: ALTER TABLE"));
}

TEST_F(ProjectCommands, GenerateRefusesARenameThatAViewCannotFollow) {
    (void)generate(with({text_column("bio")}));
    write("migrations/main/20240315123046_by_hand.sql",
          "CREATE VIEW v AS SELECT bio FROM users; CREATE VIEW w AS SELECT bio FROM v;");

    EXPECT_THAT(refusal_of([&] {
                    (void)generate(with({text_column("about")}), later, "",
                                   {.renames = {"users.bio:about"}});
                }),
                StartsWith("[db] The change would fail: error in view w after rename: no such "
                           "column: bio\n    Statement: ALTER TABLE \"users\" RENAME COLUMN"));
}

TEST_F(ProjectCommands, GenerateRefusesNamesAndClocksThatDoNotSort) {
    EXPECT_THAT(refusal_of([&] { (void)generate(with({}), noon, "../x"); }),
                HasSubstr("letters, digits, _ and - only"));
    (void)generate(with({}), later);
    EXPECT_THAT(refusal_of([&] { (void)generate(with({text_column("bio")}), noon); }),
                HasSubstr("would not come after 20240315133045"));
}

TEST_F(ProjectCommands, GeneratesTwiceInOneSecond) {
    (void)generate(with({}), noon, "b");

    EXPECT_EQ(generate(with({text_column("bio")}), noon, "a").migration, "20240315123046_a");
}

TEST_F(ProjectCommands, DerivesALostSnapshotFromTheMigrations) {
    (void)generate(with({text_column("bio")}));
    const auto snapshot = text_of("migrations/main/_snapshot.json");
    std::filesystem::remove(in("migrations/main/_snapshot.json"));

    EXPECT_EQ(generate(with({text_column("bio")}), later).migration, "");

    EXPECT_EQ(text_of("migrations/main/_snapshot.json"), snapshot);
}

TEST_F(ProjectCommands, NoticesTwoMigrationsMadeFromTheSameState) {
    (void)generate(with({}));
    const auto parent = text_of("migrations/main/_snapshot.json");
    (void)generate(with({text_column("bio")}), later);
    write("migrations/main/_snapshot.json", parent);  // as on another branch
    std::filesystem::rename(in("migrations/main/20240315133045.sql"), in("theirs.sql"));
    (void)generate(with({text_column("age")}), later + std::chrono::hours(1));
    std::filesystem::rename(in("theirs.sql"), in("migrations/main/20240315133045.sql"));

    EXPECT_THAT(refusal_of([&] { (void)push(with({text_column("age")})); }),
                HasSubstr("20240315143045 does not follow 20240315133045: both were generated from "
                          "the same state, on two branches"));
}

TEST_F(ProjectCommands, NoticesASnapshotOfAnotherMigration) {
    (void)generate(with({}));
    const auto old = text_of("migrations/main/_snapshot.json");
    (void)generate(with({text_column("bio")}), later);
    write("migrations/main/_snapshot.json", old);

    EXPECT_THAT(refusal_of([&] { (void)push(with({})); }),
                HasSubstr("_snapshot.json is not the one that 20240315133045 made"));
}

TEST_F(ProjectCommands, NoticesThatMigrationsAreMissing) {
    (void)generate(with({}));
    (void)generate(with({text_column("bio")}), later);
    const auto first = text_of("migrations/main/20240315123045.sql");
    const auto id = first.substr(std::string_view("-- snapshot ").size(), 13);
    std::filesystem::remove(in("migrations/main/20240315123045.sql"));

    EXPECT_THAT(refusal_of([&] { (void)push(with({})); }),
                HasSubstr("20240315133045 follows the snapshot " + id +
                          ", and no migration that made it is there"));
    write("migrations/main/2023_drizzle.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);");
    EXPECT_EQ(refusal_of([&] { (void)push(with({text_column("bio")})); }), "none");

    std::filesystem::remove(in("migrations/main/2023_drizzle.sql"));
    std::filesystem::remove(in("migrations/main/20240315133045.sql"));
    EXPECT_THAT(refusal_of([&] { (void)push(with({})); }),
                HasSubstr("_snapshot.json describes tables, and no migration that makes them is "
                          "there"));
}

TEST_F(ProjectCommands, NoticesASnapshotThatFollowsAnother) {
    (void)generate(with({}));
    auto snapshot = text_of("migrations/main/_snapshot.json");
    const std::string previous = "\"prevId\": \"0000000000000\"";
    snapshot.replace(snapshot.find(previous), previous.size(), "\"prevId\": \"zzz\"");
    write("migrations/main/_snapshot.json", snapshot);

    EXPECT_THAT(refusal_of([&] { (void)push(with({})); }),
                HasSubstr("_snapshot.json says that it follows zzz, and 20240315123045, which made "
                          "it, follows 0000000000000"));
}

TEST_F(ProjectCommands, ReadsTheNoteBehindAByteOrderMark) {
    (void)generate(with({}));
    const auto file = "migrations/main/20240315123045.sql";
    write(file, "\xEF\xBB\xBF" + text_of(file));
    auto snapshot = text_of("migrations/main/_snapshot.json");
    snapshot.replace(snapshot.find("\"id\": \"") + 7, 13, "0000000000abc");
    write("migrations/main/_snapshot.json", snapshot);

    EXPECT_THAT(refusal_of([&] { (void)push(with({})); }),
                HasSubstr("_snapshot.json is not the one that 20240315123045 made"));
}

TEST_F(ProjectCommands, RefusesACorruptSnapshot) {
    write("migrations/main/_snapshot.json", "<<<<<<< HEAD");

    EXPECT_THAT(
        refusal_of([&] { (void)push(with({})); }),
        testing::AllOf(StartsWith("[db] Failed to parse snapshot at "),
                       HasSubstr("The file appears corrupt — restore from git, or delete it "
                                 "if you intend to re-derive migrations from scratch")));
}

TEST_F(ProjectCommands, RefusesASnapshotWithoutAnId) {
    write("migrations/main/_snapshot.json",
          R"({"version":"6","dialect":"sqlite","prevId":"","tables":{}})");

    EXPECT_THAT(refusal_of([&] { (void)push(with({})); }), HasSubstr("the snapshot has no id"));
}

TEST_F(ProjectCommands, TakesNoDirectoryThatCannotBeReadForOneWithoutMigrations) {
    std::filesystem::create_directories(in("migrations"));
    std::filesystem::create_symlink("main", in("migrations/main"));

    const auto refused = in("migrations/main").string() + ": Too many levels of symbolic links";
    EXPECT_EQ(refusal_of([&] { (void)push(with({})); }), refused);
    EXPECT_EQ(refusal_of([&] { (void)status(with({})); }), refused);
    EXPECT_EQ(validate(with({})).errors.at(0).message, refused);
}

TEST_F(ProjectCommands, NamesAFileThatStandsInTheMigrationsPlace) {
    write("migrations/main", "");

    EXPECT_EQ(refusal_of([&] { (void)status(with({})); }),
              in("migrations/main").string() + ": Not a directory");
}

TEST_F(ProjectCommands, TakesNoStateThatCannotBeReadForNone) {
    std::filesystem::create_directories(in(".dormouse"));
    std::filesystem::create_symlink("state.json", in(".dormouse/state.json"));

    EXPECT_EQ(refusal_of([&] { (void)push(with({})); }),
              in(".dormouse/state.json").string() + ": Too many levels of symbolic links");
}

TEST_F(ProjectCommands, GenerateLeavesNothingWhenTheDiskIsFull) {
    (void)generate(with({}));
    const auto before = files_in("migrations/main");
    const full_disk holds_a_migration_and_no_snapshot(400);

    EXPECT_THAT(refusal_of([&] { (void)generate(with({text_column("bio")}), later); }),
                HasSubstr("File too large"));

    EXPECT_EQ(files_in("migrations/main"), before);
}

TEST_F(ProjectCommands, RefusesACorruptStateInsteadOfANewEpoch) {
    write(".dormouse/state.json", "{\"epoch\": ");

    EXPECT_THAT(refusal_of([&] { (void)push(with({})); }),
                HasSubstr("Mend it, or delete it to start a new epoch"));
    EXPECT_EQ(text_of(".dormouse/state.json"), "{\"epoch\": ");
}

TEST_F(ProjectCommands, GenerateNamesAFileThatIsNotNamedByItsTime) {
    (void)generate(with({}));
    write("migrations/main/notes.sql", "SELECT 1;");

    EXPECT_EQ(refusal_of([&] { (void)generate(with({text_column("bio")}), later); }),
              in("migrations/main/notes.sql").string() +
                  " is not named by its time, and would always come last. If it is a migration, "
                  "name it like 20240315133045_notes.sql; if it is none, put it elsewhere");
}

TEST_F(ProjectCommands, StatusTellsWhatIsPendingAndWhetherProductionMovedOn) {
    (void)generate(with({}));
    (void)push(with({text_column("bio")}));
    const auto before = status(with({text_column("bio")}));
    EXPECT_EQ(before.production_migrations, 1U);
    EXPECT_EQ(before.dev_migrations, 1U);
    EXPECT_FALSE(before.production_changed);
    EXPECT_THAT(before.pending, ElementsAre("ALTER TABLE \"users\" ADD COLUMN \"bio\" text"));
    EXPECT_EQ(before.last_push, "2024-03-15T12:30:45.000Z");

    // A teammate's migration arrives.
    const auto state = text_of(".dormouse/state.json");
    (void)generate(with({text_column("age")}), later);
    write(".dormouse/state.json", state);

    EXPECT_TRUE(status(with({text_column("age")})).production_changed);
}

TEST_F(ProjectCommands, PushOverAnotherIndexOfThatNameIsNotPassedOver) {
    (void)generate(with({text_column("bio"), text_column("age")}));
    auto indexed = with({text_column("bio"), text_column("age")});
    indexed.tables[0].indexes = {{"i", false, {{"bio"}}, {}}};
    const auto old =
        text_of(".dormouse/databases/main/migrations/" + push(indexed).migration + ".sql");
    indexed.tables[0].indexes = {{"i", false, {{"age"}}, {}}};
    (void)push(indexed);
    write(".dormouse/databases/main/migrations/dev_0.sql", old);

    const auto result = validate(indexed);

    ASSERT_EQ(result.errors.size(), 1U);
    EXPECT_THAT(result.errors[0].message,
                HasSubstr("the index i was made otherwise by an earlier push"));
}

TEST_F(ProjectCommands, PushSaysWhenObjectsCannotFollowIt) {
    (void)push(with({}));

    const auto changed = push(with({text_column("bio")}));

    EXPECT_TRUE(changed.needs_reset);
    EXPECT_THAT(changed.remarks,
                ElementsAre(HasSubstr("the table users was made otherwise by an earlier push")));
}

TEST_F(ProjectCommands, PushSaysThatAColumnIsAddedTwice) {
    (void)generate(with({}));
    (void)push(with({text_column("bio")}));

    const auto more = push(with({text_column("bio"), text_column("age")}));

    EXPECT_TRUE(more.needs_reset);
    EXPECT_THAT(more.remarks, ElementsAre(HasSubstr("duplicate column name: bio")));
}

TEST_F(ProjectCommands, PushLetsObjectsFollowANewTable) {
    (void)push(with({}));
    auto more = with({});
    more.tables.push_back(table_of("posts", {}));

    EXPECT_FALSE(push(more).needs_reset);
}

TEST_F(ProjectCommands, PushMakesADeletedCacheAgain) {
    const auto before = push(with({}));
    std::filesystem::remove_all(in(".dormouse"));

    const auto again = push(with({}), later);

    EXPECT_EQ(again.migration, before.migration);
    EXPECT_TRUE(again.changed);
    EXPECT_EQ(status(with({})).last_push, "2024-03-15T13:30:45.000Z");
}

TEST_F(ProjectCommands, FollowsARenameThatTheSchemaTells) {
    (void)generate(with({text_column("bio")}));
    declared_database people{"main", {table_of("people", {text_column("about")})}};
    people.renames = {"users:people", "people.bio:about"};

    const auto made = push(people);

    EXPECT_THAT(made.statements,
                ElementsAre("ALTER TABLE \"users\" RENAME TO \"people\"",
                            "ALTER TABLE \"people\" RENAME COLUMN \"bio\" TO \"about\""));
    (void)generate(people, later);
    EXPECT_THAT(status(people).pending, IsEmpty());
}

TEST_F(ProjectCommands, FollowsARenamedColumnOfATableWhoseRenameIsAsked) {
    (void)generate(with({text_column("bio")}));
    declared_database people{"main", {table_of("people", {text_column("about")})}};
    people.renames = {"people.bio:about"};

    const auto made = generate(people, later, "", {.renames = {"users:people"}});

    EXPECT_EQ(made.statements.size(), 2U);
}

TEST_F(ProjectCommands, KeepsAnIndexThatWasMadeByHand) {
    (void)generate(with({text_column("bio")}));
    write("migrations/main/20240315123046_by_hand.sql",
          "CREATE INDEX by_hand ON users (bio) WHERE id > 5;");

    EXPECT_TRUE(validate(with({text_column("bio")})).valid());
    auto more = with({text_column("bio")});
    for (const auto* table : {"posts", "tags"}) {
        more.tables.push_back(table_of(table, {}));
        EXPECT_FALSE(push(more).needs_reset);
    }

    const auto made = generate(with({wanted(text_column("bio"))}), later);
    EXPECT_THAT(made.statements, Contains("CREATE INDEX by_hand ON users (bio) WHERE id > 5"));
    EXPECT_TRUE(validate(with({wanted(text_column("bio"))})).valid());
}

// No struct can declare one, nor the tables that it keeps its words in.
TEST_F(ProjectCommands, LeavesAVirtualTableAlone) {
    (void)generate(with({text_column("bio")}));
    write("migrations/main/20240315123046_by_hand.sql",
          "CREATE VIRTUAL TABLE search USING fts5(bio);");

    EXPECT_TRUE(validate(with({text_column("bio")})).valid());
    auto more = with({text_column("bio")});
    for (const auto* table : {"posts", "tags"}) {
        more.tables.push_back(table_of(table, {}));
        EXPECT_FALSE(push(more).needs_reset);
    }
    std::filesystem::remove(in("migrations/main/_snapshot.json"));
    EXPECT_THAT(generate(with({text_column("bio")}), later).statements, IsEmpty());
}

TEST_F(ProjectCommands, KeepsAnIndexThatWasMadeByHandWithoutASnapshot) {
    auto indexed = with({text_column("bio")});
    indexed.tables[0].indexes.push_back({"declared", false, {{"bio"}}, {}});
    (void)generate(indexed);
    write("migrations/main/20240315123046_by_hand.sql", "CREATE INDEX by_hand ON users (bio);");
    std::filesystem::remove(in("migrations/main/_snapshot.json"));

    const auto derived = generate(indexed, later);
    EXPECT_TRUE(derived.derived_snapshot);
    EXPECT_THAT(derived.remarks, ElementsAre(StartsWith("the index by_hand of users is kept")));
    EXPECT_TRUE(validate(indexed).valid());

    std::filesystem::remove(in("migrations/main/_snapshot.json"));
    EXPECT_THAT(generate(with({text_column("bio")}), later).statements,
                ElementsAre("DROP INDEX \"declared\""));
}

}  // namespace
}  // namespace dormouse::test
