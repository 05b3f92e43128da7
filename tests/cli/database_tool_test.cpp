#include "migrations/project_lock.hpp"
#include "tests/cli/tool_fixture.hpp"

#include <dormouse/error.hpp>
#include <dormouse/json.hpp>

#include <CLI/CLI.hpp>

#include <fstream>

namespace dormouse::test {

// What a reader of the tool's JSON would declare. Reflection wants types with linkage.
struct pushed_database {
    std::string database;
    std::optional<std::string> migration;
    std::vector<std::string> statements;
};
struct pushed_databases {
    std::vector<pushed_database> databases;
};
struct status_of_database {
    std::string database;
    std::string className;
    std::uint64_t devMigrations;
    std::vector<std::string> pending;
    std::optional<std::string> lastPush;
};
struct status_of_databases {
    std::string epoch;
    std::vector<status_of_database> databases;
};
struct validated_error {
    std::string migration;
    std::uint64_t chunk;
    std::string statement;
    std::string error;
};
struct validated_database {
    std::string database;
    bool valid;
    std::vector<validated_error> errors;
};
struct validated_databases {
    bool valid;
    std::vector<validated_database> databases;
};
struct failure_text {
    std::string code;
    std::string text;
};
struct told_failure {
    failure_text error;
};

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

constexpr const char* up_to_date =
    "· main: no changes\n· user-data: no changes\n\nAll databases are up to date.\n";

TEST_F(DatabaseTool, PushNamesTheDevMigrationOfEachDatabase) {
    compile(first_main);

    const auto first = run({"push"});
    const auto again = run({"push"});

    EXPECT_THAT(first.out, MatchesRegex("✓ main: dev_[0-9a-f]+ \\(1 statements\\)\n"
                                        "✓ user-data: dev_[0-9a-f]+ \\(1 statements\\)\n"));
    EXPECT_EQ(first.err, "");
    EXPECT_EQ(first.code, 0);
    EXPECT_EQ(again.out, up_to_date);
}

TEST_F(DatabaseTool, GenerateNamesTheFileItWrote) {
    compile(first_main);

    const auto made = run({"generate", "--database", "main", "add_users"});
    const auto nothing = run({"generate", "--database=main"});

    EXPECT_THAT(made.out,
                MatchesRegex("✓ main: [0-9]+_add_users\n"
                             "  → migrations/main/[0-9]+_add_users.sql\n  1 statement\\(s\\)\n"));
    EXPECT_EQ(nothing.out, "· main: no changes\n\nNo pending changes to generate.\n");
    EXPECT_THAT(files_in("migrations"), ElementsAre("main"));
}

TEST_F(DatabaseTool, GenerateTakesItsNameByAFlagToo) {
    compile(first_main);

    EXPECT_THAT(run({"generate", "-n", "start", "--database", "main"}).out,
                HasSubstr("_start.sql\n"));
}

TEST_F(DatabaseTool, StatusShowsWhereEachDatabaseStands) {
    compile(first_main);
    (void)run({"generate"});
    compile(second_main);
    (void)run({"push", "--database", "main"});

    EXPECT_THAT(run({"status"}).out,
                MatchesRegex("Dev Epoch: [0-9a-z]+\n\n"
                             "📦 main\n   Production migrations: 1\n   Dev migrations: 1\n"
                             "   📝 Uncommitted changes: 1 statement\\(s\\)\n   Pending SQL:\n"
                             "     - ALTER TABLE \"users\" ADD COLUMN \"bio\" text\n"
                             "   Last push: [0-9]{4}-[0-9-]+T[0-9:.]+Z\n\n"
                             "📦 user-data\n   Production migrations: 1\n   Dev migrations: 0\n"
                             "   ✓ Schema is up to date\n"));
}

TEST_F(DatabaseTool, StatusWritesNothing) {
    compile(first_main);

    EXPECT_THAT(run({"status"}).out, StartsWith("Dev Epoch: none yet\n\n📦 main\n"));
    EXPECT_THAT(run({"status", "--json"}).out, StartsWith(R"({"epoch":null,)"));
    EXPECT_THAT(files_in(""), testing::IsEmpty());
}

TEST_F(DatabaseTool, StatusCutsLongListsAndLongStatements) {
    compile(first_main);

    const auto cut = run({"status"}).out;
    const auto whole = run({"status", "--verbose"}).out;

    EXPECT_THAT(
        cut,
        HasSubstr("     - CREATE TABLE \"users\" ( \"id\" text PRIMARY KEY NOT NULL, \"name...\n"));
    EXPECT_THAT(whole, HasSubstr("\"name\" text NOT NULL )\n"));
    EXPECT_THAT(whole, HasSubstr("   Class: MainDatabaseDO\n   Binding: MAIN_DATABASE_DO\n"
                                 "   Actions: 0\n"));
}

TEST_F(DatabaseTool, StatusWarnsWhenProductionHasMovedOnSinceTheLastPush) {
    compile(first_main);
    (void)run({"push"});
    const auto state = text_of(".dormouse/state.json");
    (void)run({"generate"});
    write(".dormouse/state.json", state);  // a teammate generated it

    EXPECT_THAT(run({"status"}).out,
                HasSubstr("   ⚠️ Production snapshot changed - run 'db:reset' to sync\n"));
}

TEST_F(DatabaseTool, ResetTellsTheEpochAndTheDatabases) {
    compile(first_main);

    const auto all = run({"reset"});
    const auto kept = run({"reset", "--keep-epoch", "--database", "main"});
    const auto purged = run({"reset", "--purge-local-storage"});

    EXPECT_THAT(all.out, MatchesRegex("✓ New epoch: [0-9a-z]+ — databases start fresh on the next "
                                      "request\n✓ Reset databases: main, user-data, plain\n"));
    EXPECT_EQ(kept.out, "✓ Epoch unchanged\n✓ Reset databases: main\n");
    EXPECT_THAT(purged.out, HasSubstr("· No local DO storage to purge\n"));
}

TEST_F(DatabaseTool, ResetOfNothingSaysSo) {
    (void)run({"reset"});

    EXPECT_EQ(run({"reset", "--keep-epoch"}).out, "✓ Epoch unchanged\n· No databases to reset\n");
}

TEST_F(DatabaseTool, ValidateSaysThatEverythingWorks) {
    compile(first_main);
    (void)run({"generate"});
    compile(second_main);
    (void)run({"push"});

    const auto all = run({"validate"});

    EXPECT_EQ(all.out,
              "✓ main: 2 migration(s) (includes dev migrations)\n  Schema matches ✓\n"
              "✓ user-data: 1 migration(s)\n  Schema matches ✓\n");
    EXPECT_EQ(all.err, "");
    EXPECT_EQ(all.code, 0);
}

TEST_F(DatabaseTool, ValidateTellsDriftOnTheSideAndFails) {
    compile(first_main);
    (void)run({"generate"});
    compile(second_main);
    (void)run({"push"});

    const auto drift = run({"validate", "--no-dev", "--database", "main"});

    EXPECT_EQ(drift.out, "✓ main: 1 migration(s)\n");
    EXPECT_EQ(drift.err, "  ⚠ Schema drift detected:\n    [missing] table users: column bio\n");
    EXPECT_EQ(drift.code, 1);
}

TEST_F(DatabaseTool, ValidateTellsEveryErrorOnTheSideAndFails) {
    compile(first_main);
    write("migrations/main/20240315123045_bad.sql", "INVALID;\n--> breakpoint\nDROP TABLE absent;");

    const auto plain = run({"validate", "--database", "main"});
    const auto verbose = run({"validate", "--database", "main", "-v"});

    EXPECT_EQ(plain.out, "✗ main: 1 migration(s)\n");
    EXPECT_EQ(plain.err,
              "  ✗ 20240315123045_bad[0]: near \"INVALID\": syntax error\n"
              "  ✗ 20240315123045_bad[1]: no such table: absent\n"
              "  ⚠ Schema drift detected:\n    [missing] table users\n");
    EXPECT_EQ(plain.code, 1);
    EXPECT_THAT(verbose.err, HasSubstr("    Statement: INVALID\n"));
}

TEST_F(DatabaseTool, EveryCommandFailsOnASchemaThatCannotBeCreated) {
    compile(broken_main);

    for (const char* command : {"push", "generate", "status", "validate"}) {
        const auto failed = run({command});
        EXPECT_EQ(failed.code, 1) << command;
        EXPECT_THAT(failed.err, HasSubstr("Could not create the schema of database 'main': no such "
                                          "column: absent"))
            << command;
    }
}

TEST_F(DatabaseTool, SaysThatThereIsNoDatabaseToWorkOn) {
    for (const char* command : {"push", "generate", "validate"}) {
        EXPECT_EQ(run({command}).out, "No databases found.\n") << command;
    }
}

TEST_F(DatabaseTool, ListsTheDatabasesWhenOneIsMisspelt) {
    compile(first_main);

    const auto failed = run({"push", "--database", "mian"});

    EXPECT_EQ(failed.code, 1);
    EXPECT_EQ(failed.out, "");
    EXPECT_EQ(failed.err,
              "Error: there is no database 'mian'; there are: main, user-data, plain\n");
}

// `--database "$DATABASE"` of a script that has lost its variable.
TEST_F(DatabaseTool, TakesNothingForTheNameOfNoDatabaseAndNoDirectory) {
    compile(first_main);
    for (const auto& words :
         std::vector<std::vector<const char*>>{{"reset", "--database", ""},
                                               {"push", "-d", ""},
                                               {"push", "-m", ""},
                                               {"reset", "--purge-local-storage", "--data", ""}}) {
        const auto refused = run(words);
        EXPECT_EQ(refused.code, 1) << words[1];
        EXPECT_THAT(refused.err, HasSubstr(" must not be empty\n")) << words[1];
    }
    EXPECT_THAT(files_in(""), testing::IsEmpty());
}

TEST_F(DatabaseTool, PurgesNoDirectoryThatIsMisspelt) {
    compile(first_main);

    EXPECT_EQ(run({"reset", "--purge-local-storage", "--data", in("dtaa").c_str()}).err,
              "Error: Data directory not found: " + in("dtaa").string() + "\n");
    EXPECT_THAT(run({"reset", "--data", in("").c_str()}).err,
                HasSubstr("--data requires --purge-local-storage"));
    EXPECT_THAT(files_in(""), testing::IsEmpty());
}

TEST_F(DatabaseTool, RefusesWordsThatItDoesNotKnow) {
    const auto failed = run({"nonsense"});

    EXPECT_EQ(failed.code, 1);
    EXPECT_EQ(failed.out, "");
    EXPECT_THAT(failed.err, StartsWith("Error: "));
}

TEST_F(DatabaseTool, NamesTheWordThatIsNoCommandAndThoseThatAre) {
    constexpr const char* commands =
        "Commands: push, generate, status, reset, validate, rehearse, plan, baseline, watch, "
        "config\n";

    EXPECT_EQ(run({"nonsense"}).err,
              std::string("Error: there is no command 'nonsense'. ") + commands);
    EXPECT_EQ(run({}).err, std::string("Error: name a command. ") + commands);
    EXPECT_EQ(run({"config", "chekc"}).err,
              "Error: there is no command 'chekc'. Commands: check\n");
}

TEST_F(DatabaseTool, AnswersMistakesOnTheCommandLineInJsonToo) {
    for (const auto& words : std::vector<std::vector<const char*>>{
             {"push", "--bogus", "--json"}, {"bogus", "--json"}, {"rehearse", "--json", "--at"}}) {
        const auto refused = run(words);
        EXPECT_EQ(refused.code, 1);
        const auto told = from_json<told_failure>(refused.out);
        EXPECT_EQ(told.error.code, "invalid_arguments");
        EXPECT_EQ(refused.err, "Error: " + told.error.text + "\n");
    }
}

TEST_F(DatabaseTool, FollowsRenamesAndFillsOfTheCommandLine) {
    compile(first_main);
    write("migrations/main/1.sql",
          "CREATE TABLE \"people\" (\"id\" text PRIMARY KEY NOT NULL, \"name\" text);");

    const auto made = run(
        {"generate", "--database", "main", "--rename", "people:users", "--fill", "users.name='?'"});

    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_THAT(run({"validate", "--database", "main"}).out, HasSubstr("Schema matches"));
    EXPECT_THAT(run({"push", "--database", "main", "--fill", "name"}).err,
                HasSubstr("'name' is not table.column=expression"));
}

TEST_F(DatabaseTool, WritesMigrationsWhereItIsTold) {
    compile(first_main);

    (void)run({"generate", "-m", in("elsewhere").c_str()});

    EXPECT_TRUE(std::filesystem::exists(in("elsewhere/main/_snapshot.json")));
}

TEST_F(DatabaseTool, TakesNoMisspeltDirectoryForAnEmptyProject) {
    compile(first_main);
    for (const char* command : {"push", "status", "validate"}) {
        const auto refused = run({command, "-m", in("migratoins").c_str()});
        EXPECT_EQ(refused.code, 1) << command;
        EXPECT_THAT(refused.err, StartsWith("Error: Migrations directory not found: ")) << command;
    }
    EXPECT_THAT(files_in(""), testing::IsEmpty());
}

TEST_F(DatabaseTool, NamesADirectoryThatStandsInAFilesPlace) {
    compile(first_main);
    std::filesystem::create_directories(in("migrations/main/1.sql"));

    EXPECT_EQ(run({"push"}).err,
              "Error: " + in("migrations/main/1.sql").string() + ": Is a directory\n");
}

TEST_F(DatabaseTool, ConfirmsTheDirectoryOfTheDatabases) {
    compile(first_main);
    std::filesystem::create_directories(in("src/databases"));
    std::filesystem::create_directories(in("other"));

    EXPECT_EQ(run({"push", "-d", in("src/databases").c_str()}).code, 0);
    EXPECT_THAT(run({"push", "-d", in("nowhere").c_str()}).err,
                testing::AllOf(StartsWith("Error: Databases directory not found: "),
                               HasSubstr("there are: main, user-data, plain\n")));
    EXPECT_THAT(run({"push", "--databases-dir", in("other").c_str()}).err,
                HasSubstr("this program was built from the databases in "));
}

TEST_F(DatabaseTool, AnswersInJson) {
    compile(first_main);

    const auto pushed = from_json<pushed_databases>(run({"push", "--json"}).out);
    const auto status = from_json<status_of_databases>(run({"status", "--json"}).out);

    ASSERT_EQ(pushed.databases.size(), 2U);
    EXPECT_EQ(pushed.databases[0].database, "main");
    EXPECT_THAT(pushed.databases[0].migration.value_or(""), StartsWith("dev_"));
    ASSERT_EQ(status.databases.size(), 2U);
    EXPECT_EQ(status.databases[1].className, "UserDataDatabaseDO");
    EXPECT_EQ(status.databases[1].devMigrations, 1U);
    EXPECT_THAT(status.databases[1].pending, ElementsAre(HasSubstr("CREATE TABLE \"events\"")));
    EXPECT_TRUE(status.databases[1].lastPush);
}

TEST_F(DatabaseTool, AnswersErrorsInJsonToo) {
    compile(first_main);
    write("migrations/main/1.sql", "INVALID;");

    const auto validated = run({"validate", "--json"});
    const auto refused = run({"push", "--json", "--database", "x"});

    const auto answer = from_json<validated_databases>(validated.out);
    EXPECT_EQ(validated.code, 1);
    EXPECT_FALSE(answer.valid);
    EXPECT_EQ(answer.databases[0].errors[0].statement, "INVALID");
    EXPECT_EQ(refused.code, 1);
    EXPECT_EQ(from_json<told_failure>(refused.out).error.code, "unknown_database");
}

TEST_F(DatabaseTool, PaintsItsMarksForAPersonOnly) {
    compile(first_main);

    EXPECT_THAT(run({"push"}, true).out, StartsWith("\x1b[32m✓\x1b[0m main: dev_"));
    EXPECT_THAT(run({"push"}, false).out, StartsWith("· main"));
}

TEST_F(DatabaseTool, TellsEachStepWhenVerbose) {
    compile(first_main);
    (void)run({"generate"});

    EXPECT_THAT(run({"validate", "--verbose", "--database", "main"}).err,
                HasSubstr("database:migrations [ok] "));
}

TEST_F(DatabaseTool, FailsWhenItsAnswerIsLost) {
    compile(first_main);
    std::ofstream full("/dev/full");
    std::ostringstream err;
    const std::array words{"shop-db", "status"};

    const auto code =
        cli::run_database_commands(words, program_, {.answers = &full, .messages = &err});

    EXPECT_EQ(code, 1);
    EXPECT_EQ(err.str(), "Error: the answer could not be written\n");
}

TEST_F(DatabaseTool, StandsBelowAWordOfAnotherProgram) {
    compile(first_main);
    std::ostringstream out;
    std::ostringstream err;
    CLI::App app("shop");
    cli::add_database_commands(*app.add_subcommand("db", "Databases"), program_,
                               {.answers = &out, .messages = &err});
    const std::array words{"shop", "db", "push"};

    app.parse(3, words.data());

    EXPECT_THAT(out.str(), StartsWith("✓ main: dev_"));
}

TEST_F(DatabaseTool, RefusesBelowAWordWhatItRefusesByItself) {
    compile(first_main);
    for (const auto& [words, text] : std::vector<std::pair<std::vector<const char*>, const char*>>{
             {{"shop", "db"}, "name a command. Commands: push, "},
             {{"shop", "db", "bogus", "--json"}, "there is no command 'bogus'. Commands: push, "},
             {{"shop", "db", "--bogus", "push"}, "db does not take '--bogus'"},
             {{"shop", "db", "config"}, "name a command. Commands: check"},
             {{"shop", "db", "config", "chekc", "--json"}, "there is no command 'chekc'. Commands"},
             {{"shop", "db", "push", "--bogus", "--json"}, "push does not take '--bogus'"},
             {{"shop", "db", "status", "more"}, "status does not take 'more'"}}) {
        std::ostringstream out;
        std::ostringstream err;
        CLI::App app("shop");
        cli::add_database_commands(*app.add_subcommand("db", "Databases"), program_,
                                   {.answers = &out, .messages = &err});
        try {
            app.parse(static_cast<int>(words.size()), words.data());
            ADD_FAILURE() << text;
        } catch (const CLI::RuntimeError& ended) {
            EXPECT_EQ(ended.get_exit_code(), 1);
        }
        EXPECT_THAT(err.str(), StartsWith(std::string("Error: ") + text));
        EXPECT_EQ(out.str().empty(), std::string_view(words.back()) != "--json");
    }
}

// A parser that may meet several commands takes the name of the migration for another of them.
TEST_F(DatabaseTool, WorksAsOneCommandAtATime) {
    compile(first_main);
    for (const auto& [words, both] : std::vector<std::pair<std::vector<const char*>, const char*>>{
             {{"shop", "db", "generate", "reset"}, "generate and reset"},
             {{"shop", "generate", "reset"}, "generate and reset"},
             {{"shop", "db", "push", "push"}, "push and push"},
             {{"shop", "push", "config", "check"}, "push and check"}}) {
        std::ostringstream out;
        std::ostringstream err;
        CLI::App app("shop");
        for (auto* to : {app.add_subcommand("db", "Databases"), &app}) {
            cli::add_database_commands(*to, program_, {.answers = &out, .messages = &err});
        }
        EXPECT_THROW(app.parse(static_cast<int>(words.size()), words.data()), CLI::RuntimeError);
        EXPECT_EQ(err.str(), std::string("Error: one command at a time, not ") + both +
                                 "; a migration with the name of one is named by --name\n");
        EXPECT_EQ(out.str(), "");
    }
    EXPECT_THAT(files_in(""), testing::IsEmpty());
}

TEST_F(DatabaseTool, StandsFlatAmongTheCommandsOfAnotherProgram) {
    compile(broken_main);
    std::ostringstream out;
    std::ostringstream err;
    CLI::App app("shop");
    cli::add_database_commands(app, program_, {.answers = &out, .messages = &err});
    const std::array words{"shop", "push"};

    try {
        app.parse(2, words.data());
        FAIL();
    } catch (const CLI::RuntimeError& ended) {
        EXPECT_EQ(ended.get_exit_code(), 1);
    }
    EXPECT_THAT(err.str(), StartsWith("Error: "));
}

TEST_F(DatabaseTool, RefusesToWorkBesideAnotherCommand) {
    compile(first_main);
    const project_lock held(in(".dormouse"), "generate");

    const auto answer = run({"push"});

    EXPECT_EQ(answer.code, 1);
    EXPECT_THAT(answer.err, MatchesRegex("Error: the project's .* is in use by process [0-9]+, "
                                         "'generate'. Run the command again when that has "
                                         "ended\n"));
    EXPECT_EQ(run({"status"}).code, 0);
    EXPECT_EQ(run({"validate", "--database", "plain"}).code, 0);
}

}  // namespace
}  // namespace dormouse::test
