#include "tests/cli/tool_fixture.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/json.hpp>

#include <csignal>
#include <cstdlib>
#include <ostream>
#include <utility>

namespace dormouse::test {

struct rehearsed_cause {
    std::string cause;
    std::uint64_t objects;
    std::string example;
};
struct rehearsed_one {
    std::string database;
    std::uint64_t rehearsed;
    std::uint64_t failed;
    std::vector<rehearsed_cause> failures;
};
struct rehearsed_all {
    bool good;
    std::vector<rehearsed_one> databases;
};

namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::array unique_names{
    migration_file{"20260101_unique", "CREATE UNIQUE INDEX users_name ON users (name)"}};

class RehearseCommand : public DatabaseTool {
protected:
    RehearseCommand() {
        program_.databases = entries_;
        write_objects();
    }

    void write_objects() {
        queued_background background;
        storage_options options;
        options.directory = in("data");
        options.segment_bytes = std::uint64_t{64} * 1024;
        storage_node node(std::move(options), background);
        for (const char digit : {'a', 'b', 'c'}) {
            auto object = node.open(
                {first_main.class_name(), std::string(64, digit), std::string("tenant ") + digit});
            auto turn = object->begin_turn();
            turn.execute("CREATE TABLE users (name); INSERT INTO users VALUES ('x')");
            turn.execute(digit == 'c' ? "INSERT INTO users VALUES ('x')" : "");
            static_cast<void>(turn.commit());
            node.close(std::move(object), [] {});
            background.run_all();
        }
    }

private:
    std::array<database_entry, 1> entries_{database_entry{&first_main, "main", unique_names}};
};

TEST_F(RehearseCommand, SaysWhatWouldFail) {
    const auto answer = run({"rehearse"});

    EXPECT_EQ(answer.code, 1);
    EXPECT_THAT(answer.out, StartsWith("✗ main: 3 of 3 object(s) rehearsed, 2 migrated, 1 failed, "
                                       "0 row(s) touched\n  Time per object: p50 "));
    EXPECT_THAT(answer.err, HasSubstr("1 object(s), tenant c for one: "));
    EXPECT_THAT(answer.err, HasSubstr("UNIQUE constraint failed: users.name"));
}

TEST_F(RehearseCommand, AnswersInJson) {
    const auto answer = run({"rehearse", "--json", "--data", in("data").c_str()});

    const auto told = from_json<rehearsed_all>(answer.out);
    EXPECT_EQ(answer.code, 1);
    EXPECT_FALSE(told.good);
    ASSERT_EQ(told.databases.size(), 1U);
    EXPECT_EQ(told.databases[0].rehearsed, 3U);
    EXPECT_EQ(told.databases[0].failures.at(0).example, "tenant c");
}

TEST_F(RehearseCommand, EndsWellWhenNothingFails) {
    const auto answer = run({"rehearse", "--sample", "1"});

    EXPECT_EQ(answer.code, 0);
    EXPECT_THAT(answer.out, StartsWith("✓ main: 1 of 3 object(s) rehearsed, 1 migrated"));
    EXPECT_EQ(answer.err, "");
}

TEST_F(RehearseCommand, RefusesWhatItCannotDo) {
    EXPECT_THAT(run({"rehearse", "--database", "other"}).err,
                HasSubstr("there is no database 'other'. Databases of this program: main"));
    EXPECT_THAT(run({"rehearse", "--at", "yesterday"}).err,
                HasSubstr("'yesterday' is no time such as"));
    EXPECT_THAT(run({"rehearse", "--data", "/nowhere"}).err, StartsWith("Error: "));
    EXPECT_EQ(run({"rehearse", "--sample", "0"}).err,
              "Error: --sample: '0' is no number of objects, which is 1 or more\n");
    EXPECT_EQ(run({"rehearse", "--sample", "-3"}).code, 1);
    EXPECT_THAT(run({"rehearse", "--at", "9999-01-01T00:00:00Z"}).err,
                HasSubstr("lies in the future"));
}

TEST_F(RehearseCommand, FailsWhenNothingWasRehearsed) {
    const auto answer = run({"rehearse", "--at", "2001-01-01T00:00:00Z"});

    EXPECT_EQ(answer.code, 1);
    EXPECT_EQ(answer.out,
              "✗ main: 0 of 3 object(s) rehearsed, 0 migrated, 0 failed, 0 row(s) touched\n"
              "  3 object(s) left out: that time is not kept of them\n");
    EXPECT_THAT(answer.err, HasSubstr("✗ nothing was rehearsed"));
}

/// Ends the process, as Ctrl-C does, with the first character it is given.
class ending_output : public std::stringbuf {
protected:
    std::streamsize xsputn(const char* text, std::streamsize size) override {
        if (!std::exchange(raised_, true)) {
            std::raise(SIGINT);
        }
        return std::stringbuf::xsputn(text, size);
    }

private:
    bool raised_ = false;
};

TEST_F(RehearseCommand, LeavesNoCopyBehindWhenItIsInterrupted) {
    std::filesystem::create_directories(in("tmp"));
    const char* const before = std::getenv("TMPDIR");
    const std::string kept = before == nullptr ? "/tmp" : before;
    ::setenv("TMPDIR", in("tmp").c_str(), 1);
    for (const char* command : {"rehearse", "plan"}) {
        ending_output progress;
        std::ostringstream out;
        std::ostream err(&progress);
        const std::array words{"shop-db", command};

        const auto code = cli::run_database_commands(
            words, program_, {.answers = &out, .messages = &err, .interactive = true});

        EXPECT_EQ(code, 1) << command;
        EXPECT_THAT(progress.str(), HasSubstr("Error: interrupted\n")) << command;
        EXPECT_THAT(files_in("tmp"), testing::IsEmpty()) << command;
    }
    ::setenv("TMPDIR", kept.c_str(), 1);
}

}  // namespace
}  // namespace dormouse::test
