// In development the class of an object changes while the object is used. Calls find out which
// edition is the newest on threads of their own, and reach the object in any order.
#include "runtime/residency.hpp"
#include "tests/runtime/journal_database.hpp"
#include "tests/support/simulated_machine.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace dormouse::test {
namespace {

constexpr migration_file begin_entries{
    "20240101_begin",
    "CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);"};
constexpr std::array first_list{
    begin_entries, migration_file{"dev_first", "INSERT INTO entries (text) VALUES ('a'), ('b');"}};
constexpr std::array second_list{
    begin_entries, migration_file{"dev_second", "INSERT INTO entries (text) VALUES ('c');"}};

object_class edition_of(std::uint64_t number, std::span<const migration_file> list) {
    object_class kind;
    kind.class_name = journal_db.class_name();
    kind.database = &journal_db;
    kind.migrations = migration_list(list);
    kind.edition = number;
    for (const auto* action : journal_db.actions()) {
        kind.actions.emplace(action->name(), action);
    }
    return kind;
}

/// Brings every call to one object, as of the edition that the call has found.
class one_object final : public call_endpoint {
public:
    explicit one_object(deterministic_scheduler& on) : scheduler_(&on) {
        storage_options options;
        options.directory = directory_.path();
        options.segment_bytes = std::uint64_t{64} * 1024;
        storage_ = std::make_unique<storage_node>(std::move(options), on);
        services_.endpoint = this;
        services_.surroundings = scheduler_;
        services_.storage = storage_.get();
    }
    ~one_object() {
        residents_.abandon();
        scheduler_->drop_everything();
    }

    void start_call(std::shared_ptr<detail::invocation> call) override {
        const auto id = object_id::from_name(found->class_name, "acme");
        const auto admitted = residents_.admit(id, clock().ticks(), false, [&] {
            return std::make_shared<cell>(services_, residents_, *found, id, "acme",
                                          scheduler_->loop(0));
        });
        admitted.resident->serve_as(*found, std::chrono::seconds(1));
        admitted.resident->post(std::move(call));
    }
    boost::asio::any_io_executor completion_executor() override { return scheduler_->loop(0); }
    dormouse::clock& clock() noexcept override { return scheduler_->clock(); }

    const object_class* found = nullptr;

private:
    deterministic_scheduler* scheduler_;
    temporary_directory directory_;
    std::unique_ptr<storage_node> storage_;
    instance_services services_;
    std::atomic<std::size_t> awake_{0};
    residency residents_{{}, awake_};
};

class Edition : public testing::Test {
protected:
    std::int64_t count_as(const object_class& found) {
        object_.found = &found;
        answer<std::int64_t> result;
        count_entries.on(object_, "acme")
            .async_call(no_args{}, [&](std::exception_ptr failure, std::int64_t value) {
                result = {true, value, std::move(failure)};
            });
        EXPECT_TRUE(scheduler_.run_until([&] { return result.done; }));
        EXPECT_EQ(result.error_text(), "");
        return result.value;
    }

    const object_class first_ = edition_of(1, first_list);
    const object_class second_ = edition_of(2, second_list);
    deterministic_scheduler scheduler_{1};
    one_object object_{scheduler_};
};

TEST_F(Edition, IsTakenWhenItIsNewer) {
    EXPECT_EQ(count_as(first_), 2);

    EXPECT_EQ(count_as(second_), 3);
}

TEST_F(Edition, IsNotTakenWhenItIsOlder) {
    EXPECT_EQ(count_as(second_), 1);

    EXPECT_EQ(count_as(first_), 1) << "the call was placed before the push, and came after it";
}

}  // namespace
}  // namespace dormouse::test
