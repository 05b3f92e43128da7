// An action reads the same whether its object lives in this process or behind a socket:
//
//     dormouse::remote shop(io.get_executor(), {.url = "http://127.0.0.1:8787"});
//     auto alice = co_await create_user.on(shop, "acme")({.name = "Alice", .email =
//     "a@example.com"});
//
// Calls of a database declared `transport_kind::rpc` travel as HTTP requests over a few connections
// that are kept open; calls of a `transport_kind::websocket` database over one socket for each
// object.
#pragma once

#include <dormouse/call_endpoint.hpp>
#include <dormouse/log.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace dormouse {

struct remote_options {
    std::string url = "http://127.0.0.1:8787";  ///< Of an `http_server`, with or without a path.
    std::chrono::milliseconds request_timeout{30'000};  ///< 0: forever.
    std::chrono::milliseconds idle_timeout{
        30'000};                       ///< An unused HTTP connection is closed after this.
    std::size_t connections_max = 8;   ///< HTTP connections open at the same time.
    std::size_t waiting_max = 10'000;  ///< Further calls fail with `errc::overloaded`.
    std::size_t reply_bytes_max = std::size_t{16} * 1024 * 1024;
    std::size_t frame_bytes_max =
        std::size_t{256} * 1024;      ///< Requests share WebSocket frames up to this size.
    std::shared_ptr<log_sink> log{};  ///< Null is silent.
};

/// A runtime in another process.
///
/// Errors of calls: those the server reports, with `remote()` true (over WebSocket always as
/// `errc::handler_failed`, because that protocol carries texts only); `errc::timed_out`;
/// `errc::disconnected`, after which the call may or may not have taken effect; `errc::overloaded`.
///
/// **Thread safety:** thread-safe. **Lifetime:** the executor's context outlives it; it outlives
/// calls.
class remote final : public call_endpoint {
public:
    /// Connects to nothing until called. Errors: `errc::invalid_arguments` for a url that is not
    /// http.
    remote(boost::asio::any_io_executor executor, remote_options options);
    remote(const remote&) = delete;
    remote& operator=(const remote&) = delete;
    ~remote();

    void start_call(std::shared_ptr<detail::invocation> call) override;
    [[nodiscard]] boost::asio::any_io_executor completion_executor() override;
    [[nodiscard]] dormouse::clock& clock() noexcept override;

    /// Closes all connections; what waits for an answer fails with `errc::disconnected`, as do
    /// later calls.
    void stop();

private:
    class connections;
    boost::asio::any_io_executor executor_;
    std::shared_ptr<connections> connections_;
};

}  // namespace dormouse
