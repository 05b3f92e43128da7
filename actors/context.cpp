#include <dormouse/context.hpp>
#include <dormouse/detail/object_host.hpp>
#include <dormouse/error.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/core/demangle.hpp>

#include <memory>
#include <string>
#include <utility>

namespace dormouse {

context::context(detail::object_host& host, std::optional<steady_time> deadline)
    : host_(&host), db_(host, host), deadline_(deadline) {}

std::string_view context::instance_key() const noexcept {
    return host_->instance_key();
}
const object_id& context::id() const noexcept {
    return host_->id();
}
const database* context::database() const noexcept {
    return host_->definition();
}
boost::asio::any_io_executor context::executor() const {
    return host_->executor();
}
timestamp context::now() const {
    return host_->clock().now();
}

awaitable<void> context::sleep_for(std::chrono::milliseconds duration) const {
    auto& clock = host_->clock();
    auto start = [&clock, due = clock.ticks() + duration](auto handler) {
        auto executor = boost::asio::get_associated_executor(handler);
        auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
        clock.call_at(due, [executor, waiting] {
            boost::asio::post(executor, [waiting] { std::move (*waiting)(); });
        });
    };
    co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(
        start, boost::asio::use_awaitable);
}

void* context::find_environment(std::type_index type) const {
    if (auto* found = host_->environment(type)) {
        return found;
    }
    throw error(errc::invalid_state, "the runtime was given no environment of type " +
                                         boost::core::demangle(type.name()));
}

}  // namespace dormouse
