// What programs and operators see of migrations: in calls, through the admin, in the log.
#include "tests/runtime/journal_database.hpp"
#include "tests/runtime/rollout.hpp"
#include "tests/support/kept_log.hpp"
#include "tests/support/simulated_machine.hpp"

#include <dormouse/migrate.hpp>
#include <dormouse/object_admin.hpp>
#include <dormouse/query.hpp>

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr migration_file begin_entries{
    "20240101_begin",
    "CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);"};
constexpr migration_file drop_doubles{
    "20240201_doubles",
    "DELETE FROM entries WHERE id NOT IN (SELECT min(id) FROM entries GROUP BY text);"};
constexpr migration_file unique_text{"20240202_unique",
                                     "ALTER TABLE entries ADD COLUMN note TEXT;\n--> breakpoint\n"
                                     "CREATE UNIQUE INDEX entries_text ON entries (text);"};

constexpr std::array list_1{begin_entries};
constexpr std::array list_2{begin_entries, unique_text};
constexpr std::array list_3{begin_entries, drop_doubles, unique_text};

/// Every statement that any connection runs, but those of the library's catalog.
class statement_trace {
public:
    statement_trace() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(&attach)); }
    statement_trace(const statement_trace&) = delete;
    statement_trace& operator=(const statement_trace&) = delete;
    ~statement_trace() {
        sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&attach));
        recording() = nullptr;
    }

    /// Null: nowhere.
    static void record(std::vector<std::string>* into) { recording() = into; }

private:
    static std::vector<std::string>*& recording() {
        static std::vector<std::string>* current = nullptr;
        return current;
    }
    static int attach(sqlite3* database, const char** /*error*/, const void* /*api*/) {
        return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, &note, nullptr);
    }
    static int note(unsigned /*kind*/, void* /*context*/, void* statement, void* /*text*/) {
        if (recording() != nullptr) {
            recording()->emplace_back(sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
        }
        return 0;
    }
};

class Migrating : public testing::Test {
protected:
    runtime_options options() {
        return {.databases = entries_,
                .is_default = false,
                .idle_timeout = 1s,
                .awake_objects_max = 200,
                .log = log};
    }

    /// A new program on the same data.
    void deploy(std::span<const migration_file> list) {
        entries_[0].migrations = list;
        machine.crash();
        machine.boot();
    }

    answer<std::int64_t> add(const std::string& tenant, const std::string& text) {
        return machine.call(append.on(*machine.runtime, tenant), append_args{.text = text});
    }
    answer<std::int64_t> count(const std::string& tenant) {
        return machine.call(count_entries.on(*machine.runtime, tenant), no_args{});
    }
    void sleep() { machine.scheduler->run_for(20s); }

    [[nodiscard]] object_admin admin(std::string key) const {
        return {*machine.runtime, machine.runtime->find_class("JournalDatabaseDO"), std::move(key)};
    }

    template <class T>
    answer<T> wait(boost::asio::awaitable<T> operation) {
        auto result = std::make_shared<answer<T>>();
        boost::asio::co_spawn(machine.runtime->completion_executor(), std::move(operation),
                              [result](std::exception_ptr failure, T value) {
                                  result->done = true;
                                  result->failure = std::move(failure);
                                  result->value = std::move(value);
                              });
        EXPECT_TRUE(machine.scheduler->run_until([&] { return result->done; }));
        return *result;
    }
    answer<int> wait(boost::asio::awaitable<void> operation) {
        const auto whole = [](boost::asio::awaitable<void> part) -> boost::asio::awaitable<int> {
            co_await std::move(part);
            co_return 1;
        };
        return wait(whole(std::move(operation)));
    }

    /// Twice the same text, which the second list does not allow.
    void make_unfit(const std::string& tenant) {
        (void)add(tenant, "double");
        (void)add(tenant, "double");
    }

    void quarantine(const std::string& tenant) {
        for (int attempt = 0; attempt < 3; ++attempt) {
            EXPECT_EQ(count(tenant).error_code(), errc::migration_failed);
        }
        EXPECT_EQ(count(tenant).error_code(), errc::quarantined);
    }

    std::shared_ptr<kept_log> log = std::make_shared<kept_log>();
    std::array<database_entry, 1> entries_{database_entry{&journal_db, "journal", list_1}};
    simulated_machine machine{1, options()};
};

TEST_F(Migrating, HarmsOnlyTheTenantWhoseDataDoesNotFit) {
    constexpr int tenants = 1'000;
    const auto name = [](int tenant) { return "tenant-" + std::to_string(tenant); };
    for (int tenant = 0; tenant < tenants; ++tenant) {
        (void)add(name(tenant), "first");
    }
    make_unfit(name(577));

    deploy(list_2);
    int served = 0;
    for (int tenant = 0; tenant < tenants; ++tenant) {
        served += count(name(tenant)).value == 1 ? 1 : 0;
    }
    EXPECT_EQ(served, tenants - 1);
    EXPECT_EQ(count(name(577)).error_code(), errc::migration_failed);
    EXPECT_EQ(count(name(577)).error_code(), errc::migration_failed);
    EXPECT_EQ(count(name(577)).error_code(), errc::quarantined);
    int quarantined = 0;
    machine.runtime->visit_objects({.state = object_state::quarantined},
                                   [&](const object_info&) { ++quarantined; });
    EXPECT_EQ(quarantined, 1);

    deploy(list_3);
    EXPECT_EQ(count(name(577)).value, 2) << "of three, without the double";
    EXPECT_EQ(count(name(1)).value, 1);
}

TEST_F(Migrating, TellsAnOperatorOfAnObjectThatCannotWake) {
    make_unfit("t");
    deploy(list_2);
    quarantine("t");

    const auto status = wait(admin("t").migration_status()).value;
    EXPECT_THAT(status.applied, ElementsAre("20240101_begin"));
    EXPECT_THAT(status.pending, ElementsAre("20240202_unique"));
    EXPECT_TRUE(status.pitr_available);
    EXPECT_EQ(status.pitr_attempts_remaining, 0U);
    const auto attempts = wait(admin("t").migration_attempts()).value;
    EXPECT_EQ(attempts.attempt_count, 3U);
    EXPECT_TRUE(attempts.last_attempt_at.has_value());
    EXPECT_THAT(attempts.last_error.value_or(""), HasSubstr("UNIQUE constraint failed"));
    EXPECT_TRUE(wait(admin("t").migration_bookmark()).value.has_value());
    EXPECT_EQ(wait(admin("t").migration_plan()).value.chunks.size(), 2U);
}

TEST_F(Migrating, FailsFastAndQuietlyWhileQuarantined) {
    make_unfit("t");
    deploy(list_2);
    quarantine("t");
    log->lines.clear();

    const auto refused = count("t");

    EXPECT_THAT(refused.error_text(), HasSubstr("its migrations failed 3 times"));
    EXPECT_THAT(refused.error_text(), HasSubstr("UNIQUE constraint failed"));
    EXPECT_THAT(log->lines, IsEmpty());
}

TEST_F(Migrating, GoesBackToABookmarkAndTriesAgain) {
    (void)add("t", "double");
    const auto before = wait(admin("t").migration_bookmark()).value;
    ASSERT_TRUE(before.has_value());
    (void)add("t", "double");
    deploy(list_2);
    quarantine("t");

    EXPECT_EQ(wait(admin("t").restore_to_bookmark(*before)).error_text(), "");

    EXPECT_EQ(count("t").value, 1);
}

TEST_F(Migrating, MigratesAfreshAfterDestroyingTheDatabase) {
    make_unfit("t");
    const auto before = wait(admin("t").current_bookmark()).value;
    deploy(list_2);
    quarantine("t");

    EXPECT_EQ(wait(admin("t").destroy_database()).error_text(), "");

    EXPECT_EQ(count("t").value, 0);
    EXPECT_EQ(add("t", "new").value, 1);
    deploy(list_1);
    (void)wait(admin("t").restore(before));
    EXPECT_EQ(count("t").value, 2) << "a bookmark from before brings everything back";
}

TEST_F(Migrating, CancelsTheAlarmOfADestroyedDatabase) {
    (void)add("t", "x");

    (void)wait(admin("t").destroy_database());

    const auto info = wait(admin("t").info()).value;
    ASSERT_TRUE(info.has_value());
    EXPECT_FALSE(info->metadata.next_alarm.has_value());
    EXPECT_EQ(info->metadata.version, "");
    EXPECT_EQ(info->metadata.name, "t");
}

TEST_F(Migrating, KeepsWhatAnOlderProgramAcknowledgedBetweenTwoFailures) {
    make_unfit("t");
    deploy(list_2);
    EXPECT_EQ(count("t").error_code(), errc::migration_failed);
    deploy(list_1);
    for (const auto* text : {"a", "b", "c"}) {
        EXPECT_EQ(add("t", text).error_text(), "");
    }

    deploy(list_2);
    EXPECT_EQ(count("t").error_code(), errc::migration_failed);

    deploy(list_1);
    EXPECT_EQ(count("t").value, 5);
}

TEST_F(Migrating, BeginsACorrectedListFromBeforeWhatWasInterrupted) {
    static constexpr std::array long_list{
        begin_entries,
        migration_file{"20240202_two",
                       "ALTER TABLE entries ADD COLUMN wrong TEXT;\n"
                       "--> breakpoint\nCREATE TABLE other (x);"
                       "INSERT INTO other VALUES (replace(hex(zeroblob(50000)), '00', 'xy'));\n"
                       "--> breakpoint\nCREATE TABLE another (x);"}};
    static constexpr std::array corrected{
        begin_entries,
        migration_file{"20240202_two", "ALTER TABLE entries ADD COLUMN right TEXT;"}};
    std::vector<std::string> interrupted;
    for (int round = 0; interrupted.empty() && round < 40; ++round) {
        const auto name = [&](int tenant) {
            return std::to_string(round) + "-" + std::to_string(tenant);
        };
        for (int tenant = 0; tenant < 4; ++tenant) {
            (void)add(name(tenant), "x");
        }
        deploy(long_list);
        machine.power->lose_power_after(static_cast<std::uint64_t>(round % 8));
        for (int tenant = 0; tenant < 4; ++tenant) {
            (void)machine.start(count_entries.on(*machine.runtime, name(tenant)), no_args{});
        }
        machine.scheduler->run_for(1s);
        deploy(list_1);
        machine.runtime->visit_objects({}, [&](const object_info& found) {
            if (found.metadata.migration_reached != 0) {
                interrupted.push_back(found.metadata.name);
            }
        });
    }
    ASSERT_THAT(interrupted, testing::Not(IsEmpty()));

    deploy(corrected);

    for (const auto& tenant : interrupted) {
        EXPECT_EQ(count(tenant).error_text(), "") << tenant;
        EXPECT_EQ(count(tenant).value, 1) << tenant;
    }
    EXPECT_THAT(log->lines, Contains("migrations: An attempt at other migrations was interrupted. "
                                     "Restoring to pre-migration bookmark."));
}

TEST_F(Migrating, RunsAMigrationThatOnlyChangesData) {
    make_unfit("t");
    static constexpr std::array list{begin_entries, drop_doubles};

    deploy(list);

    EXPECT_EQ(count("t").value, 1);
}

TEST_F(Migrating, RunsNoSqlWhenNothingIsPending) {
    const statement_trace trace;
    deploy(list_1);  // with connections that are traced
    for (const auto* tenant : {"a", "b"}) {
        (void)add(tenant, "x");
        sleep();
        (void)count(tenant);
        sleep();
    }
    ASSERT_EQ(machine.runtime->awake_count(), 0U);

    const auto statements_of_a_call = [&] {
        std::vector<std::string> statements;
        statement_trace::record(&statements);
        EXPECT_EQ(count("a").value, 1);
        statement_trace::record(nullptr);
        std::erase_if(statements, [](const std::string& sql) {
            return sql.find("dormouse_nothing") != std::string::npos;  // a connection's own matter
        });
        return statements;
    };
    const auto waking = statements_of_a_call();

    EXPECT_THAT(waking, ElementsAre("BEGIN", HasSubstr("count(*)"), "COMMIT"));
    EXPECT_EQ(waking, statements_of_a_call()) << "an awake object runs no less";
}

TEST_F(Migrating, SucceedsAgainAfterARestoreToBeforeAMigration) {
    (void)add("t", "x");
    const auto before = wait(admin("t").current_bookmark()).value;
    deploy(list_2);
    EXPECT_EQ(count("t").value, 1);

    (void)wait(admin("t").restore(before));

    const auto status = wait(admin("t").migration_status()).value;
    EXPECT_THAT(status.pending, ElementsAre("20240202_unique"));
    EXPECT_EQ(wait(admin("t").info()).value->metadata.version, migration_list(list_1).version());
    EXPECT_EQ(count("t").value, 1);
    EXPECT_THAT(wait(admin("t").migration_status()).value.pending, IsEmpty());
}

TEST_F(Migrating, MigratesAfreshBeforeTheCallAfterAnObjectEmptiedItself) {
    (void)add("t", "x");

    EXPECT_EQ(machine.call(forget_all.on(*machine.runtime, "t"), no_args{}).error_text(), "");

    EXPECT_EQ(add("t", "y").value, 1);
    EXPECT_THAT(wait(admin("t").migration_status()).value.applied, ElementsAre("20240101_begin"));
}

/// An object whose constructor migrates.
class inbox final : public object {
public:
    explicit inbox(context& ctx) : object(ctx) {
        migrate(db(), {{"m0000", "CREATE TABLE messages (body TEXT)"}});
    }
    std::int64_t count() { return db().sql<"SELECT count(*) FROM messages", std::int64_t>().one(); }
};

TEST_F(Migrating, RunsNoSqlForAListInAConstructorWithNothingPending) {
    const statement_trace trace;
    deploy(list_1);
    machine.runtime->add_class("Inbox", typeid(inbox),
                               [](context& ctx) { return std::make_unique<inbox>(ctx); });
    const auto statements_of_a_wake = [&] {
        sleep();
        std::vector<std::string> statements;
        statement_trace::record(&statements);
        const object_stub<inbox> stub(*machine.runtime, "Inbox", "i");
        auto done = std::make_shared<bool>(false);
        stub.async_call(&inbox::count, [done](std::exception_ptr, std::int64_t) { *done = true; });
        EXPECT_TRUE(machine.scheduler->run_until([&] { return *done; }));
        statement_trace::record(nullptr);
        return statements;
    };
    (void)statements_of_a_wake();
    (void)statements_of_a_wake();

    EXPECT_THAT(statements_of_a_wake(), ElementsAre("BEGIN", HasSubstr("count(*)"), "COMMIT"));
}

/// A database that no migration has made.
std::filesystem::path make_untracked(const std::filesystem::path& directory) {
    auto path = directory / "untracked.sqlite";
    sqlite3* made = nullptr;
    EXPECT_EQ(sqlite3_open(path.c_str(), &made), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(made,
                           "CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT "
                           "NOT NULL); INSERT INTO entries (text) VALUES ('old'), ('older')",
                           nullptr, nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(made);
    return path;
}

TEST_F(Migrating, LooksAtWhatWasImportedAndTakesABaseline) {
    (void)add("t", "x");
    const temporary_directory elsewhere;
    EXPECT_EQ(wait(admin("t").import_file(make_untracked(elsewhere.path()))).error_text(), "");
    EXPECT_THAT(count("t").error_text(), HasSubstr("'db baseline 20240101_begin'"));

    EXPECT_EQ(wait(admin("t").baseline("20240101_begin")).error_text(), "");

    EXPECT_EQ(count("t").value, 2);
}

TEST_F(Migrating, RefusesABaselineThatTheSchemaIsNot) {
    (void)add("t", "x");
    (void)add("t", "x");
    deploy(list_2);
    EXPECT_THAT(add("t", "y").error_text(), HasSubstr("UNIQUE constraint failed"));

    EXPECT_EQ(wait(admin("t").baseline("nonsense")).error_code(), errc::invalid_arguments);
    const auto refused = wait(admin("t").baseline("20240202_unique"));

    EXPECT_EQ(refused.error_code(), errc::migration_failed);
    EXPECT_THAT(refused.error_text(),
                HasSubstr("the schema is not that after migration '20240202_unique':\n"
                          "    [missing] table entries: column note\n"
                          "    [missing] table entries: index entries_text"));
    EXPECT_THAT(wait(admin("t").migration_status()).value.pending, ElementsAre("20240202_unique"));
}

TEST(Rollout, BringsObjectsOfThreeVersionsToTheNewestThroughPowerLosses) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        const auto result = roll_out({.seed = seed});
        EXPECT_THAT(result.violations, IsEmpty()) << "seed " << seed;
        EXPECT_GT(result.interrupted, 0U) << "seed " << seed;
    }
}

}  // namespace
}  // namespace dormouse::test
