// Turns that change more than a record may hold.
#include "testing/faulty_disk.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

namespace dormouse::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int large = 400;  // rows of 1,000 bytes, far above a record's limit here

class LargeTurn : public testing::Test {
protected:
    void SetUp() override { start(); }

    void start() {
        storage_options options;
        options.directory = directory_.path();
        options.on = on_;
        options.segment_bytes = std::uint64_t{64} * 1024;
        options.record_bytes_max = std::size_t{64} * 1024;
        options.turn_bytes_max = std::size_t{4} << 20;
        options.overlay_bytes_max = std::size_t{1} << 20;
        node_ = std::make_unique<storage_node>(std::move(options), background_);
        object_ = node_->open(key_);
    }

    void lose_power_and_restart() {
        on_->lose_power();
        object_.reset();
        background_ = {};
        node_.reset();
        on_->restore_power();
        start();
    }

    void close() {
        node_->close(std::move(object_), [] {});
        background_.run_all();
    }

    static void add(lease& turn, int rows) {
        turn.execute("CREATE TABLE IF NOT EXISTS t (v)");
        turn.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT " +
                     std::to_string(rows) + ") INSERT INTO t SELECT zeroblob(1000) FROM n");
    }

    ticket commit(int rows) {
        auto turn = object_->begin_turn();
        add(turn, rows);
        return turn.commit();
    }

    [[nodiscard]] std::int64_t count() const {
        auto turn = object_->begin_turn();
        auto rows = turn.prepare("SELECT count(*) FROM t");
        (void)rows->step();
        return rows->integer(0);
    }

    [[nodiscard]] std::vector<std::string> built_files() const {
        return on_->list((directory_.path() / "swap").string());
    }

    const object_key key_{"Test", std::string(64, 'a'), "name"};
    temporary_directory directory_;
    std::shared_ptr<faulty_disk> on_ = std::make_shared<faulty_disk>();
    queued_background background_;
    std::unique_ptr<storage_node> node_;
    std::unique_ptr<object_storage> object_;
};

TEST_F(LargeTurn, SurvivesThePowerLoss) {
    (void)commit(3);
    node_->wait_durable(commit(large));
    EXPECT_EQ(count(), large + 3);

    lose_power_and_restart();

    EXPECT_EQ(count(), large + 3);
}

TEST_F(LargeTurn, CanBeTheFirst) {
    node_->wait_durable(commit(large));

    lose_power_and_restart();

    EXPECT_EQ(count(), large);
    EXPECT_EQ(node_->find(key_)->metadata.name, "name");
}

TEST_F(LargeTurn, IsFollowedByOrdinaryOnes) {
    (void)commit(large);
    node_->wait_durable(commit(2));
    EXPECT_EQ(count(), large + 2);

    lose_power_and_restart();

    EXPECT_EQ(count(), large + 2);
}

TEST_F(LargeTurn, IsAMomentToGoBackTo) {
    const auto bookmark_after = [this](int rows) {
        auto turn = object_->begin_turn();
        add(turn, rows);
        auto mark = turn.current_bookmark();
        (void)turn.commit();
        return mark;
    };
    const auto small = bookmark_after(3);
    const auto big = bookmark_after(large);
    (void)commit(1);
    close();

    (void)node_->restore(key_, small);
    object_ = node_->open(key_);
    EXPECT_EQ(count(), 3);
    close();
    (void)node_->restore(key_, big);
    object_ = node_->open(key_);
    EXPECT_EQ(count(), large + 3);
}

TEST_F(LargeTurn, LeavesNothingWhenItIsRolledBack) {
    (void)commit(3);
    {
        auto turn = object_->begin_turn();
        add(turn, large);
    }

    EXPECT_EQ(count(), 3);
    EXPECT_THAT(built_files(), IsEmpty());
}

TEST_F(LargeTurn, IsUndoneWhenItsFileCannotBeBuilt) {
    (void)commit(3);
    on_->fails = [](disk_operation, const std::string& path) {
        return path.find("/swap/") != std::string::npos;
    };

    EXPECT_THROW((void)commit(large), error);

    on_->fails = nullptr;
    EXPECT_EQ(count(), 3);
    node_->wait_durable(commit(1));
    EXPECT_EQ(count(), 4);
}

TEST_F(LargeTurn, IsRefusedWhenTheDiskHasNoRoomForItsFile) {
    (void)commit(3);
    on_->room = 300'000;

    try {
        (void)commit(large);
        ADD_FAILURE() << "the turn was accepted";
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::storage_full);
    }
    EXPECT_EQ(count(), 3);
    EXPECT_THAT(built_files(), IsEmpty());
}

TEST_F(LargeTurn, DoesNotCountOnTheRoomOfAnother) {
    const auto other = node_->open({"Test", std::string(64, 'b'), "other"});
    auto late = other->begin_turn();
    add(late, large);
    on_->room = 1'400'000;  // enough for either of them
    std::optional<errc> refusal;
    on_->fails = [&](disk_operation, const std::string& path) {
        if (!refusal && path.find("/swap/") != std::string::npos) {
            refusal = errc::invalid_state;
            try {
                (void)late.commit();
            } catch (const error& refused) {
                refusal = refused.reason();
            }
        }
        return false;
    };
    (void)commit(large);
    on_->fails = nullptr;

    EXPECT_EQ(refusal, errc::storage_full);
    EXPECT_EQ(count(), large);

    auto again = other->begin_turn();
    add(again, large);
    EXPECT_NO_THROW((void)again.commit());
}

TEST_F(LargeTurn, BuildsNoFileToBeRolledBack) {
    (void)commit(3);
    std::size_t built = 0;
    on_->fails = [&built](disk_operation, const std::string& path) {
        built += path.find("/swap/") != std::string::npos ? 1 : 0;
        return false;
    };
    {
        auto turn = object_->begin_turn();
        add(turn, 3'500);  // more than SQLite keeps in its cache
    }
    on_->fails = nullptr;

    EXPECT_EQ(built, 0U);
    EXPECT_EQ(count(), 3);
}

TEST_F(LargeTurn, KeepsNoMoreCopiesThanHistoryMay) {
    for (int i = 0; i < 12; ++i) {
        auto turn = object_->begin_turn();
        turn.execute("DROP TABLE IF EXISTS t");
        add(turn, 1'200);  // above the least that history may take
        (void)turn.commit();
    }

    const auto archive = (directory_.path() / "archive" / "Test" / "aa").string();
    EXPECT_LE(on_->list(archive).size(), 5U);
}

TEST_F(LargeTurn, LetsOthersWriteMeanwhile) {
    (void)commit(3);
    auto turn = object_->begin_turn();
    add(turn, 1'500);
    const auto other = node_->open({"Test", std::string(64, 'b'), "other"});

    auto small = other->begin_turn();
    add(small, 1);
    EXPECT_NO_THROW((void)small.commit());
    EXPECT_NO_THROW((void)turn.commit());
}

TEST_F(LargeTurn, GivesBackWhatItFrees) {
    (void)commit(1'500);
    {
        auto turn = object_->begin_turn();
        turn.execute("DELETE FROM t WHERE rowid > 10; UPDATE t SET v = zeroblob(900)");
        turn.execute("PRAGMA incremental_vacuum");
        (void)turn.commit();
    }
    EXPECT_EQ(count(), 10);
    close();

    const auto file = directory_.path() / "Test" / "aa" / (std::string(64, 'a') + ".sqlite");
    EXPECT_LT(on_->open(file.string(), open_mode::existing)->size(), 200'000U);
    object_ = node_->open(key_);
    auto turn = object_->begin_turn();
    auto check = turn.prepare("PRAGMA integrity_check");
    (void)check->step();
    EXPECT_EQ(check->text(0), "ok");
}

TEST_F(LargeTurn, IsRefusedAboveTheLimit) {
    (void)commit(3);

    try {
        (void)commit(8'000);
        ADD_FAILURE() << "the turn was accepted";
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::overloaded);
        EXPECT_THAT(refused.what(), HasSubstr("at most 4194304 bytes of pages"));
    }
    EXPECT_EQ(count(), 3);
}

}  // namespace
}  // namespace dormouse::test
