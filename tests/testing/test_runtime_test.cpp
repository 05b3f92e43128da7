// What a program's own tests can ask of `test_runtime`.
#include <dormouse/error.hpp>
#include <dormouse/query.hpp>
#include <dormouse/testing.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>

namespace dormouse::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct line {
    std::int64_t id = 0;
    std::string text;
    timestamp writtenAt{};
};
inline constexpr auto lines =
    table<line>("lines").autoincrement(&line::id).default_fn(&line::writtenAt, now);

constinit const database diary_db{{.name = "diary", .tables = schema<lines>}};
constinit const database shared_db{
    {.name = "shared", .tables = schema<lines>, .instance = instance_kind::global}};

struct write_args {
    arg<"string > 0"> text;
};
struct no_args {};

const action<write_args, line> write{
    diary_db, "write", [](db& inside, const write_args& args) {
        return inside.insert_into<lines>().values(args).returning_all().one();
    }};
const action<no_args, std::int64_t> count{
    diary_db, "count", [](db& inside, const no_args&) -> std::int64_t {
        return inside.select_from<lines>().select(count_all()).scalar();
    }};
const action<write_args, void> write_to_all{shared_db, "writeToAll",
                                            [](db& inside, const write_args& args) -> void {
                                                inside.insert_into<lines>().values(args).execute();
                                            }};
const action<write_args, std::int64_t> write_everywhere{
    diary_db, "writeEverywhere",
    [](db&, const write_args& args, context&) -> awaitable<std::int64_t> {
        co_await write_to_all({.text = args.text});
        co_return 2;
    }};
const action<no_args, std::int64_t> wait_a_minute{
    diary_db, "waitAMinute", [](db&, const no_args&, context& ctx) -> awaitable<std::int64_t> {
        co_await ctx.sleep_for(60s);
        co_return 1;
    }};
const action<no_args, std::string> greeting{
    diary_db, "greeting",
    [](db&, const no_args&, context& ctx) -> std::string { return ctx.env<std::string>(); }};

class tally final : public object {
public:
    explicit tally(context& ctx) : object(ctx) {}
    std::int64_t add(std::int64_t more) { return sum_ += more; }

private:
    std::int64_t sum_ = 0;
};

std::string text_of(const std::function<void()>& failing) {
    try {
        failing();
    } catch (const error& thrown) {
        return thrown.what();
    }
    return "no error";
}

TEST(TestRuntime, MakesTheTablesThatTheProgramDeclares) {
    test_runtime test({diary_db});

    EXPECT_EQ(test.run(write, {.text = "hello"}).text, "hello");
    EXPECT_EQ(test.run(count), 1);
}

TEST(TestRuntime, MakesTheTablesItIsGiven) {
    test_runtime test({test_database(
        diary_db, {"CREATE TABLE lines (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL "
                   "CHECK (text <> 'no'), written_at TEXT NOT NULL)"})});

    EXPECT_THAT(text_of([&] { (void)test.run(write, {.text = "no"}); }), HasSubstr("CHECK"));
}

TEST(TestRuntime, RunsTheProgramsOwnMigrations) {
    constexpr std::array migrations{migration_file{
        "1_init",
        "CREATE TABLE lines (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL, written_at "
        "TEXT NOT NULL); INSERT INTO lines (text, written_at) VALUES ('from the migration', '')"}};
    test_runtime test({database_entry{&diary_db, "diary", migrations}});

    EXPECT_EQ(test.run(count), 1);
}

TEST(TestRuntime, ChecksArgumentsAsProductionDoes) {
    test_runtime test({diary_db});

    EXPECT_THAT(text_of([&] { (void)test.run(write, {.text = ""}); }), HasSubstr("text must be"));
}

TEST(TestRuntime, KeepsTenantsApart) {
    test_runtime test({diary_db});
    (void)test.run(write, {.text = "mine"});

    EXPECT_EQ(test.run(count.on(test, "bob")), 0);
    test.set_tenant("bob");
    (void)test.run(write, {.text = "bob's"});
    EXPECT_EQ(test.run(count.on(test, "bob")), 1);
    EXPECT_EQ(test.run(count.on(test, "test")), 1);
}

TEST(TestRuntime, RunsActionsThatCallOtherDatabases) {
    test_runtime test({diary_db, shared_db});

    EXPECT_EQ(test.run(write_everywhere, {.text = "x"}), 2);

    const auto texts = test.db(shared_db, [](db& inside) {
        return inside.select_from<lines>().select(col<&line::text>).all();
    });
    EXPECT_THAT(texts, ElementsAre("x"));
}

TEST(TestRuntime, FillsDatabasesDirectly) {
    test_runtime test({diary_db});

    test.db(diary_db, [](db& inside) {
        inside.execute("INSERT INTO lines (text, written_at) VALUES ('a', ''), ('b', '')");
    });

    EXPECT_EQ(test.run(count), 2);
}

TEST(TestRuntime, LetsTimePassOnlyWhenTold) {
    test_runtime test({diary_db});
    const auto begun = test.now();
    const auto first = test.run(write, {.text = "a"}).writtenAt;
    EXPECT_LT(first - begun, 1s);

    EXPECT_EQ(test.run(wait_a_minute), 1);
    EXPECT_GE(test.now() - begun, 60s);

    test.advance(1h);
    EXPECT_EQ(test.awake_objects(), 0U);
    EXPECT_GE(test.run(write, {.text = "b"}).writtenAt - first, 1h);
}

TEST(TestRuntime, KeepsWhatWasAcknowledgedWhenPowerIsLost) {
    test_runtime test({diary_db});
    (void)test.run(write, {.text = "a"});
    const auto before = test.now();

    test.lose_power();

    EXPECT_EQ(test.run(count), 1);
    EXPECT_GE(test.now(), before);
}

TEST(TestRuntime, ShowsWhatAFailingDiskDoes) {
    test_runtime test({diary_db});
    (void)test.run(write, {.text = "a"});
    test.break_disk(disk_fault::syncs_fail);
    EXPECT_THAT(text_of([&] { (void)test.run(write, {.text = "lost"}); }),
                HasSubstr("disk failed"));
    test.mend_disk();

    test.lose_power();

    EXPECT_EQ(test.run(write, {.text = "b"}).text, "b");
}

TEST(TestRuntime, ShowsWhatAFullDiskDoes) {
    test_runtime test({diary_db});
    (void)test.run(write, {.text = "a new object would not even wake on a full disk"});
    test.break_disk(disk_fault::full);
    (void)test.run(write, {.text = "there was room when it was last looked at"});
    EXPECT_THAT(text_of([&] { (void)test.run(write, {.text = "a"}); }), HasSubstr("bytes left"));
    EXPECT_EQ(test.run(count), 2);

    test.mend_disk();

    EXPECT_EQ(test.run(write, {.text = "a"}).text, "a");
}

TEST(TestRuntime, ServesObjectsWithAClass) {
    test_runtime test({diary_db});
    test.add_class<tally>("Tally");
    const auto counter = test.object<tally>("Tally", "one");
    EXPECT_EQ(test.await(counter.call(&tally::add, 2)), 2);
    EXPECT_EQ(test.await(counter.call(&tally::add, 3)), 5);

    test.advance(1min);

    EXPECT_EQ(test.await(counter.call(&tally::add, 1)), 1) << "its memory went to sleep with it";
}

TEST(TestRuntime, GivesHandlersTheirEnvironment) {
    std::string hello = "hello";
    test_runtime test({diary_db}, {.env = hello});

    EXPECT_EQ(test.run(greeting), "hello");
}

}  // namespace
}  // namespace dormouse::test
