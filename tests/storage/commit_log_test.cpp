#include "storage/commit_log.hpp"

#include "storage/log_scan.hpp"
#include "testing/faulty_disk.hpp"

#include <dormouse/error.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t small_segment = 8192;

/// A log whose steps run when the test says so.
class CommitLog : public testing::Test {
protected:
    CommitLog() { reopen(); }

    /// Scans and goes on, as a node does.
    log_scan reopen() {
        log.reset();
        seen.clear();
        auto scan = scan_log(on, "log", [this](const record_view& record) {
            if (const auto redo = read_checkpoint(record)) {
                seen.push_back(*redo);
            }
        });
        if (scan.last_segment != 0) {
            const auto last =
                on.open(scan.found.segments.at(scan.last_segment), open_mode::existing);
            last->truncate(scan.end_in_segment);
            last->sync();
        }
        log = std::make_unique<commit_log>(
            on, commit_log_options{"log", small_segment, [this] { return time; }}, scan.found,
            commit_log::requests{[this] { ++flushes_asked; }, [this] { ++spares_asked; }});
        return scan;
    }

    /// A record that only carries a number.
    log_span append(std::uint64_t number) { return log->append(make_checkpoint(number).finish()); }
    log_span append_large(std::uint64_t number) {
        auto record = make_checkpoint(number);
        record.add_bytes(std::vector<std::byte>(3000, std::byte{1}));
        return log->append(record.finish());
    }

    faulty_disk on;
    std::unique_ptr<commit_log> log;
    std::vector<std::uint64_t> seen;
    std::uint64_t time = 1'000;
    int flushes_asked = 0;
    int spares_asked = 0;
};

TEST_F(CommitLog, IsReadBackInOrder) {
    append(1);
    append(2);
    log->flush();
    append(3);
    log->flush();

    reopen();

    EXPECT_THAT(seen, ElementsAre(1, 2, 3));
}

TEST_F(CommitLog, AsksForOneFlushForEverythingThatGathers) {
    append(1);
    append(2);
    EXPECT_EQ(flushes_asked, 1);
    log->flush();
    append(3);
    EXPECT_EQ(flushes_asked, 2);
}

TEST_F(CommitLog, TellsWhatBecameDurableInOrder) {
    std::string events;
    const auto first = append(1);
    const auto second = append(2);
    log->when_durable(second.end, [&](bool failed) { events += failed ? 'x' : '2'; });
    log->when_durable(first.end, [&](bool failed) { events += failed ? 'x' : '1'; });
    log->when_durable(0, [&](bool) { events += '0'; });
    EXPECT_EQ(events, "0");

    log->flush();

    EXPECT_EQ(events, "012");
    EXPECT_TRUE(log->is_durable(second.end));
}

TEST_F(CommitLog, IsDurableForThoseItTells) {
    const auto place = append(1);
    bool durable = false;
    bool later = false;
    log->when_durable(place.end, [&](bool) {
        durable = log->is_durable(place.end);
        log->when_durable(place.end, [&](bool failed) { later = !failed; });
    });

    log->flush();

    EXPECT_TRUE(durable);
    EXPECT_TRUE(later);
}

TEST_F(CommitLog, MakesDurableInTheCallersThread) {
    const auto place = append(1);

    log->wait_durable(place.end);

    EXPECT_TRUE(log->is_durable(place.end));
}

TEST_F(CommitLog, KeepsTimeFromRunningBackwards) {
    append(1);
    time = 10;
    append(2);
    log->flush();
    log.reset();

    std::vector<std::uint64_t> times;
    static_cast<void>(scan_log(
        on, "log", [&](const record_view& record) { times.push_back(record.header.time); }));
    EXPECT_THAT(times, ElementsAre(1'000, 1'000));
}

TEST_F(CommitLog, FillsOneSegmentAfterTheOther) {
    for (std::uint64_t i = 0; i < 20; ++i) {
        append_large(i);
        if (i % 3 == 0) {
            log->prepare_spare();
        }
        log->flush();
    }
    EXPECT_GT(spares_asked, 3);

    const auto scan = reopen();

    EXPECT_EQ(seen.size(), 20U);
    EXPECT_GT(scan.found.segments.size(), 5U);
}

TEST_F(CommitLog, SpreadsOneBatchOverSegments) {
    for (std::uint64_t i = 0; i < 20; ++i) {
        append_large(i);
    }
    log->flush();

    const auto scan = reopen();

    EXPECT_EQ(seen.size(), 20U);
    EXPECT_GT(scan.found.segments.size(), 5U);
}

TEST_F(CommitLog, RemovesOnlyWhatLiesWhollyBefore) {
    std::vector<log_span> places;
    for (std::uint64_t i = 0; i < 20; ++i) {
        places.push_back(append_large(i));
        log->flush();
    }

    log->remove_before(places[10].begin);
    EXPECT_LE(log->segments().begin()->first, places[10].begin);
    EXPECT_GT(log->segments().begin()->first, log_begin);
    reopen();

    EXPECT_THAT(seen, testing::Contains(10));
    EXPECT_THAT(seen, testing::Not(testing::Contains(0)));
}

TEST_F(CommitLog, NumbersClassesForGood) {
    EXPECT_EQ(log->class_number("A"), 0U);
    EXPECT_EQ(log->class_number("B"), 1U);
    EXPECT_EQ(log->class_number("A"), 0U);
    for (std::uint64_t i = 0; i < 10; ++i) {
        append_large(i);
    }
    log->flush();
    log->remove_before(append(1).begin);
    log->flush();
    reopen();
    EXPECT_EQ(log->class_number("B"), 1U);
    EXPECT_EQ(log->class_number("C"), 2U);
}

TEST_F(CommitLog, IsPoisonedByAFailedSync) {
    const auto place = append(1);
    std::string events;
    log->when_durable(place.end, [&](bool failed) { events += failed ? 'x' : 'd'; });
    on.fails = [](disk_operation operation, const std::string&) {
        return operation == disk_operation::sync;
    };

    log->flush();
    on.fails = nullptr;

    EXPECT_EQ(events, "x");
    EXPECT_FALSE(log->is_durable(place.end));
    log->when_durable(place.end, [&](bool failed) { events += failed ? 'x' : 'd'; });
    EXPECT_EQ(events, "xx");
    try {
        append(2);
        FAIL() << "appended to a log that cannot be trusted";
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::storage_failed);
        EXPECT_THAT(refused.what(), HasSubstr("restart to recover"));
    }
    EXPECT_THROW(log->wait_durable(place.end), error);
}

// Every cut of the power, at every operation, leaves a prefix that holds what was durable.
TEST(CommitLogPowerLoss, KeepsAPrefixWithEverythingDurable) {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        faulty_disk on(seed);
        std::mt19937_64 random(seed);
        std::uint64_t appended = 0;
        std::uint64_t durable = 0;
        for (int life = 0; life < 4; ++life) {
            std::vector<std::uint64_t> seen;
            auto scan = scan_log(on, "log", [&](const record_view& record) {
                if (const auto number = read_checkpoint(record)) {
                    seen.push_back(*number);
                }
            });
            ASSERT_GE(seen.size(), durable) << "seed " << seed;
            for (std::size_t i = 0; i < seen.size(); ++i) {
                ASSERT_EQ(seen[i], i) << "seed " << seed;
            }
            appended = durable = seen.size();
            on.lose_power_after(1 + random() % 60);
            try {
                if (scan.last_segment != 0) {
                    const auto last =
                        on.open(scan.found.segments.at(scan.last_segment), open_mode::existing);
                    last->truncate(scan.end_in_segment);
                    last->sync();
                }
                commit_log log(on, {"log", small_segment, [] { return 0; }}, scan.found,
                               {[] {}, [] {}});
                while (on.powered()) {
                    auto record = make_checkpoint(appended++);
                    record.add_bytes(std::vector<std::byte>(random() % 3000, std::byte{9}));
                    const auto place = log.append(record.finish());
                    if (random() % 3 == 0) {
                        log.flush();
                        durable = log.is_durable(place.end) ? appended : durable;
                    }
                    if (random() % 5 == 0) {
                        log.prepare_spare();
                    }
                }
            } catch (const error&) {
                ASSERT_FALSE(on.powered()) << "seed " << seed;
            }
            on.restore_power();
        }
    }
}

TEST_F(CommitLog, TellsDamageFromATornEnd) {
    append(1);
    log->flush();
    append(2);
    log->flush();
    append(3);
    log->flush();
    log.reset();
    auto& bytes = on.content("log/" + segment_name(log_begin));

    auto torn = bytes;
    const auto header = page_size;
    torn[header + 2 * 56 + 4] ^= std::byte{1};  // the last of three records of 56 bytes
    std::swap(torn, bytes);
    reopen();
    EXPECT_THAT(seen, ElementsAre(1, 2));

    log.reset();
    on.remove("log/" + on.list("log").back());
    std::swap(torn, bytes);
    bytes[header + 4] ^= std::byte{1};
    EXPECT_THROW(
        {
            try {
                reopen();
            } catch (const error& refused) {
                EXPECT_THAT(refused.what(), HasSubstr("offset 4096"));
                throw;
            }
        },
        error);
}

}  // namespace
}  // namespace dormouse::test
