#include "runtime/deterministic_scheduler.hpp"

#include <algorithm>
#include <utility>

namespace dormouse {
namespace {

// Virtual time at the start: an ordinary day, so that dates in tests look like dates.
constexpr auto first_moment = timestamp(std::chrono::seconds(1'700'000'000));
// Each step takes up to this long, so that timers interleave with work.
constexpr std::uint64_t step_microseconds_max = 40;

}  // namespace

deterministic_scheduler::deterministic_scheduler(std::uint64_t seed) : random_(seed) {}

deterministic_scheduler::~deterministic_scheduler() {
    drop_everything();
    shutdown();
}

boost::asio::any_io_executor deterministic_scheduler::loop(std::size_t /*index*/) {
    return get_executor();
}

deterministic_scheduler::executor_type deterministic_scheduler::get_executor() noexcept {
    return {*this, false};
}

void deterministic_scheduler::run_later(background_lane lane, std::function<void()> work) {
    background_[static_cast<std::size_t>(lane)].push_back(std::move(work));
}

timestamp deterministic_scheduler::now() const {
    return first_moment + std::chrono::floor<std::chrono::milliseconds>(time_.time_since_epoch());
}

timer_id deterministic_scheduler::call_at(steady_time due, std::function<void()> action) {
    return timers_.schedule(due, std::move(action));
}

bool deterministic_scheduler::run_ready_step() {
    std::vector<std::deque<std::function<void()>>*> lanes;
    for (auto& lane : background_) {
        if (!lane.empty()) {
            lanes.push_back(&lane);
        }
    }
    const auto choices = ready_.size() + lanes.size();
    if (choices == 0) {
        return false;
    }
    time_ += std::chrono::microseconds(random_() % step_microseconds_max);
    const auto chosen = static_cast<std::size_t>(random_() % choices);
    if (chosen >= ready_.size()) {
        auto& lane = *lanes[chosen - ready_.size()];
        auto work = std::move(lane.front());
        lane.pop_front();
        work();
        return true;
    }
    std::swap(ready_[chosen], ready_.back());
    auto next = std::move(ready_.back());
    ready_.pop_back();
    next->run();
    return true;
}

bool deterministic_scheduler::run_step() {
    for (auto& due : timers_.take_due(time_)) {
        due();
    }
    if (run_ready_step()) {
        return true;
    }
    const auto next = timers_.next_due();
    if (next && *next > time_) {
        time_ = *next;
    }
    return next.has_value();
}

void deterministic_scheduler::run_ready() {
    while (run_ready_step()) {
    }
}

void deterministic_scheduler::run_for(std::chrono::milliseconds span) {
    const auto end = time_ + span;
    while (true) {
        for (auto& due : timers_.take_due(time_)) {
            due();
        }
        if (run_ready_step()) {
            continue;
        }
        const auto next = timers_.next_due();
        if (!next || *next > end) {
            break;
        }
        time_ = std::max(time_, *next);
    }
    time_ = std::max(time_, end);
}

bool deterministic_scheduler::run_until(const std::function<bool()>& done) {
    while (!done()) {
        if (!run_step()) {
            return false;
        }
    }
    return true;
}

void deterministic_scheduler::drop_everything() {
    // Destroying a step may destroy coroutines, which may schedule more.
    while (!ready_.empty() || !background_[0].empty() || !background_[1].empty() ||
           timers_.next_due()) {
        auto ready = std::move(ready_);
        ready_.clear();
        auto background = std::exchange(background_, {});
        timers_ = timer_queue();
    }
}

}  // namespace dormouse
