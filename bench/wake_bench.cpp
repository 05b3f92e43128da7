// What it costs to call an object that sleeps: one whole action inside the process, from the call
// to its answer, which selects a row. The caller runs on the runtime's only loop, so no thread is
// woken for a call that writes nothing.
//
//   wake/0_pending/p50_us p99_us        nothing to migrate, 10 migrations applied
//   wake/applied_N/p50_us               the same with N applied
//   wake/flatness                       100 applied to 1 applied
//   wake/pending_N_KIND/p50_us p99_us   N migrations to run first, each durable before the answer
//   wake/fresh_10/p50_us p99_us         a new object on which 10 migrations run
//   wake/size_S/p50_us                  nothing to migrate, a database of that size
//   wake/failing/p50_us                 a migration that fails, and is undone
//   wake/awake/p50_us                   the same call of an object that is awake
//   wake/version_check/ratio            opening with the look at the version to opening without
#include "bench/report.hpp"
#include "bench/storage_fixture.hpp"
#include "migrations/runner.hpp"

#include <dormouse/query.hpp>
#include <dormouse/runtime.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace dormouse;
using namespace bench;
using clock_type = std::chrono::steady_clock;

struct user {
    std::string id;
    std::string name;
};
inline constexpr auto users = table<user>("users").primary_key(&user::id);
constinit const database main_db{{.name = "main", .tables = schema<users>}};

struct no_args {};
const action<no_args, std::int64_t> get_user{
    main_db, "getUser", [](db& database, const no_args&) -> std::int64_t {
        const auto found = database.select_from<users>().where(col<&user::id> == "u7").find_one();
        return found ? 1 : 0;
    }};

constexpr int objects = 200;
constexpr int rounds = 5;

/// A list of migrations that owns its texts.
class script {
public:
    explicit script(std::size_t filler_rows = 40) {
        add("CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT); CREATE TABLE filler (bytes);"
            "INSERT INTO users VALUES ('u7', 'Seven');"
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT " +
            std::to_string(filler_rows) + ") INSERT INTO filler SELECT randomblob(100) FROM n");
    }
    script& add(std::string sql) {
        texts_.push_back({digits(texts_.size()), std::move(sql)});
        return *this;
    }
    /// One in four changes the schema, the others data.
    script& add_mixed(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto number = std::to_string(texts_.size());
            add(i % 4 == 0 ? "ALTER TABLE filler ADD COLUMN c" + number
                           : "UPDATE users SET name = 'Seven " + number + "'");
        }
        return *this;
    }
    [[nodiscard]] std::vector<migration_file> files() const {
        std::vector<migration_file> list;
        for (const auto& [name, sql] : texts_) {
            list.push_back({name, sql});
        }
        return list;
    }

private:
    static std::string digits(std::size_t number) {
        const auto text = std::to_string(number);
        return "m" + std::string(6 - text.size(), '0') + text;
    }
    std::vector<std::pair<std::string, std::string>> texts_;
};

/// A runtime with one loop and one thread, on which calls are timed one after the other.
class timed_runtime {
public:
    timed_runtime(const std::filesystem::path& directory, script migrations)
        : migrations_(std::move(migrations)),
          files_(migrations_.files()),
          entries_{database_entry{&main_db, "main", files_}},
          runtime_({.databases = entries_,
                    .directory = directory,
                    .is_default = false,
                    .threads_per_loop = 1,
                    .idle_timeout = std::chrono::milliseconds(1)}) {}

    /// The times of one call of each object, all of which sleep; failures count as answers.
    std::vector<double> call_each() {
        wait_until_asleep();
        return asio::co_spawn(runtime_.executor(), time_calls(), asio::use_future).get();
    }
    std::vector<double> call_awake() {
        return asio::co_spawn(runtime_.executor(), time_awake(), asio::use_future).get();
    }

private:
    void wait_until_asleep() {
        while (runtime_.awake_objects() > 0) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    static double since(clock_type::time_point begun) {
        return std::chrono::duration<double, std::micro>(clock_type::now() - begun).count();
    }
    awaitable<std::vector<double>> time_calls() {
        std::vector<double> times;
        for (int i = 0; i < objects; ++i) {
            const auto called = get_user.on(runtime_, "object " + std::to_string(i));
            const auto begun = clock_type::now();
            try {
                static_cast<void>(co_await called({}));
            } catch (const error&) {
                ++failures_;
            }
            times.push_back(since(begun));
        }
        co_return times;
    }
    awaitable<std::vector<double>> time_awake() {
        std::vector<double> times;
        const auto called = get_user.on(runtime_, "object 0");
        for (int i = 0; i < objects * rounds; ++i) {
            const auto begun = clock_type::now();
            static_cast<void>(co_await called({}));
            times.push_back(since(begun));
        }
        co_return times;
    }

    script migrations_;
    std::vector<migration_file> files_;
    std::vector<database_entry> entries_;
    runtime runtime_;
    int failures_ = 0;
};

struct times {
    double p50;
    double p99;
};

times summarize(const std::vector<double>& all) {
    return {median(all), quantile(all, 0.99)};
}

/// Objects that have nothing to run, called in several rounds.
times wake_current(const script& migrations) {
    const scratch_directory scratch;
    timed_runtime runtime(scratch.path(), migrations);
    static_cast<void>(runtime.call_each());
    std::vector<double> all;
    for (int round = 0; round < rounds; ++round) {
        const auto some = runtime.call_each();
        all.insert(all.end(), some.begin(), some.end());
    }
    return summarize(all);
}

/// Objects that know `before` and are called by a program that has `after`.
times wake_pending(const script& before, const script& after) {
    const scratch_directory scratch;
    static_cast<void>(timed_runtime(scratch.path(), before).call_each());
    return summarize(timed_runtime(scratch.path(), after).call_each());
}

times wake_fresh(const script& migrations) {
    const scratch_directory scratch;
    return summarize(timed_runtime(scratch.path(), migrations).call_each());
}

times call_awake() {
    const scratch_directory scratch;
    timed_runtime runtime(scratch.path(), script());
    return summarize(runtime.call_awake());
}

/// The median time to open an object of the storage and run its first query; `list`: after a look
/// whether its migrations are current.
double open_object(node_fixture& fixture, const migration_list* list) {
    static const auto slot = statement_slot::next();
    std::vector<double> all;
    for (int i = 0; i < objects * rounds; ++i) {
        const auto begun = clock_type::now();
        auto object = fixture.open(static_cast<std::size_t>(i % objects));
        if (list != nullptr) {
            static_cast<void>(apply_migrations(*object, *list, [] { return timestamp(); }));
        }
        auto turn = object->begin_turn();
        turn.borrow(slot, [] { return "SELECT name FROM users WHERE id = 'u7'"; })->run();
        static_cast<void>(turn.commit());
        all.push_back(std::chrono::duration<double, std::micro>(clock_type::now() - begun).count());
        fixture.node->close(std::move(object), [] {});
        fixture.settle();
    }
    return median(all);
}

double version_check_ratio() {
    const scratch_directory scratch;
    node_fixture fixture(scratch.path());
    const auto migrations = script().add_mixed(9);
    const auto files = migrations.files();
    const migration_list list(files);
    static_cast<void>(open_object(fixture, &list));  // makes them
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        const auto bare = open_object(fixture, nullptr);
        ratios.push_back(open_object(fixture, &list) / bare);
    }
    return median(ratios);
}

void measure_current(report& found) {
    double one = 0;
    for (const std::size_t applied : {0U, 1U, 10U, 100U}) {
        const auto list = applied == 0 ? script() : script().add_mixed(applied - 1);
        const auto took = wake_current(list);
        found.add("wake/applied_" + std::to_string(applied) + "/p50_us", took.p50, "us");
        if (applied == 10) {
            found.add("wake/0_pending/p50_us", took.p50, "us");
            found.add("wake/0_pending/p99_us", took.p99, "us");
        }
        one = applied == 1 ? took.p50 : one;
        if (applied == 100) {
            found.add("wake/flatness", took.p50 / one, "");
        }
    }
    found.add("wake/size_8KiB/p50_us", wake_current(script(1)).p50, "us");
    found.add("wake/size_1MiB/p50_us", wake_current(script(8'500)).p50, "us");
    found.add("wake/awake/p50_us", call_awake().p50, "us");
}

void measure_pending(report& found) {
    const auto add = [&](const std::string& name, const times& took) {
        found.add("wake/" + name + "/p50_us", took.p50, "us");
        found.add("wake/" + name + "/p99_us", took.p99, "us");
    };
    const auto base = [] { return script().add_mixed(9); };
    add("pending_1_column", wake_pending(base(), base().add("ALTER TABLE users ADD COLUMN phone")));
    add("pending_1_index",
        wake_pending(base(), base().add("CREATE INDEX users_name ON users (name)")));
    add("pending_1_rebuild",
        wake_pending(base(),
                     base().add("CREATE TABLE users_new (id TEXT PRIMARY KEY, name TEXT NOT "
                                "NULL); INSERT INTO users_new SELECT * FROM users; DROP "
                                "TABLE users; ALTER TABLE users_new RENAME TO users")));
    add("pending_10_mixed", wake_pending(base(), base().add_mixed(10)));
    add("fresh_10", wake_fresh(base()));
    add("failing", wake_pending(base(), base().add("UPDATE users SET name = 'lost'; SELECT nothing "
                                                   "FROM nowhere")));
}

}  // namespace

int main(int argc, char** argv) {
    report found;
    measure_current(found);
    measure_pending(found);
    found.add("wake/version_check/ratio", version_check_ratio(), "");
    return found.finish(argc, argv);
}
