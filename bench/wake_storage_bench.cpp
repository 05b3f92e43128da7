// What waking costs the storage: opening an existing object of 32 KiB and running its first query,
// against opening a plain SQLite database of the same content, with the usual pragmas, and running
// the same query.
//
//   wake_storage/p50_us  p99_us        on a pooled connection
//   wake_storage/open_p50_us           plain SQLite
//   wake_storage/ratio_to_open         plain SQLite's median to ours
//   wake_storage/mixed_p50_us          1,000 objects filled differently and migrated twice
//   wake_storage/mixed_layouts         how many layouts those have
#include "bench/report.hpp"
#include "bench/storage_fixture.hpp"
#include "storage/disk.hpp"
#include "storage/recovery.hpp"
#include "storage/schema_layout.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <random>
#include <vector>

namespace {

using namespace dormouse;
using namespace bench;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t object_count = 1'000;
constexpr std::size_t wakes = 6'000;
constexpr const char* schema =
    "CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, email TEXT UNIQUE);"
    "CREATE TABLE posts (id INTEGER PRIMARY KEY, user TEXT, body TEXT);"
    "CREATE INDEX posts_of_user ON posts (user)";
constexpr const char* fill =
    "INSERT INTO users (id, name, email) SELECT 'u' || value, 'name ' || value, value || "
    "'@example.com' FROM "
    "(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 40) "
    "SELECT value FROM n);"
    "INSERT INTO posts (user, body) SELECT id, printf('%.*c', 100, 'x') FROM users";
constexpr const char* query = "SELECT name FROM users WHERE id = 'u7'";

double microseconds_since(clock_type::time_point begun) {
    return std::chrono::duration<double, std::micro>(clock_type::now() - begun).count();
}

void run_turn(node_fixture& fixture, object_storage& object, const char* sql) {
    auto turn = object.begin_turn();
    turn.execute(sql);
    fixture.node->when_durable(turn.commit(), [](bool) {});
}

void put_to_sleep(node_fixture& fixture, std::unique_ptr<object_storage> object) {
    std::promise<void> closed;
    fixture.node->close(std::move(object), [&] { closed.set_value(); });
    closed.get_future().wait();
}

double wake_once(node_fixture& fixture, std::size_t number) {
    static const auto slot = statement_slot::next();
    const auto key = fixture.key_of(number);
    const auto begun = clock_type::now();
    auto object = fixture.node->open(key);
    {
        auto turn = object->begin_turn();
        turn.borrow(slot, [] { return query; })->run();
        static_cast<void>(turn.commit());
    }
    const auto took = microseconds_since(begun);
    fixture.node->close_now(std::move(object));  // no other thread that must be waited for
    return took;
}

std::vector<double> wake_all(node_fixture& fixture) {
    std::vector<double> times;
    for (std::size_t i = 0; i < wakes; ++i) {
        times.push_back(wake_once(fixture, i * 7 % object_count));
    }
    return times;
}

std::vector<double> open_plain(const std::filesystem::path& directory) {
    const auto path = (directory / "plain.sqlite").string();
    {
        plain_database made(path);
        made.run("PRAGMA journal_mode=WAL");
        made.run(schema);
        made.run(fill);
    }
    std::vector<double> times;
    for (int i = 0; i < 500; ++i) {
        const auto begun = clock_type::now();
        plain_database opened(path);
        opened.run(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            "PRAGMA busy_timeout=5000; PRAGMA temp_store=MEMORY");
        opened.prepare(query);
        opened.run_prepared();
        times.push_back(microseconds_since(begun));
    }
    return times;
}

void measure_alike(report& found) {
    const scratch_directory scratch;
    node_fixture fixture(scratch.path());
    for (std::size_t i = 0; i < object_count; ++i) {
        auto object = fixture.open(i);
        run_turn(fixture, *object, schema);
        run_turn(fixture, *object, fill);
        put_to_sleep(fixture, std::move(object));
    }
    std::vector<double> medians;
    std::vector<double> tails;
    std::vector<double> plain;
    std::vector<double> ratios;
    for (int round = 0; round < 3; ++round) {
        const auto times = wake_all(fixture);
        const auto opened = median(open_plain(scratch.path()));
        std::filesystem::remove(scratch.path() / "plain.sqlite");
        medians.push_back(median(times));
        tails.push_back(quantile(times, 0.99));
        plain.push_back(opened);
        ratios.push_back(opened / medians.back());
    }
    found.add("wake_storage/p50_us", median(medians), "us");
    found.add("wake_storage/p99_us", median(tails), "us");
    found.add("wake_storage/open_p50_us", median(plain), "us");
    found.add("wake_storage/ratio_to_open", median(ratios), "");
}

std::size_t count_layouts(const std::filesystem::path& directory) {
    const auto on = make_posix_disk();
    std::vector<schema_layout> layouts;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(directory / "BenchDatabaseDO")) {
        if (!entry.is_regular_file()) {
            continue;
        }
        const auto file = on->open(entry.path().string(), open_mode::existing);
        schema_layout layout;
        const auto read = [&](page_number number, std::span<std::byte, page_size> content) {
            static_cast<void>(file->read(offset_of(number), content));
        };
        read_layout(read, layout);
        if (std::ranges::find(layouts, layout) == layouts.end()) {
            layouts.push_back(std::move(layout));
        }
    }
    return layouts.size();
}

void measure_mixed(report& found) {
    const scratch_directory scratch;
    node_fixture fixture(scratch.path());
    std::mt19937_64 random(1);
    for (std::size_t i = 0; i < object_count; ++i) {
        auto object = fixture.open(i);
        run_turn(fixture, *object, schema);
        const auto rows = std::to_string(random() % 400);
        run_turn(fixture, *object,
                 ("INSERT INTO posts (user, body) WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL "
                  "SELECT value + 1 FROM n LIMIT " +
                  rows + ") SELECT 'u' || value, printf('%.*c', value * 7 % 300, 'y') FROM n")
                     .c_str());
        run_turn(fixture, *object,
                 "ALTER TABLE users ADD COLUMN phone TEXT; "
                 "CREATE TABLE tags (id INTEGER PRIMARY KEY, tag TEXT)");
        run_turn(fixture, *object, fill);
        run_turn(fixture, *object, "CREATE INDEX users_by_phone ON users (phone)");
        put_to_sleep(fixture, std::move(object));
    }
    found.add("wake_storage/mixed_p50_us", median(wake_all(fixture)), "us");
    found.add("wake_storage/mixed_layouts", static_cast<double>(count_layouts(scratch.path())), "");
}

}  // namespace

int main(int argc, char** argv) {
    report found;
    measure_alike(found);
    measure_mixed(found);
    return found.finish(argc, argv);
}
