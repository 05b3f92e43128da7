// Durable commits a second: one row of 100 bytes each, as many objects at once as said, each with
// one commit on its way. Against one plain SQLite database for each object (write-ahead log, full
// synchronisation). Both with the number of threads that suits them best, of which a node needs no
// more than the machine has processors; a node's commits ask the background for their flush, as the
// runtime's do, or are flushed by the thread that waits for them, whichever suits better. Rounds of
// both alternate, with as many tries for each, and the ratio is the median of the rounds' ratios.
//
//   commit/N/dormouse  commit/N/sqlite   commits/s
//   commit/N/ratio                       their ratio
//   commit/N/cpu_us                      processor time of one commit
#include "bench/report.hpp"
#include "bench/storage_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace {

using namespace dormouse;
using namespace bench;
using clock_type = std::chrono::steady_clock;

constexpr auto round_length = std::chrono::milliseconds(1'500);
constexpr int rounds = 5;
constexpr const char* schema = "CREATE TABLE kv (id INTEGER PRIMARY KEY, v BLOB)";
constexpr const char* insert =
    "INSERT INTO kv (v) VALUES "
    "(x'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899aabbccd"
    "deeff00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899aabbc"
    "cddeeff00112233')";

struct measured {
    double per_second = 0;
    double cpu_us = 0;
};

double cpu_seconds() {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

/// Runs `work(until)`, which answers how many commits it made.
template <class Work>
measured measure(Work work) {
    const auto cpu = cpu_seconds();
    const auto begun = clock_type::now();
    const auto commits = static_cast<double>(work(begun + round_length));
    const std::chrono::duration<double> took = clock_type::now() - begun;
    return {commits / took.count(), (cpu_seconds() - cpu) / commits * 1e6};
}

class dormouse_side {
public:
    dormouse_side(const std::filesystem::path& directory, std::size_t objects)
        : fixture_(directory) {
        for (std::size_t i = 0; i < objects; ++i) {
            objects_.push_back(fixture_.open(i));
            auto turn = objects_.back()->begin_turn();
            turn.execute(schema);
            fixture_.node->wait_durable(turn.commit());
        }
    }

    measured run(std::size_t threads, flush_request flush) {
        flush_ = flush;
        return measure([&](clock_type::time_point until) {
            std::atomic<std::uint64_t> commits = 0;
            std::vector<std::thread> loops;
            for (std::size_t first = 0; first < threads; ++first) {
                loops.emplace_back([&, first] { commits += commit_until(until, first, threads); });
            }
            for (auto& loop : loops) {
                loop.join();
            }
            return commits.load();
        });
    }

private:
    struct waiting {
        object_storage* object;
        ticket position;
    };

    // What a loop does with every `step`th object. Commits wait in the order of their positions, so
    // the first is the first to be durable. When every object waits, the loop waits for the flush,
    // or does it.
    std::uint64_t commit_until(clock_type::time_point until, std::size_t first, std::size_t step) {
        static const auto slot = statement_slot::next();
        std::deque<object_storage*> ready;
        std::deque<waiting> waits;
        std::uint64_t commits = 0;
        for (auto i = first; i < objects_.size(); i += step) {
            ready.push_back(objects_[i].get());
        }
        while (clock_type::now() < until) {
            while (!waits.empty() &&
                   (ready.empty() || fixture_.node->is_durable(waits.front().position))) {
                fixture_.node->wait_durable(waits.front().position);
                ready.push_back(waits.front().object);
                waits.pop_front();
                ++commits;
            }
            auto* object = ready.front();
            ready.pop_front();
            auto turn = object->begin_turn();
            turn.borrow(slot, [] { return insert; })->run();
            waits.push_back({object, turn.commit(flush_)});
        }
        if (!waits.empty()) {
            fixture_.node->wait_durable(waits.back().position);
        }
        return commits + waits.size();
    }

    node_fixture fixture_;
    std::vector<std::unique_ptr<object_storage>> objects_;
    flush_request flush_ = flush_request::at_once;
};

class sqlite_side {
public:
    sqlite_side(const std::filesystem::path& directory, std::size_t objects) {
        for (std::size_t i = 0; i < objects; ++i) {
            databases_.push_back(std::make_unique<plain_database>(
                (directory / (std::to_string(i) + ".sqlite")).string()));
            auto& made = *databases_.back();
            made.run(
                "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;"
                "PRAGMA synchronous=OFF");
            made.run(schema);
            made.run("PRAGMA synchronous=FULL");
            made.prepare(insert);
        }
    }

    measured run(std::size_t threads) {
        return measure([&](clock_type::time_point until) {
            std::atomic<std::uint64_t> commits = 0;
            std::vector<std::thread> workers;
            for (std::size_t first = 0; first < threads; ++first) {
                workers.emplace_back([&, first] {
                    std::uint64_t made = 0;
                    while (clock_type::now() < until) {
                        for (auto i = first; i < databases_.size(); i += threads) {
                            databases_[i]->run_prepared();
                            ++made;
                        }
                    }
                    commits += made;
                });
            }
            for (auto& worker : workers) {
                worker.join();
            }
            return commits.load();
        });
    }

private:
    std::vector<std::unique_ptr<plain_database>> databases_;
};

void compare(report& found, std::size_t objects) {
    const scratch_directory scratch;
    dormouse_side ours(scratch.path() / "dormouse", objects);
    std::filesystem::create_directories(scratch.path() / "sqlite");
    sqlite_side theirs(scratch.path() / "sqlite", objects);
    std::vector<double> our_rates;
    std::vector<double> our_cpu;
    std::vector<double> their_rates;
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        measured mine;
        for (const auto flush : {flush_request::on_wait, flush_request::at_once}) {
            for (const std::size_t threads : {1U, 2U}) {
                const auto tried = ours.run(std::min(threads, objects), flush);
                mine = tried.per_second > mine.per_second ? tried : mine;
            }
        }
        double best = 0;
        for (const std::size_t threads : {1U, 4U, 16U, 64U}) {
            best = std::max(best, theirs.run(std::min(threads, objects)).per_second);
        }
        our_rates.push_back(mine.per_second);
        our_cpu.push_back(mine.cpu_us);
        their_rates.push_back(best);
        ratios.push_back(mine.per_second / best);
    }
    const auto name = "commit/" + std::to_string(objects);
    found.add(name + "/dormouse", median(our_rates), "1/s");
    found.add(name + "/sqlite", median(their_rates), "1/s");
    found.add(name + "/ratio", median(ratios), "");
    found.add(name + "/cpu_us", median(our_cpu), "us");
}

}  // namespace

int main(int argc, char** argv) {
    report found;
    for (const std::size_t objects : {1U, 64U, 1'000U}) {
        compare(found, objects);
    }
    return found.finish(argc, argv);
}
