// Many objects on one node: how fast they are made, what each takes on disk, and how long waking
// one of them takes.
//
//   million_bench [--objects N]      1,000,000 unless told
//
//   million/created_per_s  bytes_per_object  wake_p50_us  wake_p99_us
#include "bench/report.hpp"
#include "bench/storage_fixture.hpp"

#include <sys/statvfs.h>

#include <chrono>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace dormouse;
using namespace bench;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t wakes = 20'000;
constexpr std::size_t at_once = 10'000;

std::size_t objects_wanted(int argc, char** argv) {
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::string_view(argv[i]) == "--objects") {
            return std::stoull(argv[i + 1]);
        }
    }
    return 1'000'000;
}

double bytes_free(const std::filesystem::path& directory) {
    struct statvfs status {};
    ::statvfs(directory.c_str(), &status);
    return static_cast<double>(status.f_bfree) * static_cast<double>(status.f_frsize);
}

void create(node_fixture& fixture, std::size_t number) {
    auto object = fixture.open(number);
    auto turn = object->begin_turn();
    turn.execute(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);"
        "INSERT INTO users (name) VALUES ('somebody')");
    static_cast<void>(turn.commit());
    fixture.node->close(std::move(object), [] {});
}

double wake(node_fixture& fixture, std::size_t number) {
    static const auto slot = statement_slot::next();
    const auto begun = clock_type::now();
    auto object = fixture.open(number);
    {
        auto turn = object->begin_turn();
        turn.borrow(slot, [] { return "SELECT name FROM users WHERE id = 1"; })->run();
        static_cast<void>(turn.commit());
    }
    const auto took = std::chrono::duration<double, std::micro>(clock_type::now() - begun).count();
    fixture.node->close(std::move(object), [] {});
    return took;
}

}  // namespace

int main(int argc, char** argv) {
    const auto objects = objects_wanted(argc, argv);
    const scratch_directory scratch;
    report found;
    const auto free_before = bytes_free(scratch.path());
    node_fixture fixture(scratch.path());
    const auto begun = clock_type::now();
    for (std::size_t i = 0; i < objects; ++i) {
        create(fixture, i);
        if (i % at_once == 0) {
            fixture.settle();
        }
    }
    fixture.settle();
    const std::chrono::duration<double> took = clock_type::now() - begun;
    const auto free_after = bytes_free(scratch.path());
    std::mt19937_64 random(1);
    std::vector<double> times;
    for (std::size_t i = 0; i < wakes; ++i) {
        times.push_back(wake(fixture, random() % objects));
        if (i % 100 == 0) {
            fixture.settle();
        }
    }
    found.add("million/objects", static_cast<double>(objects), "");
    found.add("million/created_per_s", static_cast<double>(objects) / took.count(), "1/s");
    found.add("million/bytes_per_object", (free_before - free_after) / static_cast<double>(objects),
              "B");
    found.add("million/wake_p50_us", median(times), "us");
    found.add("million/wake_p99_us", quantile(times, 0.99), "us");
    return found.finish(argc, argv);
}
