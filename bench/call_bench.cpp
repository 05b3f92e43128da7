// What a call inside the process costs: a typed call of a warm object, against the least that any
// call to another strand and back can cost, two posts.
//
//   call/strand_round_trip   post to a strand, post back
//   call/noop                an action without arguments or storage
//   call/get_user            an action that selects one row by primary key
#include "bench/ratios.hpp"

#include <dormouse/query.hpp>
#include <dormouse/runtime.hpp>

#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace {

namespace asio = boost::asio;
using namespace dormouse;

struct user {
    std::string id;
    std::string name;
    std::string email;
};
inline constexpr auto users = table<user>("users").primary_key(&user::id);

constinit const database main_db{{.name = "main", .tables = schema<users>}};

struct no_args {};
struct get_user_args {
    arg<"string > 0"> id;
};

const action<no_args, std::int64_t> noop{main_db, "noop",
                                         [](db&, const no_args&) -> std::int64_t { return 1; }};
const action<no_args, std::int64_t> create_user{
    main_db, "createUser", [](db& database, const no_args&) -> std::int64_t {
        const user alice{"alice", "Alice", "alice@example.com"};
        return database.insert_into<users>().values(alice).execute();
    }};
const action<get_user_args, std::optional<user>> get_user{
    main_db, "getUser", [](db& database, const get_user_args& args) -> std::optional<user> {
        return database.select_from<users>().where(col<&user::id> == args.id).find_one();
    }};

constexpr std::array migrations{migration_file{
    "1", "CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL)"}};
constexpr std::array databases{database_entry{&main_db, "main", migrations}};

constexpr int calls_per_round = 200;

class warm_runtime {
public:
    warm_runtime() {
        std::filesystem::remove_all(directory_);
        runtime_ = std::make_unique<runtime>(
            runtime_options{.databases = databases, .directory = directory_, .is_default = false});
        create_user.on(*runtime_, "acme").async_call({}, asio::use_future).get();
    }
    ~warm_runtime() {
        runtime_.reset();
        std::filesystem::remove_all(directory_);
    }

    void run(awaitable<void> work) {
        asio::co_spawn(runtime_->executor(), std::move(work), asio::use_future).get();
    }
    [[nodiscard]] runtime& host() noexcept { return *runtime_; }

private:
    std::filesystem::path directory_ =
        std::filesystem::temp_directory_path() / "dormouse-call-bench";
    std::unique_ptr<runtime> runtime_;
};

warm_runtime& shared_runtime() {
    static warm_runtime shared;
    return shared;
}

awaitable<void> round_trips(asio::any_io_executor loop) {
    const auto strand = asio::make_strand(loop);
    for (int i = 0; i < calls_per_round; ++i) {
        co_await asio::post(strand, asio::use_awaitable);
        co_await asio::post(loop, asio::use_awaitable);
    }
}

awaitable<void> noops(runtime& host) {
    const auto called = noop.on(host, "acme");
    for (int i = 0; i < calls_per_round; ++i) {
        benchmark::DoNotOptimize(co_await called({}));
    }
}

awaitable<void> get_users(runtime& host) {
    const auto called = get_user.on(host, "acme");
    for (int i = 0; i < calls_per_round; ++i) {
        const auto found = co_await called({.id = "alice"});
        benchmark::DoNotOptimize(found);
    }
}

void measure(benchmark::State& state, auto make_work) {
    auto& host = shared_runtime();
    for (auto _ : state) {
        host.run(make_work(host.host()));
    }
    state.SetItemsProcessed(state.iterations() * calls_per_round);
}

void strand_round_trip(benchmark::State& state) {
    measure(state, [](runtime& host) { return round_trips(host.executor()); });
}
void call_noop(benchmark::State& state) {
    measure(state, [](runtime& host) { return noops(host); });
}
void call_get_user(benchmark::State& state) {
    measure(state, [](runtime& host) { return get_users(host); });
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::RegisterBenchmark("call/strand_round_trip", strand_round_trip)->UseRealTime();
    benchmark::RegisterBenchmark("call/noop", call_noop)->UseRealTime();
    benchmark::RegisterBenchmark("call/get_user", call_get_user)->UseRealTime();
    return bench::run_with_ratios(
        argc, argv, calls_per_round,
        {{"call/noop", "call/strand_round_trip"}, {"call/get_user", "call/strand_round_trip"}});
}
