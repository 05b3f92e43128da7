// Every operation on the disk fails once, or from then on. Whatever happens, the program is told,
// what was acknowledged is there after a restart, and no database is damaged.
#include "testing/faulty_disk.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/error.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

namespace dormouse::test {
namespace {

enum class fault_kind { once, from_then_on };

/// Two objects write in turn, fall asleep and wake, over several segments of the log.
class DiskFault : public testing::TestWithParam<fault_kind> {
protected:
    static constexpr int turns = 40;

    void start() {
        storage_options options;
        options.directory = directory_.path();
        options.on = on_;
        options.segment_bytes = 16'384;
        options.checkpoint_pages = 4;
        node_ = std::make_unique<storage_node>(std::move(options), background_);
    }

    /// False when the program was told of a failure.
    bool run() {
        try {
            start();
            for (int i = 0; i < turns; ++i) {
                write(static_cast<std::size_t>(i) % 2, i);
            }
            return true;
        } catch (const error& told) {
            EXPECT_EQ(told.reason(), errc::storage_failed) << told.what();
            return false;
        }
    }

    void write(std::size_t number, int value) {
        auto object = open(number);
        auto turn = object->begin_turn();
        turn.execute("CREATE TABLE IF NOT EXISTS t (v INTEGER PRIMARY KEY, bytes BLOB)");
        turn.execute("INSERT INTO t VALUES (" + std::to_string(value) + ", zeroblob(3000))");
        node_->when_durable(turn.commit(), [this, number](bool failed) {
            acknowledged_.at(number) += failed ? 0 : 1;
        });
        node_->close(std::move(object), [] {});
        background_.run_all();
    }

    [[nodiscard]] std::unique_ptr<object_storage> open(std::size_t number) const {
        return node_->open({"Test", std::string(64, static_cast<char>('a' + number)), {}});
    }

    void stop() {
        background_.run_all();
        node_.reset();
        background_.run_all();
    }

    void expect_everything_acknowledged(std::uint64_t at) {
        for (std::size_t i = 0; i < acknowledged_.size(); ++i) {
            const auto object = open(i);
            auto turn = object->begin_turn();
            auto check = turn.prepare("PRAGMA integrity_check");
            ASSERT_TRUE(check->step());
            EXPECT_EQ(check->text(0), "ok") << "operation " << at;
            auto exists = turn.prepare("SELECT count(*) FROM sqlite_schema");
            ASSERT_TRUE(exists->step());
            const bool empty = exists->integer(0) == 0;
            auto rows = turn.prepare(empty ? "SELECT 0" : "SELECT count(*) FROM t");
            ASSERT_TRUE(rows->step());
            EXPECT_GE(rows->integer(0), acknowledged_.at(i)) << "operation " << at;
        }
    }

    temporary_directory directory_;
    std::shared_ptr<faulty_disk> on_ = std::make_shared<faulty_disk>();
    queued_background background_;
    std::unique_ptr<storage_node> node_;
    std::array<std::int64_t, 2> acknowledged_{};
};

TEST_P(DiskFault, IsToldAndLosesNothing) {
    ASSERT_TRUE(run());
    stop();
    const auto operations = on_->operations();
    ASSERT_GT(operations, 200U);
    std::uint64_t told = 0;
    for (std::uint64_t at = 0; at < operations; ++at) {
        on_ = std::make_shared<faulty_disk>();
        acknowledged_ = {};
        std::uint64_t count = 0;
        on_->fails = [&](disk_operation, const std::string&) {
            const auto now = count++;
            return GetParam() == fault_kind::once ? now == at : now >= at;
        };
        told += run() ? 0 : 1;
        stop();
        on_->fails = nullptr;
        ASSERT_NO_THROW(start()) << "operation " << at;
        expect_everything_acknowledged(at);
        stop();
    }
    EXPECT_GT(told, operations / 2) << "most failures cannot be hidden";
}

INSTANTIATE_TEST_SUITE_P(Kinds, DiskFault,
                         testing::Values(fault_kind::once, fault_kind::from_then_on));

}  // namespace
}  // namespace dormouse::test
