#include <dormouse/db.hpp>
#include <dormouse/detail/object_host.hpp>
#include <dormouse/durable_storage.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace dormouse {
namespace {

std::uint64_t number_of(lease& turn, std::string_view pragma) {
    auto rows = turn.prepare(pragma);
    static_cast<void>(rows->step());
    return static_cast<std::uint64_t>(rows->integer(0));
}

/// Suspends until the object has done, after this turn, what `begin` asks of it.
boost::asio::awaitable<void> wait_for(detail::object_host& host,
                                      void (detail::object_host::*begin)(detail::host_completion)) {
    auto start = [&host, begin](auto handler) {
        auto executor = boost::asio::get_associated_executor(handler);
        auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
        (host.*begin)([executor, waiting](std::exception_ptr failure) {
            boost::asio::post(executor, [waiting, failure = std::move(failure)] {
                std::move (*waiting)(failure);
            });
        });
    };
    co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable),
                                         void(std::exception_ptr)>(start,
                                                                   boost::asio::use_awaitable);
}

}  // namespace

bookmark durable_storage::current_bookmark() {
    return host_->current_lease().current_bookmark();
}

bookmark durable_storage::bookmark_for_time(timestamp time) {
    return host_->current_lease().bookmark_for_time(time);
}

bookmark durable_storage::restore_on_next_wake(const bookmark& mark) {
    return host_->current_lease().restore_on_next_wake(mark);
}

void durable_storage::delete_all() {
    host_->current_lease().delete_all();
}

std::uint64_t durable_storage::database_size() {
    auto& turn = host_->current_lease();
    return (number_of(turn, "PRAGMA page_count") - number_of(turn, "PRAGMA freelist_count")) *
           number_of(turn, "PRAGMA page_size");
}

boost::asio::awaitable<void> durable_storage::sync() const {
    return wait_for(*host_, &detail::object_host::sync);
}

boost::asio::awaitable<void> durable_storage::vacuum() const {
    return wait_for(*host_, &detail::object_host::vacuum);
}

}  // namespace dormouse
