#include "tests/runtime/journal_database.hpp"

#include <dormouse/detail/object_host.hpp>
#include <dormouse/query.hpp>
#include <dormouse/tenant.hpp>

#include <stdexcept>

namespace dormouse::test {
namespace {

constexpr std::array migrations{migration_file{
    "20240101000000_init",
    "CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);\n"
    "--> breakpoint\n"
    "CREATE TABLE parents (id INTEGER PRIMARY KEY);\n"
    "CREATE TABLE children (parent INTEGER REFERENCES parents(id) DEFERRABLE INITIALLY "
    "DEFERRED);"}};

std::int64_t count(db& database) {
    return database.select_from<entries>().select(count_all()).scalar();
}

void add(db& database, std::string_view text) {
    database.sql<"INSERT INTO entries (text) VALUES (?)">(text).execute();
}

}  // namespace

const action<append_args, std::int64_t> append{
    journal_db, "append", [](db& database, const append_args& args) -> std::int64_t {
        add(database, args.text);
        return count(database);
    }};

const action<pause_args, std::int64_t> append_around_pause{
    journal_db, "appendAroundPause",
    [](db& database, const pause_args& args, context& ctx) -> awaitable<std::int64_t> {
        add(database, args.text);
        co_await ctx.sleep_for(std::chrono::milliseconds(*args.milliseconds));
        add(database, args.text);
        co_return count(database);
    }};

const action<append_args, std::int64_t> append_and_throw{
    journal_db, "appendAndThrow", [](db& database, const append_args& args) -> std::int64_t {
        add(database, args.text);
        throw std::runtime_error("thrown after writing");
    }};

const action<append_args, std::int64_t> append_and_throw_atomically{
    journal_db, "appendAndThrowAtomically", atomic,
    [](db& database, const append_args& args) -> std::int64_t {
        add(database, args.text);
        throw std::runtime_error("thrown after writing");
    }};

const action<no_args, std::int64_t> break_commit{
    journal_db, "breakCommit", [](db& database, const no_args&) -> std::int64_t {
        database.execute("INSERT INTO children (parent) VALUES (17)");
        return 1;
    }};

const action<append_args, std::int64_t> append_to_other{
    journal_db, "appendToOther",
    [](db& database, const append_args& args, context&) -> awaitable<std::int64_t> {
        add(database, args.text);
        const auto there = co_await append.on(std::string(*args.text))({.text = args.text});
        co_return there;
    }};

const action<pause_args, std::int64_t> pause_and_append_to{
    journal_db, "pauseAndAppendTo",
    [](db&, const pause_args& args, context& ctx) -> awaitable<std::int64_t> {
        co_await ctx.sleep_for(std::chrono::milliseconds(*args.milliseconds));
        const auto there = co_await append.on(std::string(*args.text))({.text = args.text});
        co_return there;
    }};

const action<pause_args, std::int64_t> pause_here_until{
    journal_db, "pauseHereUntil",
    [](db&, const pause_args& args, context& ctx) -> awaitable<std::int64_t> {
        const auto deadline = ctx.host().clock().ticks() + std::chrono::milliseconds(50);
        const auto here = append_around_pause.on(std::string(ctx.instance_key()));
        const auto there =
            co_await here.until(deadline)({.text = args.text, .milliseconds = args.milliseconds});
        co_return there;
    }};

const action<append_args, std::int64_t> append_to_totals{
    journal_db, "appendToTotals",
    [](db& database, const append_args& args, context&) -> awaitable<std::int64_t> {
        add(database, args.text);
        const auto there = co_await append_total({.text = args.text});
        co_return there;
    }};

const action<append_args, std::int64_t> append_total{
    totals_db, "appendTotal", [](db& database, const append_args& args) -> std::int64_t {
        add(database, args.text);
        return count(database);
    }};

const action<no_args, std::int64_t> count_entries{
    journal_db, "countEntries",
    [](db& database, const no_args&) -> std::int64_t { return count(database); }};

const action<no_args, std::int64_t> forget_all{
    journal_db, "forgetAll", [](db&, const no_args&, context& ctx) -> std::int64_t {
        ctx.storage().delete_all();
        return 0;
    }};

const action<no_args, std::string> tenant_here{
    totals_db, "tenantHere",
    [](db&, const no_args&) -> std::string { return has_tenant_id() ? get_tenant_id() : "none"; }};

const action<no_args, std::int64_t> count_forever{
    journal_db, "countForever", [](db& database, const no_args&) -> std::int64_t {
        return database
            .sql<
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) "
                "FROM n",
                std::int64_t>()
            .one();
    }};

const action<no_args, std::int64_t> call_absent{
    journal_db, "callAbsent", [](db&, const no_args&, context&) -> awaitable<std::int64_t> {
        const auto answer = co_await of_absent({});
        co_return answer;
    }};

const action<no_args, std::int64_t> of_absent{
    absent_db, "ofAbsent", [](db&, const no_args&) -> std::int64_t { return 0; }};

std::array<database_entry, 2> journal_databases() {
    return {database_entry{&journal_db, "journal", migrations},
            database_entry{&totals_db, "totals", migrations}};
}

}  // namespace dormouse::test
