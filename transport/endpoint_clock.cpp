#include "transport/endpoint_clock.hpp"

#include <chrono>
#include <utility>

namespace dormouse {
namespace asio = boost::asio;

/// Outlives the clock while handlers of cancelled timers are on their way.
class endpoint_clock::waiting_timers {
public:
    timer_id add(const asio::any_io_executor& executor, steady_time due,
                 std::function<void()> action, const std::shared_ptr<waiting_timers>& self) {
        const std::lock_guard lock(mutex_);
        const timer_id id = ++last_;
        auto& timer = timers_.try_emplace(id, executor, due).first->second;
        timer.async_wait(
            [self, id, run = std::move(action)](const boost::system::error_code& /*see take*/) {
                if (self->take(id)) {
                    run();
                }
            });
        return id;
    }

    /// True for the one who removed the timer: it has not run and will not be cancelled.
    bool take(timer_id id) {
        const std::lock_guard lock(mutex_);
        return timers_.erase(id) != 0;
    }

    void clear() {
        const std::lock_guard lock(mutex_);
        timers_.clear();
    }

private:
    std::mutex mutex_;
    std::map<timer_id, asio::steady_timer> timers_;
    timer_id last_ = 0;
};

endpoint_clock::endpoint_clock(asio::any_io_executor executor)
    : executor_(std::move(executor)), timers_(std::make_shared<waiting_timers>()) {}

endpoint_clock::~endpoint_clock() {
    timers_->clear();
}

timestamp endpoint_clock::now() const {
    return std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
}

steady_time endpoint_clock::ticks() const {
    return std::chrono::steady_clock::now();
}

timer_id endpoint_clock::call_at(steady_time due, std::function<void()> action) {
    return timers_->add(executor_, due, std::move(action), timers_);
}

void endpoint_clock::cancel(timer_id timer) noexcept {
    timers_->take(timer);
}

}  // namespace dormouse
