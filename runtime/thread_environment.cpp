#include "runtime/thread_environment.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <random>

namespace dormouse {

system_clock::system_clock(boost::asio::io_context& loop) : alarm_(loop) {}

timestamp system_clock::now() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

steady_time system_clock::ticks() const {
    return std::chrono::steady_clock::now();
}

timer_id system_clock::call_at(steady_time due, std::function<void()> action) {
    const std::lock_guard lock(mutex_);
    const auto earliest = queue_.next_due();
    const auto timer = queue_.schedule(due, std::move(action));
    if (!earliest || due < *earliest) {
        arm();
    }
    return timer;
}

void system_clock::cancel(timer_id timer) noexcept {
    // The alarm stays armed: finding nothing due costs less than re-arming for every cancelled
    // deadline.
    const std::lock_guard lock(mutex_);
    queue_.cancel(timer);
}

void system_clock::arm() {
    if (const auto due = queue_.next_due()) {
        alarm_.expires_at(*due);
        alarm_.async_wait([this](const boost::system::error_code& failure) {
            if (!failure) {
                run_due();
            }
        });
    }
}

void system_clock::run_due() {
    std::vector<timer_queue::action> due;
    {
        const std::lock_guard lock(mutex_);
        due = queue_.take_due(ticks());
        arm();
    }
    for (auto& action : due) {
        action();
    }
}

thread_environment::thread_environment(std::size_t loops, std::size_t threads_per_loop,
                                       std::shared_ptr<log_sink> log)
    : log_(std::move(log)), threads_per_loop_(std::max<std::size_t>(threads_per_loop, 1)) {
    for (std::size_t i = 0; i < std::max<std::size_t>(loops, 1); ++i) {
        loops_.push_back(
            std::make_unique<boost::asio::io_context>(static_cast<int>(threads_per_loop_)));
        guards_.emplace_back(loops_.back()->get_executor());
    }
    clock_ = std::make_unique<system_clock>(*loops_.front());
    for (auto& loop : loops_) {
        for (std::size_t i = 0; i < threads_per_loop_; ++i) {
            threads_.emplace_back([this, &loop] { run(*loop); });
        }
    }
}

// A completion handler of the program that throws has nobody to catch it; the objects of everybody
// else go on.
void thread_environment::run(boost::asio::io_context& loop) noexcept {
    const auto report = [this](std::string_view text) {
        if (log_ != nullptr) {
            log_->write(log_level::error, "runtime",
                        std::string("a completion handler threw: ").append(text));
        }
    };
    while (!loop.stopped()) {
        try {
            loop.run();
        } catch (const std::exception& escaped) {
            report(escaped.what());
        } catch (...) {
            report("an exception of unknown type");
        }
    }
}

thread_environment::~thread_environment() {
    stop();
}

boost::asio::any_io_executor thread_environment::loop(std::size_t index) {
    return loops_[index]->get_executor();
}

std::uint64_t thread_environment::random() {
    thread_local std::mt19937_64 source{std::random_device{}()};
    return source();
}

void thread_environment::run_later(background_lane lane, std::function<void()> work) {
    boost::asio::post(lane == background_lane::commits ? commits_ : maintenance_, std::move(work));
}

void thread_environment::stop() {
    if (stopped()) {
        return;
    }
    guards_.clear();
    for (auto& loop : loops_) {
        loop->stop();
    }
    for (auto& thread : threads_) {
        thread.join();
    }
    threads_.clear();
    // In this order: what becomes durable last is still closed in order.
    commits_.join();
    maintenance_.join();
}

}  // namespace dormouse
