// The time of calls that leave this process: the system's.
#pragma once

#include <dormouse/clock.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace dormouse {

/// Timers run on the executor given. Destroying the clock drops them.
///
/// **Thread safety:** thread-safe.
class endpoint_clock final : public clock {
public:
    explicit endpoint_clock(boost::asio::any_io_executor executor);
    endpoint_clock(const endpoint_clock&) = delete;
    endpoint_clock& operator=(const endpoint_clock&) = delete;
    ~endpoint_clock();

    [[nodiscard]] timestamp now() const override;
    [[nodiscard]] steady_time ticks() const override;
    timer_id call_at(steady_time due, std::function<void()> action) override;
    void cancel(timer_id timer) noexcept override;

private:
    class waiting_timers;
    boost::asio::any_io_executor executor_;
    std::shared_ptr<waiting_timers> timers_;
};

}  // namespace dormouse
