// The commands for the objects of a stopped node, `plan` and `baseline`.
#include "tests/cli/tool_fixture.hpp"
#include "tests/support/data_directory.hpp"

#include <dormouse/json.hpp>

#include <utility>

namespace dormouse::test {

struct told_group {
    std::uint64_t objects;
    std::optional<std::string> reached;
    std::vector<std::string> pending;
};
struct told_database {
    std::string database;
    std::vector<told_group> groups;
};
struct told_plans {
    bool good;
    std::vector<told_database> databases;
};
struct told_chunk {
    std::string migration;
    std::uint64_t chunk;
    std::vector<std::string> statements;
};
struct told_plan {
    bool good;
    std::string object;
    std::optional<std::string> adoptedJournal;
    std::vector<std::string> adopted;
    std::vector<told_chunk> chunks;
};
struct told_baseline {
    std::string object;
    std::vector<std::string> recorded;
    std::optional<std::string> refusal;
};
struct told_baselines {
    bool good;
    std::vector<told_baseline> objects;
};

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::array files{
    migration_file{"20260101_users", "CREATE TABLE users (id TEXT); CREATE INDEX i ON users (id)"},
    migration_file{"20260201_posts", "CREATE TABLE posts (id TEXT)"}};

class StoredObjectsCommand : public DatabaseTool {
protected:
    StoredObjectsCommand() {
        program_.databases = entries_;
        node_ = std::make_unique<storage_node>(options(), background_);
        write("acme", "CREATE TABLE users (id TEXT); CREATE INDEX i ON users (id)");
        write("brix", "CREATE TABLE users (id TEXT)");
    }

    void write(const std::string& name, const std::string& sql) {
        auto object = node_->open({first_main.class_name(), std::string(64, name.front()), name});
        auto turn = object->begin_turn();
        turn.execute(sql);
        static_cast<void>(turn.commit());
        node_->close(std::move(object), [] {});
        background_.run_all();
    }
    void stop() { node_.reset(); }

private:
    [[nodiscard]] storage_options options() const {
        storage_options chosen;
        chosen.directory = in("data");
        chosen.segment_bytes = std::uint64_t{64} * 1024;
        return chosen;
    }

    std::array<database_entry, 2> entries_{database_entry{&first_main, "main", files},
                                           database_entry{&analytics, "user-data", {}}};
    queued_background background_;
    std::unique_ptr<storage_node> node_;
};

TEST_F(StoredObjectsCommand, PlanShowsTheStatementsOfOneInstance) {
    stop();

    const auto answer = run({"plan", "--database", "main", "--instance", "acme"});

    EXPECT_EQ(answer.code, 0);
    EXPECT_EQ(answer.out,
              "acme before the first migration\n"
              "  20260101_users[0]\n"
              "    CREATE TABLE users (id TEXT);\n"
              "    CREATE INDEX i ON users (id);\n"
              "  20260201_posts[0]\n"
              "    CREATE TABLE posts (id TEXT);\n");
    EXPECT_EQ(answer.err, "");
}

TEST_F(StoredObjectsCommand, PlanPutsObjectsTogetherByWhatTheyWouldDo) {
    write("clox", "CREATE TABLE __migrations (id INTEGER)");
    stop();

    const auto answer = run({"plan"});

    EXPECT_EQ(answer.code, 1);
    EXPECT_EQ(answer.out,
              "✗ main: 3 object(s)\n"
              "  1 object(s) before the first migration, clox for one\n"
              "  2 object(s) before the first migration, acme for one\n"
              "    applies 20260101_users, 20260201_posts (2 chunk(s))\n"
              "✓ user-data: 0 object(s)\n");
    EXPECT_THAT(answer.err, HasSubstr("✗ 1 object(s), clox for one: the table __migrations is no "
                                      "journal of migrations"));
}

TEST_F(StoredObjectsCommand, PlanShowsTheAdoptionOfAnotherToolsJournal) {
    write("acme",
          "CREATE TABLE __drizzle_migrations (id INTEGER, hash TEXT, created_at NUMERIC);"
          "INSERT INTO __drizzle_migrations VALUES (1, 'x', 1)");
    stop();

    const auto answer = run({"plan", "--json", "--database", "main", "--instance", "acme"});

    const auto told = from_json<told_plan>(answer.out);
    EXPECT_TRUE(told.good);
    EXPECT_EQ(told.adoptedJournal, "__drizzle_migrations");
    EXPECT_THAT(told.adopted, ElementsAre("20260101_users"));
    ASSERT_THAT(told.chunks, SizeIs(1));
    EXPECT_THAT(told.chunks[0].statements, ElementsAre("CREATE TABLE posts (id TEXT)"));
}

TEST_F(StoredObjectsCommand, PlanAnswersInJson) {
    stop();

    const auto told = from_json<told_plans>(run({"plan", "--json"}).out);

    EXPECT_TRUE(told.good);
    ASSERT_THAT(told.databases, SizeIs(2));
    ASSERT_THAT(told.databases[0].groups, SizeIs(1));
    EXPECT_EQ(told.databases[0].groups[0].objects, 2U);
    EXPECT_THAT(told.databases[0].groups[0].pending,
                ElementsAre("20260101_users", "20260201_posts"));
}

TEST_F(StoredObjectsCommand, BaselineRecordsInOneInstance) {
    stop();

    const auto answer =
        run({"baseline", "--database", "main", "--instance", "acme", "20260101_users"});

    EXPECT_EQ(answer.code, 0);
    EXPECT_EQ(answer.out, "✓ acme: recorded 1 migration(s): 20260101_users\n");
    EXPECT_EQ(run({"plan", "--database", "main", "--instance", "acme"}).out,
              "acme at 20260101_users\n"
              "  20260201_posts[0]\n"
              "    CREATE TABLE posts (id TEXT);\n");
    EXPECT_EQ(run({"baseline", "--database", "main", "--instance", "acme", "20260101_users"}).out,
              "· acme: nothing to record\n");
}

TEST_F(StoredObjectsCommand, BaselineOfAllLeavesOutThoseOfAnotherSchema) {
    stop();

    const auto answer = run({"baseline", "--database", "main", "--all", "20260101_users"});

    EXPECT_EQ(answer.code, 1);
    EXPECT_EQ(answer.out, "✓ acme: recorded 1 migration(s): 20260101_users\n");
    EXPECT_EQ(answer.err,
              "✗ brix: the schema is not that after migration '20260101_users':\n"
              "    [missing] table users: index i\n");
}

TEST_F(StoredObjectsCommand, BaselineSaysWhatItWouldRecordAndRecordsNothing) {
    stop();
    const auto before = content_of(in("data"));

    const auto answer =
        run({"baseline", "--dry-run", "--database", "main", "--all", "20260101_users"});

    EXPECT_EQ(answer.code, 1);
    EXPECT_EQ(answer.out, "✓ acme: would record 1 migration(s): 20260101_users\n");
    EXPECT_EQ(answer.err,
              "✗ brix: the schema is not that after migration '20260101_users':\n"
              "    [missing] table users: index i\n");
    EXPECT_EQ(content_of(in("data")), before);
}

TEST_F(StoredObjectsCommand, BaselineAnswersInJson) {
    stop();

    const auto answer =
        run({"baseline", "--json", "--database", "main", "--all", "20260101_users"});

    const auto told = from_json<told_baselines>(answer.out);
    EXPECT_EQ(answer.code, 1);
    EXPECT_FALSE(told.good);
    ASSERT_THAT(told.objects, SizeIs(2));
    EXPECT_THAT(told.objects[0].recorded, ElementsAre("20260101_users"));
    EXPECT_EQ(told.objects[0].refusal, std::nullopt);
    EXPECT_THAT(told.objects[1].recorded, IsEmpty());
    EXPECT_THAT(told.objects[1].refusal.value_or(""), HasSubstr("[missing] table users: index i"));
}

TEST_F(StoredObjectsCommand, RefuseADirectoryThatANodeHolds) {
    for (const auto& words : std::vector<std::vector<const char*>>{
             {"plan"}, {"baseline", "--database", "main", "--all", "20260101_users"}}) {
        const auto answer = run(words);
        EXPECT_EQ(answer.code, 1);
        EXPECT_THAT(answer.err, HasSubstr(" is in use by process "));
    }
}

TEST_F(StoredObjectsCommand, TakeNoEmptyKeyForEveryObject) {
    stop();
    const auto before = content_of(in("data"));

    for (const auto& words : std::vector<std::vector<const char*>>{
             {"plan", "--database", "main", "--instance", ""},
             {"baseline", "--database", "main", "--instance", "", "20260101_users"}}) {
        EXPECT_EQ(run(words).err, "Error: --instance: must not be empty\n");
    }
    EXPECT_EQ(content_of(in("data")), before);
}

TEST_F(StoredObjectsCommand, LetNoKeySteerTheTerminal) {
    constexpr const char* key = "d\x1b[2J\n";
    write(key, "CREATE TABLE __migrations (id INTEGER)");
    stop();

    for (const auto& words : std::vector<std::vector<const char*>>{
             {"plan"},
             {"plan", "--database", "main", "--instance", key},
             {"rehearse"},
             {"baseline", "--database", "main", "--all", "20260101_users"}}) {
        const auto answer = run(words);
        EXPECT_THAT(answer.out + answer.err, HasSubstr("d?[2J?")) << words[0];
        EXPECT_THAT(answer.out + answer.err, testing::Not(HasSubstr("\x1b"))) << words[0];
    }
}

TEST_F(StoredObjectsCommand, SayWhatThereIs) {
    stop();

    EXPECT_EQ(run({"baseline", "--database", "main", "--all", "20260101"}).err,
              "Error: there is no migration '20260101'. There are: 20260101_users, "
              "20260201_posts\n");
    EXPECT_EQ(run({"baseline", "--database", "other", "--all", "x"}).err,
              "Error: there is no database 'other'. Databases of this program: main, user-data\n");
    EXPECT_THAT(run({"plan", "--instance", "acme"}).err,
                HasSubstr("name the database with --database. There are: main, user-data"));
    EXPECT_THAT(run({"baseline", "--all", "20260101_users"}).err,
                HasSubstr("name the database with --database. There are: main, user-data"));
    EXPECT_THAT(run({"plan", "--database", "main", "--instance", "nobody"}).err,
                HasSubstr("there is no object MainDatabaseDO/nobody"));
    EXPECT_EQ(run({"baseline", "--database", "main", "x"}).code, 1) << "neither one nor all";
    EXPECT_EQ(run({"baseline", "--database", "main", "--all", "--instance", "a", "x"}).code, 1);
    EXPECT_EQ(run({"plan", "--data", in("nowhere").c_str()}).code, 1);
}

}  // namespace
}  // namespace dormouse::test
