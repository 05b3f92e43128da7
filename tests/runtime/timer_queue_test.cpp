#include "runtime/timer_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace dormouse {
namespace {

using namespace std::chrono_literals;

std::string run_due(timer_queue& queue, steady_time at, std::string& log) {
    log.clear();
    for (auto& action : queue.take_due(at)) {
        action();
    }
    return log;
}

TEST(TimerQueue, GivesOutDueTimersEarliestFirst) {
    timer_queue queue;
    std::string log;
    const steady_time start{};
    queue.schedule(start + 2s, [&] { log += 'b'; });
    queue.schedule(start + 1s, [&] { log += 'a'; });
    queue.schedule(start + 3s, [&] { log += 'c'; });

    EXPECT_EQ(queue.next_due(), start + 1s);
    EXPECT_EQ(run_due(queue, start + 2s, log), "ab");
    EXPECT_EQ(queue.next_due(), start + 3s);
}

TEST(TimerQueue, ForgetsACancelledTimer) {
    timer_queue queue;
    std::string log;
    const steady_time start{};
    const auto cancelled = queue.schedule(start, [&] { log += 'x'; });

    queue.cancel(cancelled);
    queue.cancel(cancelled);

    EXPECT_EQ(queue.next_due(), std::nullopt);
    EXPECT_EQ(run_due(queue, start + 1s, log), "");
}

}  // namespace
}  // namespace dormouse
