// What an awake object that has nothing to do costs in memory: 100,000 of them, each of which has
// been read and written and is checkpointed, so that none holds a connection.
//
//   memory/awake_bytes      of resident memory, for each
//   memory/open_files       of the process, with all of them awake
#include "bench/report.hpp"
#include "bench/storage_fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace dormouse;
using namespace bench;

constexpr std::size_t object_count = 100'000;
constexpr std::size_t rounds = 3;

struct measured {
    double bytes = 0;
    double open_files = 0;
};

std::size_t resident_bytes() {
    std::ifstream status("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    status >> total >> resident;
    return resident * 4096;
}

std::size_t open_files() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

void create(node_fixture& fixture, std::size_t number) {
    auto object = fixture.open(number);
    auto turn = object->begin_turn();
    turn.execute(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);"
        "INSERT INTO users (name) VALUES ('somebody')");
    static_cast<void>(turn.commit(flush_request::on_wait));
    fixture.node->close(std::move(object), [] {});
}

/// One turn that reads and writes.
void use(object_storage& object) {
    static const auto read = statement_slot::next();
    static const auto write = statement_slot::next();
    auto turn = object.begin_turn();
    turn.borrow(read, [] { return "SELECT name FROM users"; })->run();
    turn.borrow(write, [] { return "UPDATE users SET name = 'somebody else'"; })->run();
    static_cast<void>(turn.commit(flush_request::on_wait));
}

/// Fills segments of the log until their end has brought every file up to date.
void checkpoint_all(node_fixture& fixture, object_storage& filler) {
    for (int i = 0; i < 3; ++i) {
        auto turn = filler.begin_turn();
        turn.execute(
            "CREATE TABLE IF NOT EXISTS f (v); DELETE FROM f; INSERT INTO f VALUES "
            "(randomblob(3000000))");
        fixture.node->wait_durable(turn.commit());
        fixture.settle();
    }
}

storage_options options_of(const std::filesystem::path& directory) {
    storage_options options;
    options.directory = directory;
    options.segment_bytes = std::uint64_t{2} << 20;
    return options;
}

void create_all(const std::filesystem::path& directory) {
    node_fixture fixture(options_of(directory));
    for (std::size_t i = 0; i < object_count; ++i) {
        create(fixture, i);
        if (i % 1'000 == 0) {
            fixture.settle();
        }
    }
}

/// In a process of its own, whose memory has seen nothing else.
measured wake_all(const std::filesystem::path& directory) {
    node_fixture fixture(options_of(directory));
    const auto filler = fixture.open(object_count);
    std::vector<std::unique_ptr<object_storage>> awake;
    awake.reserve(object_count);
    const auto wake_up_to = [&](std::size_t count) {
        while (awake.size() < count) {
            awake.push_back(fixture.open(awake.size()));
            use(*awake.back());
            if (awake.size() % 20'000 == 0) {
                checkpoint_all(fixture, *filler);
            }
        }
        checkpoint_all(fixture, *filler);
    };
    // The pool's connections, which are as many however many objects there are, are made by then.
    constexpr std::size_t first_objects = 1'000;
    wake_up_to(first_objects);
    const auto before = static_cast<double>(resident_bytes());
    wake_up_to(object_count);
    const auto bytes = static_cast<double>(resident_bytes()) - before;
    return {bytes / static_cast<double>(object_count - first_objects),
            static_cast<double>(open_files())};
}

measured wake_all_apart(const std::filesystem::path& directory) {
    std::array<int, 2> answer{};
    measured found;
    if (::pipe(answer.data()) != 0) {
        std::abort();
    }
    if (::fork() == 0) {
        found = wake_all(directory);
        const auto written = ::write(answer[1], &found, sizeof found);
        std::_Exit(written == sizeof found ? 0 : 1);
    }
    if (::read(answer[0], &found, sizeof found) != sizeof found) {
        std::abort();
    }
    int status = 0;
    ::wait(&status);
    return found;
}

}  // namespace

int main(int argc, char** argv) {
    const scratch_directory scratch;
    create_all(scratch.path());
    std::vector<double> bytes;
    std::vector<double> files;
    for (std::size_t i = 0; i < rounds; ++i) {
        const auto found = wake_all_apart(scratch.path());
        bytes.push_back(found.bytes);
        files.push_back(found.open_files);
    }
    report found;
    found.add("memory/awake_bytes", median(bytes), "B");
    found.add("memory/open_files", median(files), "");
    return found.finish(argc, argv);
}
