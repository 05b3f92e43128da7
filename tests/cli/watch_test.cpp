// `watch`: the cycle step by step, and the command with a build and a server that are scripts.
#include "cli/child_process.hpp"
#include "cli/watch_cycle.hpp"
#include "cli/watched_sources.hpp"
#include "tests/cli/tool_fixture.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <utility>

namespace dormouse::test {
namespace {

using namespace std::chrono_literals;
using cli::child_output;
using cli::child_process;
using cli::watch_action;
using cli::watch_cycle;
using cli::watched_sources;
using testing::HasSubstr;

class WatchCycle : public testing::Test {
protected:
    [[nodiscard]] watch_action after(std::chrono::milliseconds span) {
        now_ += span;
        return cycle_.next(now_);
    }
    /// The first build and start are behind us.
    void begin() {
        (void)after(0ms);
        cycle_.note_built();
        (void)after(0ms);
    }

    watch_cycle cycle_{100ms};
    watch_cycle::time_point now_{1h};
};

TEST_F(WatchCycle, BuildsAtOnceAndStartsWhatItHasBuilt) {
    EXPECT_EQ(after(0ms), watch_action::build);
    EXPECT_EQ(after(1s), watch_action::wait);

    cycle_.note_built();

    EXPECT_EQ(after(0ms), watch_action::restart);
    EXPECT_EQ(after(1s), watch_action::wait);
}

TEST_F(WatchCycle, WaitsUntilNothingChangesAnyMore) {
    begin();
    cycle_.note_change(now_);
    EXPECT_EQ(after(99ms), watch_action::wait);
    cycle_.note_change(now_);

    EXPECT_EQ(after(99ms), watch_action::wait);
    EXPECT_EQ(after(1ms), watch_action::build);
}

TEST_F(WatchCycle, StartsNothingAfterABuildThatFailed) {
    begin();
    cycle_.note_change(now_);
    EXPECT_EQ(after(100ms), watch_action::build);

    cycle_.note_build_failed();
    EXPECT_EQ(after(1h), watch_action::wait);

    cycle_.note_change(now_);
    EXPECT_EQ(after(100ms), watch_action::build);
}

TEST_F(WatchCycle, BuildsAgainWhenSomethingChangesUnderABuild) {
    begin();
    cycle_.note_change(now_);
    EXPECT_EQ(after(100ms), watch_action::build);
    cycle_.note_change(now_);
    EXPECT_EQ(after(1s), watch_action::wait);

    cycle_.note_built();

    EXPECT_EQ(after(0ms), watch_action::build) << "what was built is outdated";
    cycle_.note_built();
    EXPECT_EQ(after(0ms), watch_action::restart);
}

class WatchedSources : public DatabaseTool {
protected:
    WatchedSources() { write("src/databases/main.hpp", "one"); }
};

TEST_F(WatchedSources, SeeWhatChangesComesAndGoes) {
    watched_sources sources(program_, {in("more")});
    EXPECT_FALSE(sources.changed());

    for (const auto* file : {"src/databases/main.hpp", "src/routes.cpp", "src/deep/down/new.hpp",
                             "migrations/main/1.sql", "CMakeLists.txt", "more/x"}) {
        write(file, "another");
        EXPECT_TRUE(sources.changed()) << file;
        EXPECT_FALSE(sources.changed()) << file;
    }
    std::filesystem::remove(in("src/routes.cpp"));
    EXPECT_TRUE(sources.changed());
}

TEST_F(WatchedSources, LeaveOutWhatIsNoSource) {
    watched_sources sources(program_, {});

    for (const auto* file :
         {"src/.main.hpp.swp", "src/.git/index", "src/main.hpp~", "build/x", "data/x"}) {
        write(file, "x");
        EXPECT_FALSE(sources.changed()) << file;
    }
}

TEST(ChildProcess, TellsHowItEnded) {
    const auto code_of = [](std::vector<std::string> command) {
        child_process child(command, child_output::answers);
        auto code = child.ended();
        while (!code) {
            code = child.ended();
        }
        return *code;
    };
    EXPECT_EQ(code_of({"sh", "-c", "exit 3"}), 3);
    EXPECT_EQ(code_of({"/no/such/program"}), 127);
    EXPECT_EQ(code_of({"sh", "-c", "kill -KILL $$"}), 137);
}

/// The end of a pipe that is read line by line.
class lines_from {
public:
    explicit lines_from(int descriptor) : descriptor_(descriptor) {}
    lines_from(const lines_from&) = delete;
    lines_from& operator=(const lines_from&) = delete;
    ~lines_from() { ::close(descriptor_); }

    /// The next line; "nothing" when none comes.
    std::string next() {
        constexpr int patience_ms = 60'000;
        std::string line;
        for (char c = 0;;) {
            pollfd ready{descriptor_, POLLIN, 0};
            if (::poll(&ready, 1, patience_ms) != 1 || ::read(descriptor_, &c, 1) != 1) {
                return "nothing";
            }
            if (c == '\n') {
                return line;
            }
            line += c;
        }
    }
    /// The next line that has `part` in it.
    std::string next_with(std::string_view part) {
        auto line = next();
        while (line != "nothing" && line.find(part) == std::string::npos) {
            line = next();
        }
        return line;
    }

private:
    int descriptor_;
};

class WatchCommand : public DatabaseTool {
protected:
    WatchCommand() {
        write("src/databases/main.hpp", "one");
        write("build.sh",
              "if grep -q broken src/databases/main.hpp; then echo 'it is broken'; exit 3; fi\n"
              "cp src/databases/main.hpp built\n");
        write("server.sh",
              "trap 'echo down > events; exit 0' TERM\n"
              "echo \"up $(cat built) $1 $DORMOUSE_MODE $DORMOUSE_CACHE $$\" > events\n"
              "while :; do sleep 1000 & wait $!; done\n");
        ::mkfifo(in("events").c_str(), 0600);
        events_ = std::make_unique<lines_from>(::open(in("events").c_str(), O_RDWR));
    }
    ~WatchCommand() override {
        if (tool_ > 0) {
            (void)end(SIGTERM);
        }
    }

    /// The tool as a process of its own.
    void start(std::vector<const char*> words) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        words.insert(words.begin(), "shop-db");
        std::fflush(nullptr);  // else the tool would print what is still buffered here, too
        tool_ = ::fork();
        if (tool_ == 0) {
            ::dup2(ends[1], STDOUT_FILENO);
            ::dup2(ends[1], STDERR_FILENO);
            ::unsetenv("DORMOUSE_MODE");
            ::unsetenv("DORMOUSE_CACHE");
            std::filesystem::current_path(in("."));
            ::_exit(cli::run_database_commands(words, program_,
                                               {.answers = &std::cout, .messages = &std::cerr}));
        }
        ::close(ends[1]);
        messages_ = std::make_unique<lines_from>(ends[0]);
    }
    /// Answers the tool's exit code.
    int end(int signal) {
        ::kill(tool_, signal);
        int status = 0;
        ::waitpid(std::exchange(tool_, 0), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    std::unique_ptr<lines_from> events_;
    std::unique_ptr<lines_from> messages_;

private:
    int tool_ = 0;
};

TEST_F(WatchCommand, StartsWhatItBuildsAgainAtEveryChange) {
    start({"watch", "--build", "sh build.sh", "--", "sh", "server.sh", "--port"});
    EXPECT_THAT(events_->next(),
                HasSubstr("up one --port development " + in(".dormouse").string() + " "));

    write("src/databases/main.hpp", "second");

    EXPECT_EQ(events_->next(), "down");
    EXPECT_THAT(events_->next(), HasSubstr("up second --port"));
    EXPECT_EQ(end(SIGTERM), 0);
}

TEST_F(WatchCommand, PushesBeforeTheFirstStartWhenTheCacheIsGone) {
    compile(first_main);
    start({"watch", "--build", "sh build.sh", "--", "sh", "server.sh"});
    EXPECT_THAT(messages_->next_with("pushed"), HasSubstr("pushed main: dev_"));
    (void)events_->next();
    EXPECT_EQ(end(SIGTERM), 0);

    start({"watch", "--build", "sh build.sh", "--", "sh", "server.sh"});
    EXPECT_THAT(messages_->next(), HasSubstr("building")) << "once is enough";
}

TEST_F(WatchCommand, LetsTheServerGoOnWhenABuildFails) {
    start({"watch", "--build", "sh build.sh", "--", "sh", "server.sh"});
    const auto up = events_->next();
    const auto server = std::stoi(up.substr(up.rfind(' ') + 1));

    write("src/databases/main.hpp", "broken");

    EXPECT_EQ(messages_->next_with("broken"), "it is broken");
    EXPECT_EQ(messages_->next(), "✗ build failed with code 3: the server goes on as it was");
    EXPECT_EQ(::kill(server, 0), 0) << "it runs";
    write("src/databases/main.hpp", "mended");
    EXPECT_EQ(events_->next(), "down");
    EXPECT_THAT(events_->next(), HasSubstr("up mended"));
}

TEST_F(WatchCommand, EndsTheServerWithItself) {
    start({"watch", "--build", "sh build.sh", "--", "sh", "server.sh"});
    (void)events_->next();

    EXPECT_EQ(end(SIGINT), 0);

    EXPECT_EQ(events_->next(), "down");
}

TEST_F(WatchCommand, TellsOfAServerThatEndedByItself) {
    start({"watch", "--json", "--build", "sh build.sh", "--", "sh", "-c", "exit 7"});

    EXPECT_EQ(messages_->next(),
              R"({"event":"building","database":null,"code":null,"text":"sh build.sh"})");
    EXPECT_EQ(messages_->next(), R"({"event":"started","database":null,"code":null,"text":"sh"})");
    EXPECT_THAT(messages_->next(),
                HasSubstr(R"({"event":"server ended","database":null,"code":7,"text":")"));
}

TEST_F(WatchCommand, TellsInJsonWhatItPushedAndWhyNot) {
    compile(first_main);
    start({"watch", "--json", "--build", "sh build.sh", "--", "sh", "server.sh"});
    EXPECT_THAT(messages_->next_with("pushed"),
                HasSubstr(R"({"event":"pushed","database":"main","code":null,"text":"dev_)"));
    (void)events_->next();
    EXPECT_EQ(end(SIGTERM), 0);
    compile(broken_main);
    std::filesystem::remove_all(in(".dormouse"));

    start({"watch", "--json", "--build", "sh build.sh", "--", "sh", "server.sh"});

    EXPECT_THAT(
        messages_->next_with("pushed"),
        HasSubstr(R"({"event":"nothing pushed","database":null,"code":1,"text":"[db] Could)"));
}

TEST_F(WatchCommand, SaysThatThereIsNoSuchProgram) {
    start({"watch", "--build", "sh build.sh", "--", "no-such-program"});

    EXPECT_EQ(messages_->next_with("No such"), "no-such-program: No such file or directory");
}

TEST_F(WatchCommand, LooksAtNoFolderThatIsMisspelt) {
    EXPECT_THAT(run({"watch", "--build", "true", "--folder", in("srcc").c_str(), "--", "true"}).err,
                HasSubstr("--folder: Directory does not exist: "));
}

TEST_F(WatchCommand, StartsTheProgramThatTheBuildKnows) {
    program_.build.server_command = "sh build.sh; chmod +x program; true";
    program_.build.server = "./program";
    write("program", "#!/bin/sh\nexec sh server.sh known\n");

    start({"watch"});

    EXPECT_THAT(events_->next(), HasSubstr("up one known"));
}

TEST_F(WatchCommand, RefusesWhenItDoesNotKnowWhatToStart) {
    const auto answer = run({"watch"});

    EXPECT_EQ(answer.code, 1);
    EXPECT_THAT(answer.err, HasSubstr("watch --build COMMAND -- PROGRAM ARGUMENTS..."));
}

}  // namespace
}  // namespace dormouse::test
