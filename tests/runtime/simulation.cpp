#include "tests/runtime/simulation.hpp"

#include "tests/support/simulated_machine.hpp"

#include <dormouse/migrate.hpp>
#include <dormouse/query.hpp>

#include <chrono>
#include <map>
#include <random>
#include <set>
#include <utility>

namespace dormouse::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t clients = 16;
constexpr std::size_t calls_in_flight = 8;
constexpr std::int64_t no_client = -1;

/// Both tables' rows of an object, and whether the two rows of a value were written in one turn.
struct row {
    std::int64_t value = 0;
    std::int64_t together = 0;
    std::int64_t first = 0;
    std::int64_t second = 0;
};

/// What the simulation knows of the objects, outside of them.
struct world {
    struct life {
        std::uint64_t number = 0;
        /// A coroutine ran in this life. Its completion keeps the object a few steps longer than
        /// its frame, harmlessly: `check_newest` sees whether anything of it still runs.
        bool suspended = false;
        bool exists = false;
    };

    void note(std::string what) {
        if (violations.size() < 20) {
            violations.push_back(std::move(what));
        }
    }

    std::map<std::string, std::map<std::uint64_t, life>> lives;
    std::map<std::string, std::uint64_t> newest;
    std::map<std::pair<std::int64_t, std::string>, std::int64_t> last_started;
    std::map<std::string, std::set<std::int64_t>> acknowledged;
    std::size_t wakes = 0;
    std::vector<std::string> violations;
    host* runtime = nullptr;
};

/// Who calls, and that caller's count of calls of this object.
struct call_stamp {
    std::int64_t client = no_client;
    std::int64_t sequence = 0;
};

constexpr std::string_view class_name = "Tracked";

class tracked : public object {
public:
    explicit tracked(context& ctx)
        : object(ctx), world_(&ctx.env<world>()), key_(ctx.instance_key()) {
        migrate(db(), {{"m0000",
                        "CREATE TABLE firsts (value INTEGER PRIMARY KEY, together INTEGER);"
                        "CREATE TABLE seconds (value INTEGER PRIMARY KEY);"
                        "CREATE TABLE parents (id INTEGER PRIMARY KEY);"
                        "CREATE TABLE children (parent INTEGER REFERENCES parents(id) DEFERRABLE "
                        "INITIALLY DEFERRED);"}});
        auto& lives = world_->lives[key_];
        for (const auto& [number, other] : lives) {
            if (other.exists && !other.suspended) {
                world_->note("object " + key_ + " has two lives");
            }
        }
        number_ = ++world_->newest[key_];
        lives[number_] = {.number = number_, .exists = true};
        ++world_->wakes;
    }
    ~tracked() override { world_->lives[key_].erase(number_); }

    std::int64_t put(call_stamp stamp, std::int64_t value) {
        check_start(stamp);
        write_first(value, 1);
        write_second(value);
        return value;
    }

    awaitable<std::int64_t> put_around_pause(call_stamp stamp, std::int64_t value,
                                             std::int64_t milliseconds) {
        check_start(stamp);
        note_suspension();
        write_first(value, 0);
        co_await ctx().sleep_for(std::chrono::milliseconds(milliseconds));
        write_second(value);
        check_newest("wrote");
        co_return value;
    }

    awaitable<std::int64_t> put_in_two_objects(call_stamp stamp, std::int64_t value,
                                               std::string other) {
        check_start(stamp);
        note_suspension();
        write_first(value, 0);
        object_stub<tracked> stub(*world_->runtime, std::string(class_name), std::move(other));
        const call_stamp none;
        const auto there = co_await stub.call(&tracked::put, none, value + 1'000'000'000);
        write_second(value);
        check_newest("wrote");
        co_return there;
    }

    std::int64_t sabotage(call_stamp stamp) {
        check_start(stamp);
        db().execute("INSERT INTO children (parent) VALUES (17)");
        return 0;
    }

    std::vector<row> rows() {
        return db()
            .sql<
                "SELECT value, together, 1, EXISTS (SELECT 1 FROM seconds s WHERE s.value = "
                "f.value) FROM firsts f UNION ALL SELECT value, 2, 0, 1 FROM seconds s WHERE NOT "
                "EXISTS (SELECT 1 FROM firsts f WHERE f.value = s.value)",
                row>()
            .all();
    }

private:
    void note_suspension() { world_->lives[key_][number_].suspended = true; }

    void write_first(std::int64_t value, std::int64_t together) {
        db().sql<"INSERT INTO firsts (value, together) VALUES (?, ?)">(value, together).execute();
    }
    void write_second(std::int64_t value) {
        db().sql<"INSERT INTO seconds (value) VALUES (?)">(value).execute();
    }

    void check_newest(const char* what) {
        if (world_->newest[key_] != number_) {
            world_->note(std::string("an earlier life of object ") + key_ + " " + what);
        }
    }

    void check_start(call_stamp stamp) {
        check_newest("ran a call");
        if (stamp.client == no_client) {
            return;
        }
        auto& last = world_->last_started[{stamp.client, key_}];
        if (stamp.sequence <= last) {
            world_->note("calls of client " + std::to_string(stamp.client) + " reached object " +
                         key_ + " out of order");
        }
        last = stamp.sequence;
    }

    world* world_;
    std::string key_;
    std::uint64_t number_ = 0;
};

/// A call with a route of its own, which carries the deadline.
template <class Method, class Handler, class... Args>
void call_tracked(const detail::call_route& route, Method method, Handler handler, Args... args) {
    using arguments = typename detail::method_signature<Method>::arguments;
    detail::start_method<tracked>(
        detail::method_request<Method>{std::string(class_name), route, method,
                                       arguments(std::move(args)...)},
        std::move(handler));
}

/// Makes random calls and keeps account of the answers.
class driver {
public:
    explicit driver(const simulation_options& options)
        : options_(options),
          random_(options.seed * 7919 + 1),
          machine_(options.seed, runtime_options_for()) {
        serve();
    }

    simulation_result run() {
        for (std::size_t crash = 0; crash <= options_.power_losses; ++crash) {
            make_calls(options_.calls);
            if (crash < options_.power_losses) {
                lose_power();
            } else {
                finish();
            }
            check_contents();
        }
        result_.violations = world_.violations;
        result_.lives = world_.wakes;
        return result_;
    }

private:
    runtime_options runtime_options_for() {
        runtime_options chosen;
        chosen.is_default = false;
        chosen.idle_timeout = 50ms;
        chosen.awake_objects_max = std::max<std::size_t>(options_.objects / 8, 2);
        chosen.calls_per_object_max = 6;
        chosen.env = world_;
        return chosen;
    }

    void serve() {
        machine_.runtime->add_class(
            std::string(class_name), typeid(tracked),
            [](context& ctx) -> std::unique_ptr<object> { return std::make_unique<tracked>(ctx); });
        world_.runtime = machine_.runtime.get();
    }

    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    // A few objects get most calls, so that queues fill and lives overlap.
    std::string any_object() {
        const auto bound =
            below(4) == 0 ? options_.objects : std::max<std::size_t>(options_.objects / 20, 2);
        return "object-" + std::to_string(below(bound));
    }

    void make_calls(std::size_t count) {
        const auto end = result_.calls + count;
        while (result_.calls < end) {
            const bool wanted = in_flight_ < clients * calls_in_flight && below(3) == 0;
            if (wanted || !machine_.scheduler->run_step()) {
                make_call();
            }
        }
    }

    void make_call() {
        ++result_.calls;
        ++in_flight_;
        const auto key = any_object();
        const auto client = static_cast<std::int64_t>(below(clients));
        const call_stamp stamp{client, ++sequences_[{client, key}]};
        const auto value = ++last_value_;
        detail::call_route route(machine_.runtime.get(), key);
        if (below(5) == 0) {
            route.deadline =
                machine_.runtime->clock().ticks() + std::chrono::microseconds(below(20'000));
        }
        auto answered = [this, key, value](std::exception_ptr failure, std::int64_t) {
            --in_flight_;
            failure ? count_refusal(failure) : acknowledge(key, value);
        };
        switch (below(16)) {
            case 0:
            case 1:
            case 2:
                call_tracked(route, &tracked::put_around_pause, answered, stamp, value,
                             static_cast<std::int64_t>(below(80)));
                break;
            case 3:
            case 4:
            case 5:
                call_tracked(route, &tracked::put_in_two_objects, answered, stamp, value,
                             any_object());
                break;
            case 6:
                call_tracked(route, &tracked::sabotage, answered, stamp);
                break;
            default:
                call_tracked(route, &tracked::put, answered, stamp, value);
                break;
        }
    }

    void acknowledge(const std::string& key, std::int64_t value) {
        ++result_.acknowledged;
        world_.acknowledged[key].insert(value);
    }

    void count_refusal(const std::exception_ptr& failure) {
        ++result_.refused;
        try {
            std::rethrow_exception(failure);
        } catch (const error& e) {
            const bool expected = e.reason() == errc::timed_out || e.reason() == errc::overloaded ||
                                  e.reason() == errc::commit_failed;
            if (!expected) {
                world_.note(std::string("unexpected failure: ") + e.what());
            }
        } catch (const std::exception& e) {
            world_.note(std::string("unexpected exception: ") + e.what());
        }
    }

    void lose_power() {
        ++result_.crashes;
        machine_.crash();
        in_flight_ = 0;
        world_.lives.clear();
        world_.last_started.clear();
        machine_.boot();
        serve();
    }

    void finish() {
        if (!machine_.scheduler->run_until([this] { return in_flight_ == 0; })) {
            world_.note(std::to_string(in_flight_) + " calls were never answered");
        }
        machine_.scheduler->run_for(10s);
        if (machine_.runtime->awake_count() != 0) {
            world_.note(std::to_string(machine_.runtime->awake_count()) +
                        " idle objects did not sleep");
        }
    }

    void check_contents() {
        for (const auto& [key, values] : world_.acknowledged) {
            check_object(key, values);
        }
    }

    void check_object(const std::string& key, const std::set<std::int64_t>& acknowledged) {
        const auto found = read_rows(key);
        std::map<std::int64_t, row> by_value;
        for (const auto& each : found) {
            by_value[each.value] = each;
            const bool torn = each.together == 2 || (each.together == 1 && each.second == 0);
            if (torn) {
                world_.note("object " + key + " has half of a turn: value " +
                            std::to_string(each.value));
            }
        }
        for (const auto value : acknowledged) {
            const auto place = by_value.find(value);
            if (place == by_value.end() || place->second.second == 0) {
                world_.note("object " + key + " lost acknowledged value " + std::to_string(value));
            }
        }
    }

    std::vector<row> read_rows(const std::string& key) {
        std::vector<row> rows;
        bool done = false;
        const detail::call_route route(machine_.runtime.get(), key);
        auto answered = [&](std::exception_ptr failure, std::vector<row> read) {
            done = true;
            rows = std::move(read);
            if (failure) {
                world_.note("object " + key + " cannot be read");
            }
        };
        call_tracked(route, &tracked::rows, answered);
        if (!machine_.scheduler->run_until([&] { return done; })) {
            world_.note("object " + key + " never answered");
        }
        return rows;
    }

    simulation_options options_;
    std::mt19937_64 random_;
    world world_;
    simulation_result result_;
    std::map<std::pair<std::int64_t, std::string>, std::int64_t> sequences_;
    std::int64_t last_value_ = 0;
    std::size_t in_flight_ = 0;
    simulated_machine machine_;
};

}  // namespace

simulation_result simulate(const simulation_options& options) {
    return driver(options).run();
}

}  // namespace dormouse::test
