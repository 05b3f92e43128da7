// What the tool makes of what the build recorded.
#include "cli/debug_selection.hpp"
#include "cli/passed_databases.hpp"
#include "tests/cli/tool_fixture.hpp"

#include <numeric>
#include <set>

namespace dormouse::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A program built from two files.
class BuiltTool : public DatabaseTool {
protected:
    BuiltTool() {
        compile(first_main);
        write("src/databases/main.hpp", "one");
        write("src/types.hpp", "two");
        program_.build.command = "make shop-db";
        program_.build.sources = sources_;
    }

    /// From now on the program's own source says this.
    void program_source(std::string_view text) {
        write("src/main.cpp", text);
        program_.build.databases = databases_;
        program_.build.program = files_;
    }

private:
    std::array<std::string, 3> paths_{in("src/databases/main.hpp").string(),
                                      in("src/types.hpp").string(), in("src/main.cpp").string()};
    std::array<std::string, 2> digests_{hex_digest("one"), hex_digest("two")};
    std::array<cli::built_source, 2> sources_{cli::built_source{paths_[0], digests_[0]},
                                              cli::built_source{paths_[1], digests_[1]}};
    std::array<cli::built_database, 3> databases_{
        cli::built_database{"main", "shop::main_db", "databases/main.hpp"},
        cli::built_database{"user-data", "user_data_db", "databases/user-data.hpp"},
        cli::built_database{"plain", "plain_db", ""}};
    std::array<std::string_view, 1> files_{paths_[2]};
};

TEST_F(BuiltTool, WorksWhileItsSourcesAreWhatItWasBuiltFrom) {
    EXPECT_EQ(run({"push"}).code, 0);
}

TEST_F(BuiltTool, RefusesToWorkWhenASourceHasChanged) {
    write("src/types.hpp", "three");

    const auto refused = run({"push"});

    EXPECT_EQ(refused.code, 1);
    EXPECT_EQ(refused.err,
              "Error: this program is older than its sources:\n    src/types.hpp has changed\n"
              "  Build it, then run the command again:\n    make shop-db\n");
}

TEST_F(BuiltTool, NoticesSourcesThatCameAndWent) {
    std::filesystem::remove(in("src/databases/main.hpp"));
    write("src/databases/actions/more.cpp", "");
    write("src/databases/_draft.hpp", "");
    write("src/databases/main_test.cpp", "");
    write("src/databases/.main.hpp", "");
    write("src/databases/.old/main.hpp", "");

    const auto refused = run({"validate"});

    EXPECT_THAT(refused.err, HasSubstr("    src/databases/main.hpp is gone\n"
                                       "    src/databases/actions/more.cpp is new\n  Build"));
}

TEST_F(BuiltTool, ResetsWithoutAskingForItsSources) {
    write("src/types.hpp", "three");

    EXPECT_EQ(run({"reset"}).code, 0);
}

constexpr std::array built_in{migration_file{"20260101_init", "CREATE TABLE users (id TEXT);"},
                              migration_file{"20260102_name", "CREATE TABLE names (id TEXT);"}};

/// A program that has two migrations inside, in a project that has them too.
class ToolWithMigrations : public BuiltTool {
protected:
    ToolWithMigrations() {
        program_.databases = entries_;
        write("migrations/main/20260101_init.sql", built_in[0].sql);
        write("migrations/main/20260102_name.sql", built_in[1].sql);
        std::filesystem::create_directories(in("data"));
    }

    /// What the commands that run what is inside say; what several say is there once.
    std::string told_by_all(const char* option = "-v", const char* value = "-v") {
        std::set<std::string> told{run({"rehearse", option, value}).err,
                                   run({"plan", option, value}).err,
                                   run({"baseline", "--all", option, value, "x"}).err};
        return std::accumulate(told.begin(), told.end(), std::string());
    }

private:
    std::array<database_entry, 1> entries_{database_entry{&first_main, "main", built_in}};
};

constexpr const char* older = "Error: this program is older than its sources:\n    ";

TEST_F(ToolWithMigrations, RunsWhatIsInsideWhileTheProjectHasTheSame) {
    EXPECT_THAT(told_by_all(), testing::Not(HasSubstr("older than its sources")));
}

TEST_F(ToolWithMigrations, RunsNothingWhenTheProjectHasOtherMigrations) {
    write("migrations/main/20260101_init.sql", "CREATE TABLE other (id TEXT);");
    std::filesystem::remove(in("migrations/main/20260102_name.sql"));
    write("migrations/main/20260103_phone.sql", "");

    EXPECT_EQ(told_by_all(), std::string(older) +
                                 "migrations/main/20260101_init.sql has changed\n"
                                 "    migrations/main/20260103_phone.sql is new\n"
                                 "    migrations/main/20260102_name.sql is gone\n"
                                 "  Build it, then run the command again:\n    make shop-db\n");
}

TEST_F(ToolWithMigrations, PassesOverWhatAnEditorHides) {
    write("migrations/main/.20260103_phone.sql", "");
    std::filesystem::create_symlink("me@here.1:2", in("migrations/main/.#20260101_init.sql"));

    EXPECT_THAT(told_by_all(), testing::Not(HasSubstr("older than its sources")));
}

TEST_F(ToolWithMigrations, RunsNothingWhenASourceHasChanged) {
    write("src/types.hpp", "three");

    EXPECT_THAT(told_by_all(), StartsWith(std::string(older) + "src/types.hpp has changed\n"));
}

TEST_F(ToolWithMigrations, WorksWhereOnlyTheDataIs) {
    std::filesystem::remove_all(in("src"));
    std::filesystem::remove_all(in("migrations"));

    EXPECT_THAT(told_by_all(), testing::Not(HasSubstr("older than its sources")));
}

TEST_F(ToolWithMigrations, ConfirmsTheDirectoryOfTheMigrationsInside) {
    EXPECT_THAT(told_by_all("-m", in("migrations").c_str()), testing::Not(HasSubstr("has inside")));
    EXPECT_THAT(told_by_all("-m", in("elsewhere").c_str()),
                HasSubstr("runs the migrations that the program has inside, those of "));
}

TEST_F(BuiltTool, ConfigIsInOrderWhenTheProgramPassesOnTheWholeList) {
    program_source("int main() { run({.databases = dormouse::databases()}); }");

    const auto checked = run({"config", "check"});

    EXPECT_EQ(checked.code, 0);
    EXPECT_EQ(checked.out,
              "✓ main: MainDatabaseDO (MAIN_DATABASE_DO)\n"
              "✓ user-data: UserDataDatabaseDO (USER_DATA_DATABASE_DO)\n"
              "✓ plain: PlainDatabaseDO (PLAIN_DATABASE_DO)\n");
    EXPECT_EQ(checked.err, "");
}

TEST_F(BuiltTool, ConfigSaysWhatToAddForADatabaseThatIsNotServed) {
    program_source(
        "// databases() &user_data_db\n"
        "const dormouse::database_entry list[] = {{&shop::main_db, \"main\"}, {&plain_db, \"\"}};\n"
        "dormouse::runtime_options options{.databases = list, .directory = \"data\"};");

    const auto checked = run({"config", "check"});

    EXPECT_EQ(checked.code, 1);
    EXPECT_EQ(checked.out,
              "✓ main: MainDatabaseDO (MAIN_DATABASE_DO)\n"
              "✗ user-data: not in the runtime's list of databases\n"
              "✓ plain: PlainDatabaseDO (PLAIN_DATABASE_DO)\n");
    EXPECT_EQ(checked.err,
              "[dormouse] The runtime of src/main.cpp does not get every database with its "
              "migrations. Give it what the build lists:\n"
              "    #include <dormouse/databases.hpp>\n"
              "    dormouse::runtime_options{.databases = dormouse::databases()}\n"
              "Or put what is missing into the list that it gets:\n"
              "    *std::ranges::find(dormouse::databases(), \"user-data\", "
              "&dormouse::database_entry::file_name)\n");
}

TEST_F(BuiltTool, ConfigReadsWhatTheProgramIncludes) {
    write("src/server/options.hpp", "#  include \"all.hpp\"\n#include \"options.hpp\"\n");
    write("src/server/all.hpp", "auto all() { return dormouse::databases(); }");
    program_source(
        "#include \"server/options.hpp\"\n#include \"nowhere.hpp\"\n"
        "dormouse::runtime app({.databases = all()});");

    EXPECT_EQ(run({"config", "check"}).err, "");
}

TEST_F(BuiltTool, ConfigLeavesTheRuntimeOfALibraryToWhoeverLinksIt) {
    program_source("int version() { return 1; }");

    EXPECT_EQ(run({"config", "check"}).code, 0);
    program_.build.server = "build/shop";
    EXPECT_EQ(run({"config", "check"}).code, 1) << "a program has a runtime";
}

TEST_F(BuiltTool, ConfigLooksAtOneDatabase) {
    program_source("options.databases = {{&shop::main_db, \"main\"}};");

    EXPECT_EQ(run({"config", "check", "--database", "main"}).code, 0);
    EXPECT_EQ(run({"config", "check", "--database", "plain"}).code, 1);
    EXPECT_THAT(run({"config", "check", "--database", "other"}).err,
                HasSubstr("there is no database 'other'; there are: main, user-data, plain"));
}

TEST_F(BuiltTool, ConfigChecksTheListThatAProgramWithTheCommandsInsideGives) {
    program_source("options.databases = dormouse::databases();");
    program_.databases = program_.databases.first(2);

    const auto checked = run({"config", "check", "--json"});

    EXPECT_EQ(checked.code, 1);
    EXPECT_THAT(checked.out, StartsWith("{\"complete\":false,"));
    EXPECT_THAT(checked.out, HasSubstr("\"database\":\"plain\""));
    EXPECT_THAT(checked.out, HasSubstr("\"advice\":\"[dormouse] The runtime of src/main.cpp"));
}

TEST_F(ToolWithMigrations, ConfigFindsADatabaseThatIsListedWithoutItsMigrations) {
    for (const char* entry : {"{&shop::main_db, \"main\"}", "{&main_db, \"main\", {}}",
                              "{.definition = &main_db, .file_name = \"main\"}"}) {
        program_source(std::string("options.databases = {") + entry + "};");
        EXPECT_THAT(run({"config", "check"}).out,
                    StartsWith("✗ main: in the runtime's list without its migrations\n"))
            << entry;
    }
    program_source("options.databases = {{&shop::main_db, \"main\", own_migrations}};");
    EXPECT_THAT(run({"config", "check"}).out, StartsWith("✓ main: "));
}

/// Each is a source that gives the runtime the database `shop::main_db`.
TEST(PassedDatabases, FindsWhatReachesTheRuntime) {
    for (const char* source : {
             "dormouse::runtime app({.databases = {{&shop::main_db, \"main\", m}}});",
             "const database_entry list[] = {{&main_db, \"main\", m}};\n"
             "runtime_options options; options.databases = list;",
             "static const std::array<database_entry, 1> list{{{&main_db, \"main\", m}}};\n"
             "dormouse::runtime_options options{list};",
             "std::vector<database_entry> list; list.push_back({&main_db, \"main\", m});\n"
             "run({.databases = list});",
             "std::vector<database_entry> list() { return {{&main_db, \"main\", m}}; }\n"
             "dormouse::runtime app{{list()}};",
             "auto entries = std::vector{*std::ranges::find(dormouse::databases(), \"main\", "
             "&database_entry::file_name)}; options.databases = entries;",
             "struct app { app() : list_{{&main_db, \"main\", m}} { o.databases = list_; } };",
         }) {
        const cli::passed_databases passed(source);
        EXPECT_TRUE(passed.find("shop::main_db", "main").listed) << source;
        EXPECT_TRUE(passed.find("shop::main_db", "main").with_migrations) << source;
        EXPECT_FALSE(passed.find("other::plain_db", "plain").listed) << source;
        EXPECT_FALSE(passed.all()) << source;
    }
}

TEST(PassedDatabases, FindsThatTheRuntimeGetsTheWholeList) {
    for (const char* source : {
             "dormouse::runtime_options options{.databases = dormouse::databases()};",
             "runtime_options options; options.databases = databases();",
             "dormouse::runtime app({dormouse::databases(), \"data\"});",
             "const dormouse::runtime_options options = {dormouse::databases(), \"data\"};",
             "const auto list = dormouse::databases(); run({.databases = list});",
             "std::vector<database_entry> list(dormouse::databases().begin(), "
             "dormouse::databases().end()); o.databases = list;",
             "auto entries() { return dormouse::databases(); } void f() { o.databases = entries(); "
             "}",
             "runtime_options o{.loops = 0x1'0, .databases = databases()};  // that's all",
         }) {
        EXPECT_TRUE(cli::passed_databases(source).all()) << source;
    }
}

TEST(PassedDatabases, TakesNoMentionForAList) {
    for (const char* source : {
             "dormouse::runtime app({.databases = listed}); const database_entry listed[] = {};\n"
             "const database* const unused = &main_db; const database_entry e{&main_db, \"main\"};",
             "std::cout << dormouse::databases().size(); o.databases = {};",
             "print(dormouse::databases()); dormouse::runtime app({});",
             "o.databases = dormouse::databases().first(1);",
             "const auto all = dormouse::databases(); o.databases = all.subspan(1);",
             "// o.databases = dormouse::databases();\n const char* t = \".databases = "
             "databases()\";",
             "o.databases = without_main(dormouse::databases());",
             "o.databases = {{&other::main_db, \"main\", m}};",
         }) {
        const cli::passed_databases passed(source);
        EXPECT_FALSE(passed.all()) << source;
        EXPECT_FALSE(passed.find("shop::main_db", "main").listed) << source;
    }
}

TEST(DebugSelection, NamesLoggersByPatterns) {
    EXPECT_TRUE(cli::selects_logger("database:cli", "database:cli"));
    EXPECT_TRUE(cli::selects_logger("other, database:*", "database:migrations"));
    EXPECT_TRUE(cli::selects_logger("*", "database:cli"));
    EXPECT_TRUE(cli::selects_logger("d*:c*i", "database:cli"));
    EXPECT_FALSE(cli::selects_logger("database:cli", "database:migrations"));
    EXPECT_FALSE(cli::selects_logger("database", "database:cli"));
    EXPECT_FALSE(cli::selects_logger("", "database:cli"));
}

TEST(DebugSelection, LeavesOutWhatStandsBehindAMinus) {
    EXPECT_FALSE(cli::selects_logger("database:*,-database:migrations", "database:migrations"));
    EXPECT_FALSE(cli::selects_logger("-database:*,*", "database:cli"));
    EXPECT_TRUE(cli::selects_logger("*,-other:*", "database:cli"));
}

}  // namespace
}  // namespace dormouse::test
