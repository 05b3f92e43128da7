// What the two client transports share: where the server is, and a call that waits for its answer.
#pragma once

#include "transport/endpoint_clock.hpp"

#include <dormouse/detail/invocation.hpp>
#include <dormouse/error.hpp>
#include <dormouse/remote.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace dormouse {

/// A server's url, taken apart.
struct remote_address {
    std::string host;
    std::string port;
    std::string host_field;  ///< For the Host header.
    std::string prefix;      ///< Of every path, without a '/' at its end.
};

/// Errors: `errc::invalid_arguments`.
[[nodiscard]] remote_address parse_remote_url(const std::string& url);

/// A call on its way to the server.
///
/// **Thread safety:** actor-confined to the client's strand.
class remote_call : public std::enable_shared_from_this<remote_call> {
public:
    /// `time` is kept alive for the call's own deadline: the remote may be gone before its calls.
    remote_call(std::shared_ptr<detail::invocation> call,
                const boost::asio::any_io_executor& strand, std::shared_ptr<endpoint_clock> time)
        : time_(std::move(time)), call_(std::move(call)), timer_(strand) {}

    /// Fails the call after `timeout` unless it is 0. `transport` is for the text: "HTTP" or
    /// "WebSocket".
    void watch(std::chrono::milliseconds timeout, std::string_view transport);
    /// When the call will time out; the end of time if never.
    [[nodiscard]] steady_time due() const noexcept { return due_; }

    [[nodiscard]] bool finished() const noexcept { return call_->finished(); }
    [[nodiscard]] const detail::invocation& invocation() const noexcept { return *call_; }
    [[nodiscard]] std::string database() const;

    void succeed(std::string_view result_json);
    void fail(const std::exception_ptr& failure);
    void fail(const error& failure) { fail(std::make_exception_ptr(failure)); }

private:
    std::shared_ptr<endpoint_clock> time_;
    std::shared_ptr<detail::invocation> call_;
    boost::asio::steady_timer timer_;
    steady_time due_ = steady_time::max();
};

}  // namespace dormouse
