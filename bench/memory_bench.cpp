// What an awake object that has nothing to do costs in memory: 100,000 of them, each of which has
// been read and written and is checkpointed, so that none holds a connection.
//
//   memory/awake_bytes      of resident memory, for each
//   memory/open_files       of the process, with all of them awake
#include "bench/report.hpp"
#include "bench/storage_fixture.hpp"

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
    for (int i = 0; i < 8; ++i) {
        auto turn = filler.begin_turn();
        turn.execute(
            "CREATE TABLE IF NOT EXISTS f (v); DELETE FROM f; INSERT INTO f VALUES "
            "(randomblob(3000000))");
        fixture.node->wait_durable(turn.commit());
    }
    fixture.settle();
}

double measure(std::size_t objects) {
    const scratch_directory scratch;
    storage_options options;
    options.directory = scratch.path();
    options.segment_bytes = std::uint64_t{2} << 20;
    node_fixture fixture(std::move(options));
    for (std::size_t i = 0; i < objects; ++i) {
        create(fixture, i);
        if (i % 1'000 == 0) {
            fixture.settle();
        }
    }
    const auto filler = fixture.open(objects);
    checkpoint_all(fixture, *filler);
    const auto before = resident_bytes();
    std::vector<std::unique_ptr<object_storage>> awake;
    awake.reserve(objects);
    for (std::size_t i = 0; i < objects; ++i) {
        awake.push_back(fixture.open(i));
        use(*awake.back());
        if (i % 1'000 == 0) {
            checkpoint_all(fixture, *filler);
        }
    }
    checkpoint_all(fixture, *filler);
    const auto after = resident_bytes();
    std::printf("open files: %zu\n", open_files());
    return (static_cast<double>(after) - static_cast<double>(before)) /
           static_cast<double>(objects);
}

}  // namespace

int main(int argc, char** argv) {
    report found;
    std::vector<double> each;
    for (std::size_t i = 0; i < rounds; ++i) {
        each.push_back(measure(object_count));
    }
    found.add("memory/awake_bytes", median(each), "B");
    return found.finish(argc, argv);
}
