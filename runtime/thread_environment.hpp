// Production: event loops on threads, the system's clocks, one background thread for blocking
// storage work.
#pragma once

#include "runtime/environment.hpp"
#include "runtime/timer_queue.hpp"

#include <dormouse/log.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace dormouse {

/// The system's clocks; timers run on an event loop.
class system_clock final : public clock {
public:
    explicit system_clock(boost::asio::io_context& loop);

    timestamp now() const override;
    steady_time ticks() const override;
    timer_id call_at(steady_time due, std::function<void()> action) override;
    void cancel(timer_id timer) noexcept override;

private:
    void arm();
    void run_due();

    std::mutex mutex_;
    timer_queue queue_;
    boost::asio::steady_timer alarm_;
};

class thread_environment : public environment {
public:
    /// `log` may be null.
    thread_environment(std::size_t loops, std::size_t threads_per_loop,
                       std::shared_ptr<log_sink> log);
    virtual ~thread_environment();

    [[nodiscard]] std::size_t loop_count() const noexcept override { return loops_.size(); }
    boost::asio::any_io_executor loop(std::size_t index) override;
    [[nodiscard]] std::size_t threads_per_loop() const noexcept override {
        return threads_per_loop_;
    }
    dormouse::clock& clock() noexcept override { return *clock_; }
    std::uint64_t random() override;
    void run_later(background_lane lane, std::function<void()> work) override;

    /// Stops the loops, lets the background finish and joins every thread. Not from one of them.
    void stop();
    [[nodiscard]] bool stopped() const noexcept { return threads_.empty(); }

private:
    void run(boost::asio::io_context& loop) noexcept;

    using work_guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

    std::shared_ptr<log_sink> log_;
    std::size_t threads_per_loop_;
    std::vector<std::unique_ptr<boost::asio::io_context>> loops_;
    std::vector<work_guard> guards_;
    std::unique_ptr<system_clock> clock_;
    boost::asio::thread_pool commits_{1};
    boost::asio::thread_pool maintenance_{1};
    std::vector<std::thread> threads_;
};

}  // namespace dormouse
