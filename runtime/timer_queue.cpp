#include "runtime/timer_queue.hpp"

namespace dormouse {

timer_id timer_queue::schedule(steady_time due, action run) {
    const auto timer = ++last_;
    waiting_.emplace(std::pair(due, timer), std::move(run));
    due_.emplace(timer, due);
    return timer;
}

void timer_queue::cancel(timer_id timer) noexcept {
    const auto found = due_.find(timer);
    if (found == due_.end()) {
        return;
    }
    waiting_.erase({found->second, timer});
    due_.erase(found);
}

std::vector<timer_queue::action> timer_queue::take_due(steady_time now) {
    std::vector<action> due;
    while (!waiting_.empty() && waiting_.begin()->first.first <= now) {
        auto first = waiting_.extract(waiting_.begin());
        due_.erase(first.key().second);
        due.push_back(std::move(first.mapped()));
    }
    return due;
}

std::optional<steady_time> timer_queue::next_due() const {
    if (waiting_.empty()) {
        return std::nullopt;
    }
    return waiting_.begin()->first.first;
}

}  // namespace dormouse
