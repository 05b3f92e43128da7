// How long it takes to go back in time, and to come back from a crash.
//
//   restore/100kB_ms            an object of 100 kB, back by 100 commits
//   restore/100MB_ms            an object of 100 MB, back by 100 commits
//   restore/100MB_copy_ms       copying its file, and syncing the copy
//   restore/100MB_ratio         of the two
//   recovery/records_per_s      small commits of 1,000 objects redone when the node opens
#include "bench/report.hpp"
#include "bench/storage_fixture.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace {

using namespace dormouse;
using namespace bench;
using clock_type = std::chrono::steady_clock;

constexpr int rounds = 3;
constexpr std::size_t commits_back = 100;
constexpr std::size_t records = 100'000;
constexpr std::size_t recovered_objects = 1'000;

double milliseconds_since(clock_type::time_point begun) {
    return std::chrono::duration<double, std::milli>(clock_type::now() - begun).count();
}

ticket run_turn(object_storage& object, const std::string& sql) {
    auto turn = object.begin_turn();
    turn.execute(sql);
    return turn.commit();
}

/// Fills an object to `bytes`, and changes it a little many times; answers the moment between.
bookmark grow(node_fixture& fixture, object_storage& object, std::size_t bytes) {
    static_cast<void>(run_turn(object, "CREATE TABLE t (id INTEGER PRIMARY KEY, bytes BLOB)"));
    constexpr std::size_t step = std::size_t{10} << 20;
    for (std::size_t done = 0; done < bytes; done += step) {
        const auto rows = std::to_string(std::min(step, bytes - done) / 1'000);
        fixture.node->wait_durable(run_turn(
            object, "WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n LIMIT " + rows +
                        ") INSERT INTO t (bytes) SELECT randomblob(900) FROM n"));
    }
    auto turn = object.begin_turn();
    const auto mark = turn.current_bookmark();
    fixture.node->wait_durable(turn.commit());
    for (std::size_t i = 0; i < commits_back; ++i) {
        fixture.node->wait_durable(run_turn(
            object, "UPDATE t SET bytes = randomblob(900) WHERE id = " + std::to_string(1 + i)));
    }
    return mark;
}

double copy_and_sync(const std::filesystem::path& from, const std::filesystem::path& to) {
    const auto begun = clock_type::now();
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
    const int file = ::open(to.c_str(), O_RDWR);
    ::fdatasync(file);
    ::close(file);
    const auto took = milliseconds_since(begun);
    std::filesystem::remove(to);
    return took;
}

struct restored {
    double milliseconds = 0;
    double copy_milliseconds = 0;
};

restored measure_restore(const std::filesystem::path& directory, std::size_t bytes) {
    node_fixture fixture(directory);
    auto object = fixture.open(1);
    const auto mark = grow(fixture, *object, bytes);
    fixture.node->close(std::move(object), [] {});
    fixture.settle();
    const object_key key{"BenchDatabaseDO", object_id_of(1), {}};
    const auto file = directory / key.class_name / key.id.substr(0, 2) / (key.id + ".sqlite");
    std::vector<double> copies;
    std::vector<double> restores;
    for (int i = 0; i < rounds; ++i) {
        copies.push_back(copy_and_sync(file, directory / "copy"));
        const auto begun = clock_type::now();
        static_cast<void>(fixture.node->restore(key, mark));
        restores.push_back(milliseconds_since(begun));
    }
    return {median(restores), median(copies)};
}

/// Commits without ever checkpointing, and dies.
void write_and_die(const std::filesystem::path& directory) {
    storage_options options;
    options.directory = directory;
    options.segment_bytes = std::uint64_t{4} << 30;
    options.free_bytes_min = 0;
    options.checkpoint_pages = 1'000'000;
    options.overlay_bytes_max = std::size_t{8} << 30;
    node_fixture fixture(std::move(options));
    std::vector<std::unique_ptr<object_storage>> objects;
    for (std::size_t i = 0; i < recovered_objects; ++i) {
        objects.push_back(fixture.open(i));
        static_cast<void>(run_turn(*objects.back(), "CREATE TABLE t (v)"));
    }
    ticket last;
    for (std::size_t i = 0; i < records; ++i) {
        last = run_turn(*objects[i % objects.size()], "INSERT INTO t VALUES (zeroblob(100))");
        if (i % 1'000 == 0) {
            fixture.node->wait_durable(last);
        }
    }
    fixture.node->wait_durable(last);
    std::_Exit(0);
}

double measure_recovery(const std::filesystem::path& directory) {
    if (const auto child = ::fork(); child == 0) {
        write_and_die(directory);
    } else {
        int status = 0;
        ::waitpid(child, &status, 0);
    }
    const auto begun = clock_type::now();
    const node_fixture fixture(directory);
    return static_cast<double>(records) / milliseconds_since(begun) * 1'000;
}

}  // namespace

int main(int argc, char** argv) {
    report found;
    // The directories go together at the end: file systems avoid what was removed a moment ago, and
    // take long to make files then.
    const scratch_directory scratch;
    std::vector<double> recoveries;
    for (int i = 0; i < rounds; ++i) {
        recoveries.push_back(measure_recovery(scratch.path() / std::to_string(i)));
    }
    found.add("restore/100kB_ms", measure_restore(scratch.path() / "small", 100'000).milliseconds,
              "ms");
    const auto large = measure_restore(scratch.path() / "large", 100'000'000);
    found.add("restore/100MB_ms", large.milliseconds, "ms");
    found.add("restore/100MB_copy_ms", large.copy_milliseconds, "ms");
    found.add("restore/100MB_ratio", large.milliseconds / large.copy_milliseconds, "");
    found.add("recovery/records_per_s", median(recoveries), "1/s");
    return found.finish(argc, argv);
}
