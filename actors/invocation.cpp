#include <dormouse/detail/context_executor.hpp>
#include <dormouse/detail/invocation.hpp>
#include <dormouse/detail/object_host.hpp>
#include <dormouse/error.hpp>

#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace dormouse::detail {

call_origin call_origin::current(boost::asio::any_io_executor executor) {
    call_origin origin;
    const auto* carrying = executor.target<context_executor<boost::asio::any_io_executor>>();
    const auto* running = current_activity();
    if (running != nullptr) {
        origin.caller = running->object;
        origin.endpoint = running->endpoint;
        origin.resumes_caller = running->object != nullptr && carrying != nullptr &&
                                carrying->carried().object == running->object;
        origin.tenant = running->tenant;
        origin.deadline = running->deadline;
    }
    // The caller waits for the answer, so its loop must not run out of work meanwhile.
    origin.executor =
        boost::asio::prefer(std::move(executor), boost::asio::execution::outstanding_work.tracked);
    return origin;
}

invocation::invocation(call_destination to, call_origin from)
    : destination(std::move(to)), origin(std::move(from)) {}

std::string invocation::arguments_json() const {
    throw error(errc::invalid_state, "methods of objects cannot be called in another process");
}

void invocation::accept_result_json(std::string_view /*json*/) {
    throw error(errc::invalid_state, "methods of objects cannot be called in another process");
}

void invocation::finish(std::exception_ptr failure, ticket position) {
    if (finished_.exchange(true, std::memory_order_acq_rel)) {
        return;
    }
    if (const timer_id timer = deadline_timer_; timer != 0) {
        time_->cancel(timer);
    }
    auto executor = std::move(origin.executor);
    boost::asio::post(
        executor, [self = shared_from_this(), failure = std::move(failure), position]() mutable {
            if (self->origin.resumes_caller) {
                self->origin.caller->depend_on(position);
            }
            self->deliver(std::move(failure));
        });
}

void invocation::watch_deadline(clock& time) {
    if (!origin.deadline) {
        return;
    }
    time_ = &time;
    deadline_timer_ = time.call_at(*origin.deadline, [watched = weak_from_this()] {
        if (const auto call = watched.lock()) {
            call->time_out();
        }
    });
}

void invocation::time_out() {
    if (finished()) {
        return;
    }
    // A call made after the deadline it inherited did not wait at all.
    const auto waited = std::max(
        std::chrono::round<std::chrono::milliseconds>(origin.deadline.value_or(started) - started),
        std::chrono::milliseconds(0));
    finish(std::make_exception_ptr(
        error(errc::timed_out, "call of '" + std::string(name()) + "' timed out after " +
                                   std::to_string(waited.count()) + "ms")));
}

}  // namespace dormouse::detail
