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
//   wake/over_storage/ratio             what the look at the version adds to the storage's own
//                                       waking, which is opening an object and running its first
//                                       query
//   wake/over_system_calls/ratio        0_pending to the system calls of such a wake alone, which
//                                       take wake/system_calls/p50_us: on another machine the
//                                       microseconds differ, this much less
//   wake/phase/NAME_us                  where the time goes, see `wake_phases`
#include "bench/report.hpp"
#include "bench/storage_fixture.hpp"
#include "bench/wake_system_calls.hpp"
#include "migrations/runner.hpp"

#include <dormouse/query.hpp>
#include <dormouse/runtime.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
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
using timed_action = action<no_args, std::int64_t>;
const timed_action get_user{
    main_db, "getUser", [](db& database, const no_args&) -> std::int64_t {
        const auto found = database.select_from<users>().where(col<&user::id> == "u7").find_one();
        return found ? 1 : 0;
    }};
const timed_action rename_user{
    main_db, "renameUser", [](db& database, const no_args&) -> std::int64_t {
        const auto same = col<&user::id> == "u7";
        const auto found = database.select_from<users>().where(same).one();
        database.update<users>().set(col<& user::name> = found.name + "!").where(same).execute();
        return 1;
    }};
const timed_action do_nothing{main_db, "doNothing",
                              [](db&, const no_args&) -> std::int64_t { return 1; }};

constexpr std::size_t objects = 200;
constexpr int rounds = 15;

double since(clock_type::time_point begun) {
    return std::chrono::duration<double, std::micro>(clock_type::now() - begun).count();
}

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
                    .idle_timeout = longer_than_a_round}) {}

    /// The times of one call of each object, all of which sleep; failures count as answers.
    std::vector<double> call_each(const timed_action& called = get_user) {
        wait_until_asleep();
        return asio::co_spawn(runtime_.executor(), time_calls(called), asio::use_future).get();
    }
    std::vector<double> call_awake() {
        return asio::co_spawn(runtime_.executor(), time_awake(), asio::use_future).get();
    }

private:
    // Else objects would be put to sleep while others are timed.
    static constexpr std::chrono::milliseconds longer_than_a_round{50};

    void wait_until_asleep() {
        while (runtime_.awake_objects() > 0) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    awaitable<std::vector<double>> time_calls(const timed_action& action) {
        std::vector<double> times;
        for (std::size_t i = 0; i < objects; ++i) {
            const auto called = action.on(runtime_, "object " + std::to_string(i));
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
        for (std::size_t i = 0; i < objects * rounds; ++i) {
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

/// Objects of a storage node, without a runtime, that have seen a list of migrations.
class stored_objects {
public:
    stored_objects(const std::filesystem::path& directory, const script& migrations)
        : files_(migrations.files()), list_(files_), fixture_(directory) {
        static_cast<void>(open({.check_version = true}));  // makes them
    }

    /// What is done with an object once it is open.
    struct steps {
        bool check_version = false;
        bool query = false;
    };
    /// The median time to open an object and take those steps. All are opened, one after the other,
    /// before the first is closed, as in a runtime.
    double open(steps wanted) {
        std::vector<double> times;
        std::vector<std::unique_ptr<object_storage>> opened(objects);
        for (std::size_t i = 0; i < objects; ++i) {
            const auto begun = clock_type::now();
            opened[i] = fixture_.open(i);
            take(wanted, *opened[i]);
            times.push_back(since(begun));
        }
        for (auto& object : opened) {
            fixture_.node->close(std::move(object), [] {});
        }
        fixture_.settle();
        return median(times);
    }

private:
    // In one turn, as in the runtime.
    void take(steps wanted, object_storage& object) {
        auto turn = object.begin_turn();
        if (wanted.check_version && !is_current(turn, list_)) {
            turn.rollback();
            static_cast<void>(apply_migrations(object, list_, [] { return timestamp(); }));
            return;
        }
        if (wanted.query) {
            static const auto slot = statement_slot::next();
            turn.borrow(slot, [] { return "SELECT name FROM users WHERE id = 'u7'"; })->run();
        }
        static_cast<void>(turn.commit());
    }

    std::vector<migration_file> files_;
    migration_list list_;
    node_fixture fixture_;
};

/// Takes turns with the wakes, so that what else the machine does falls on both.
void measure_over_system_calls(report& found) {
    const scratch_directory scratch;
    timed_runtime runtime(scratch.path(), script().add_mixed(9));
    static_cast<void>(runtime.call_each());
    static_cast<void>(runtime.call_each());  // once all are asleep, their files are written
    system_calls_of_a_wake system(scratch.path());
    std::vector<double> alone;
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        alone.push_back(median(system.time_each()));
        ratios.push_back(median(runtime.call_each()) / alone.back());
    }
    found.add("wake/system_calls/p50_us", median(alone), "us");
    found.add("wake/over_system_calls/ratio", median(ratios), "");
}

void measure_over_storage(report& found) {
    const scratch_directory scratch;
    const auto migrations = script().add_mixed(9);
    stored_objects stored(scratch.path(), migrations);
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        const auto bare = stored.open({.query = true});
        ratios.push_back(stored.open({.check_version = true, .query = true}) / bare);
    }
    found.add("wake/over_storage/ratio", median(ratios), "");
}

/// A wake in parts. None is timed by itself, because a clock inside of it would be a part of what
/// it measures: each is the difference of two whole operations of which one does more. The first
/// four add up to what `wake/0_pending` is.
///
///   open           the storage opens the object's file
///   version_check  and finds that the migrations are current, for which a pooled connection is
///                  pointed at the file
///   placement      an action that does nothing, above these two: finding the object's place,
///                  making its cell and its life, and the way of the call and of its answer
///   first_query    an action that selects a row, above the one that does nothing
///   migrate        the same action when a column must be added first, above when nothing must
///   durable_reply  an action that writes, too, above the one that selects: its answer waits for
///                  the disk
class wake_phases {
public:
    explicit wake_phases(const script& migrations)
        : migrations_(migrations),
          stored_(scratch_.path() / "stored", migrations_),
          runtime_(scratch_.path() / "runtime", migrations_) {
        static_cast<void>(runtime_.call_each());  // makes the objects
    }

    /// Takes turns, so that what else the machine does falls on all.
    void measure(report& found, double with_pending) {
        for (int round = 0; round < rounds; ++round) {
            open_.push_back(stored_.open({}));
            check_.push_back(stored_.open({.check_version = true}));
            nothing_.push_back(median(runtime_.call_each(do_nothing)));
            select_.push_back(median(runtime_.call_each(get_user)));
            write_.push_back(median(runtime_.call_each(rename_user)));
        }
        const auto add = [&](const char* name, double more, double less) {
            found.add(std::string("wake/phase/") + name + "_us", more - less, "us");
        };
        add("open", median(open_), 0);
        add("version_check", median(check_), median(open_));
        add("placement", median(nothing_), median(check_));
        add("first_query", median(select_), median(nothing_));
        add("migrate", with_pending, median(select_));
        add("durable_reply", median(write_), median(select_));
    }

private:
    script migrations_;
    scratch_directory scratch_;
    stored_objects stored_;
    timed_runtime runtime_;
    std::vector<double> open_, check_, nothing_, select_, write_;
};

void measure_phases(report& found) {
    const auto current = [] { return script().add_mixed(9); };
    const auto pending =
        wake_pending(current(), current().add("ALTER TABLE users ADD COLUMN phone"));
    wake_phases(current()).measure(found, pending.p50);
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
    measure_phases(found);
    measure_over_storage(found);
    measure_over_system_calls(found);
    return found.finish(argc, argv);
}
