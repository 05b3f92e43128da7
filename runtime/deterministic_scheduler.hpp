// Tests of concurrency must be able to repeat a failure. Here everything the host does, on loops,
// on the background and on timers, is a step that runs on the calling thread, in an order drawn
// from a seed, in virtual time.
#pragma once

#include "runtime/environment.hpp"
#include "runtime/timer_queue.hpp"

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace dormouse {

/// **Thread safety:** one thread. **Lifetime:** outlives what runs on it; destroy the host first.
class deterministic_scheduler final : public environment,
                                      public boost::asio::execution_context,
                                      private clock {
public:
    explicit deterministic_scheduler(std::uint64_t seed);
    ~deterministic_scheduler();

    std::size_t loop_count() const noexcept override { return 1; }
    std::size_t threads_per_loop() const noexcept override { return 1; }
    boost::asio::any_io_executor loop(std::size_t index) override;
    dormouse::clock& clock() noexcept override { return *this; }
    std::uint64_t random() override { return random_(); }
    void run_later(background_lane lane, std::function<void()> work) override;

    /// Runs one step; false when nothing is ready and no timer waits.
    bool run_step();
    /// Runs until nothing is ready. Timers that are not due stay.
    void run_ready();
    /// Runs everything that happens within `span` of virtual time.
    void run_for(std::chrono::milliseconds span);
    /// Runs steps until `done` holds. False when it never will, because nothing is left to run.
    [[nodiscard]] bool run_until(const std::function<bool()>& done);

    /// Forgets every step and timer, as when the machine loses power.
    void drop_everything();

    class executor_type;
    [[nodiscard]] executor_type get_executor() noexcept;

private:
    friend class executor_type;
    /// Something that runs once; unlike std::function it may own what cannot be copied.
    struct step {
        virtual ~step() = default;
        virtual void run() = 0;
    };

    timestamp now() const override;
    steady_time ticks() const override { return time_; }
    timer_id call_at(steady_time due, std::function<void()> action) override;
    void cancel(timer_id timer) noexcept override { timers_.cancel(timer); }

    void add_ready(std::unique_ptr<step> next) { ready_.push_back(std::move(next)); }
    bool run_ready_step();

    std::mt19937_64 random_;
    steady_time time_{};
    timer_queue timers_;
    std::vector<std::unique_ptr<step>>
        ready_;  // may run in any order, as on a loop with many threads
    /// Each in order, as on a thread of its own.
    std::array<std::deque<std::function<void()>>, 2> background_;
};

/// Satisfies Asio's requirements; always queues.
class deterministic_scheduler::executor_type {
public:
    executor_type(deterministic_scheduler& scheduler, bool never_blocks) noexcept
        : scheduler_(&scheduler), never_blocks_(never_blocks) {}

    [[nodiscard]] boost::asio::execution_context& query(
        boost::asio::execution::context_t) const noexcept {
        return *scheduler_;
    }
    [[nodiscard]] boost::asio::execution::blocking_t query(
        boost::asio::execution::blocking_t) const noexcept {
        return never_blocks_
                   ? boost::asio::execution::blocking_t(boost::asio::execution::blocking.never)
                   : boost::asio::execution::blocking_t(boost::asio::execution::blocking.possibly);
    }
    [[nodiscard]] executor_type require(
        boost::asio::execution::blocking_t::never_t) const noexcept {
        return {*scheduler_, true};
    }
    [[nodiscard]] executor_type require(
        boost::asio::execution::blocking_t::possibly_t) const noexcept {
        return {*scheduler_, false};
    }

    template <class Function>
    void execute(Function&& function) const {
        struct once final : step {
            explicit once(std::decay_t<Function> given) : run_(std::move(given)) {}
            void run() override { std::move(run_)(); }
            std::decay_t<Function> run_;
        };
        scheduler_->add_ready(std::make_unique<once>(std::forward<Function>(function)));
    }

    friend bool operator==(const executor_type& a, const executor_type& b) noexcept {
        return a.scheduler_ == b.scheduler_ && a.never_blocks_ == b.never_blocks_;
    }
    friend bool operator!=(const executor_type& a, const executor_type& b) noexcept {
        return !(a == b);
    }

private:
    deterministic_scheduler* scheduler_;
    bool never_blocks_;
};

}  // namespace dormouse
