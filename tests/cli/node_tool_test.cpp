#include "cli/node_answers.hpp"
#include "cli/node_commands.hpp"
#include "cli/progress_bar.hpp"
#include "tests/support/data_directory.hpp"

#include <dormouse/json.hpp>
#include <dormouse/node_tool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

namespace dormouse::test {
// What a reader of the tool's JSON would declare. Reflection wants types with linkage.
struct listed_object {
    std::string className;
    std::string id;
    std::string name;
    std::string state;
    std::uint32_t commits;
    std::string bookmark;
};
struct listed_record {
    std::string segment;
    std::uint64_t offset;
    std::string kind;
    std::optional<std::string> id;
    std::optional<std::uint32_t> sequence;
};
struct found_fault {
    std::string kind;
    std::string path;
};
struct told_error {
    std::string code;
    std::string text;
};
struct object_list {
    std::vector<listed_object> objects;
    std::optional<told_error> error;
};
struct record_list {
    std::vector<listed_record> records;
    std::optional<told_error> error;
};
struct verdict {
    bool sound;
    std::uint64_t objects;
    std::vector<found_fault> findings;
};
struct failure {
    told_error error;
};

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

class NodeTool : public testing::Test {
protected:
    NodeTool() {
        written.run('a', "CREATE TABLE t (v); INSERT INTO t VALUES (1)");
        written.run('b', "CREATE TABLE t (v)");
        mark = written.run_unfiled('a', "INSERT INTO t VALUES (2)");
        last = written.run_unfiled('a', "INSERT INTO t VALUES (3)");
        written.copy_to(crashed());
    }

    /// Runs the tool; answers its exit code.
    int run(std::vector<std::string> arguments) {
        std::vector<const char*> pointers{"dormouse-node"};
        for (const auto& argument : arguments) {
            pointers.push_back(argument.c_str());
        }
        answers.str("");
        messages.str("");
        return cli::run_node_tool(pointers, {&answers, &messages});
    }

    template <class Document>
    Document answered() {
        return from_json<Document>(answers.str());
    }

    /// Damages a record that later ones prove to have been durable.
    listed_record damage_log() {
        EXPECT_EQ(run({"log", crashed(), "--json"}), 0);
        const auto all = answered<record_list>().records;
        auto victim = all.at(all.size() - 2);
        damage(crashed() + "/log/" + victim.segment, victim.offset + 50);
        return victim;
    }

    [[nodiscard]] std::string crashed() const { return (directory.path() / "crashed").string(); }
    [[nodiscard]] std::string out() const { return (directory.path() / "out.sqlite").string(); }

    data_directory written;
    temporary_directory directory;
    bookmark mark;
    bookmark last;
    std::ostringstream answers;
    std::ostringstream messages;
    const std::string id_a = std::string(64, 'a');
};

TEST_F(NodeTool, VerifiesASoundDirectory) {
    EXPECT_EQ(run({"verify", crashed()}), 0);
    EXPECT_THAT(answers.str(), AllOf(HasSubstr("2 objects"), HasSubstr(": sound\n")));
    EXPECT_THAT(messages.str(), StartsWith("log: done\nobjects: done\n"));
    EXPECT_EQ(run({"verify", crashed(), "--json"}), 0);
    const auto said = answered<verdict>();
    EXPECT_TRUE(said.sound);
    EXPECT_EQ(said.objects, 2U);
    EXPECT_THAT(said.findings, IsEmpty());
}

TEST_F(NodeTool, NamesWhatIsDamagedAndFails) {
    const auto file = crashed() + "/" + data_directory::file('a').string();
    write_file(file, "nonsense");
    EXPECT_EQ(run({"verify", crashed()}), 1);
    EXPECT_THAT(answers.str(), AllOf(HasSubstr("damage  " + data_directory::file('a').string()),
                                     HasSubstr("1 damaged\n")));
    EXPECT_EQ(run({"verify", crashed(), "--json"}), 1);
    const auto said = answered<verdict>();
    EXPECT_FALSE(said.sound);
    ASSERT_EQ(said.findings.size(), 1U);
    EXPECT_EQ(said.findings[0].path, data_directory::file('a').string());
}

TEST_F(NodeTool, ListsObjectsWithWhatOnlyTheLogHas) {
    EXPECT_EQ(run({"objects", crashed(), "--json"}), 0);
    const auto listed = answered<object_list>().objects;
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].className, "Test");
    EXPECT_EQ(listed[0].id, id_a);
    EXPECT_EQ(listed[0].name, "name a");
    EXPECT_EQ(listed[0].state, "active");
    EXPECT_EQ(listed[0].commits, last.sequence);
    EXPECT_EQ(parse_bookmark(listed[0].bookmark).check, last.check);

    EXPECT_EQ(run({"objects", crashed(), "--name", "name b"}), 0);
    EXPECT_THAT(answers.str(),
                AllOf(StartsWith("Test/" + std::string(64, 'b')), Not(HasSubstr("name a"))));
    EXPECT_EQ(run({"objects", crashed(), "--state", "quarantined"}), 0);
    EXPECT_THAT(answers.str(), IsEmpty());
}

TEST_F(NodeTool, LetsNoNameSteerTheTerminal) {
    cli::object_answer object{};
    object.name = "\x1b[2Jroom\n";
    EXPECT_THAT(cli::in_words(object), AllOf(HasSubstr("?[2Jroom?"), Not(HasSubstr("\n"))));
}

TEST_F(NodeTool, ListsTheLogOfOneObject) {
    for (const auto& name : {id_a, std::string("Test/name a")}) {
        EXPECT_EQ(run({"log", crashed(), "--object", name, "--json"}), 0);
        const auto listed = answered<record_list>().records;
        ASSERT_GE(listed.size(), 2U);
        for (const auto& record : listed) {
            EXPECT_EQ(record.id, id_a);
        }
        EXPECT_EQ(listed.back().kind, "changes");
        EXPECT_EQ(listed.back().sequence, last.sequence);
    }
    EXPECT_EQ(run({"log", crashed(), "--class", "Nothing"}), 0);
    EXPECT_THAT(answers.str(), MatchesRegex("[0-9]+ records in [0-9]+ segments, from .*\n"));
}

TEST_F(NodeTool, ListsADamagedLogUpToTheDamage) {
    const auto victim = damage_log();
    EXPECT_EQ(run({"log", crashed(), "--json"}), 1);
    const auto listed = answered<record_list>();
    EXPECT_FALSE(listed.records.empty());
    ASSERT_TRUE(listed.error.has_value());
    EXPECT_EQ(listed.error->code, "storage_failed");
    EXPECT_THAT(listed.error->text, AllOf(HasSubstr(victim.segment),
                                          HasSubstr("offset " + std::to_string(victim.offset))));
    EXPECT_THAT(messages.str(), StartsWith("Error: the commit log is damaged"));
}

TEST_F(NodeTool, ExportsABookmarkOrATime) {
    EXPECT_EQ(run({"export", crashed(), "Test/name a", out(), "--at", to_string(mark)}), 0);
    EXPECT_THAT(answers.str(), MatchesRegex("wrote [0-9]+ bytes to .*out.sqlite\n"));
    EXPECT_EQ(messages.str(), "export: done\n");
    const auto earlier = read_file(out());
    std::filesystem::remove(out());
    EXPECT_EQ(run({"export", crashed(), id_a, out(), "--at", "2026-01-31T12:00:00+01:00"}), 0);
    EXPECT_THAT(read_file(out()), AllOf(StartsWith("SQLite format 3"), Not(earlier)));
}

TEST_F(NodeTool, WritesNothingForAMomentThatIsNotKept) {
    EXPECT_EQ(run({"export", crashed(), id_a, out(), "--at", "1970-01-01T00:00:00Z", "--json"}), 1);
    EXPECT_EQ(answered<failure>().error.code, "invalid_bookmark");
    EXPECT_FALSE(std::filesystem::exists(out()));
}

TEST_F(NodeTool, RefusesADirectoryThatANodeHolds) {
    for (const auto* command : {"verify", "log", "objects"}) {
        EXPECT_EQ(run({command, written.path(), "--json"}), 1);
        EXPECT_THAT(messages.str(),
                    HasSubstr("in use by process " + std::to_string(::getpid()) + "\n"));
        EXPECT_THAT(answers.str(), HasSubstr(R"("code":"storage_locked")"));
    }
}

TEST_F(NodeTool, TellsMisuseFromFailure) {
    EXPECT_EQ(run({}), 2);
    EXPECT_EQ(run({"nonsense"}), 2);
    EXPECT_EQ(run({"verify"}), 2);
    EXPECT_EQ(run({"objects", crashed(), "--state", "sleepy"}), 2);
    write_file(out(), "precious");
    EXPECT_EQ(run({"export", crashed(), id_a, out()}), 2);
    EXPECT_THAT(messages.str(), AllOf(StartsWith("Error: "), HasSubstr("already exists")));
    EXPECT_EQ(run({"export", crashed(), id_a, out() + "2", "--at", "yesterday"}), 2);
    EXPECT_THAT(messages.str(), HasSubstr("neither a bookmark nor a time"));
    EXPECT_EQ(run({"verify", crashed() + "/nowhere"}), 1);
    EXPECT_EQ(run({"--help"}), 0);
    EXPECT_THAT(answers.str(), HasSubstr("verify"));
}

TEST(ProgressBar, IsDrawnOverItselfWhereAPersonWatches) {
    std::ostringstream to;
    {
        cli::progress_bar bar(to, cli::progress_bar::style::bar);
        bar.show("objects", 1, 4);
        bar.show("objects", 1, 4);
    }
    EXPECT_EQ(to.str(),
              "\r[##########                              ] 25% objects\x1b[K"
              "\r\x1b[K");
}

TEST_F(NodeTool, RunsAsAProcess) {
    const auto command =
        std::string(DORMOUSE_NODE_TOOL) + " verify --json " + crashed() + " 2>/dev/null";
    std::array<char, 4096> text{};
    auto* process = ::popen(command.c_str(), "r");
    ASSERT_NE(process, nullptr);
    const auto length = std::fread(text.data(), 1, text.size(), process);
    const int status = ::pclose(process);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_TRUE(from_json<verdict>(std::string(text.data(), length)).sound);
}

}  // namespace
}  // namespace dormouse::test
