// Browsers and other services reach the objects of a runtime over one port:
//
//     POST /rpc/<database>/<instance>/<action>   arguments and result as JSON
//     GET  /ws/<database>/<instance>             upgraded to a WebSocket of requests and responses
//     GET  /healthz                              "ok"
//
// and whatever routes the program adds. docs/transport.md describes the protocols and their status
// codes.
#pragma once

#include <dormouse/http_message.hpp>
#include <dormouse/log.hpp>
#include <dormouse/runtime.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dormouse {

struct http_server_options {
    std::string address = "127.0.0.1";  ///< Anything else exposes the server to other machines.
    std::uint16_t port = 8787;          ///< 0: any free port.
    /// Names to answer to, beside localhost, 127.0.0.1, [::1] and `address`, with any port.
    /// Requests to another Host, or from pages of another Origin, are refused.
    std::vector<std::string> allowed_hosts{};
    /// Sees every request before anything is touched; a response refuses it.
    std::function<std::optional<http_response>(const http_request&)> authorize{};

    std::chrono::milliseconds request_timeout{30'000};   ///< How long a call may take; 0: forever.
    std::chrono::milliseconds transfer_timeout{30'000};  ///< For reading or writing one message.
    std::chrono::milliseconds idle_timeout{60'000};      ///< For a connection between two requests.
    std::chrono::milliseconds shutdown_grace{2'000};     ///< How long stopping waits for requests.

    std::size_t connections_max = 4'096;
    std::uint32_t header_bytes_max = 16 * 1024;
    std::size_t body_bytes_max = std::size_t{1024} * 1024;
    std::size_t ws_message_bytes_max = std::size_t{1024} * 1024;
    std::size_t ws_pending_requests_max = 1'000;  ///< Per socket; no more is read meanwhile.

    std::shared_ptr<log_sink> log{};  ///< Null is silent.
};

/// Answers a request. Runs on the runtime's loops: actions can be called without naming the
/// runtime.
using http_route_handler = std::function<boost::asio::awaitable<http_response>(http_request)>;

/// Serves a runtime over HTTP and WebSocket.
///
/// **Thread safety:** `route` and `start` from one thread; the rest thread-safe.
/// **Lifetime:** the runtime outlives it. Destroying it stops it.
class http_server {
public:
    http_server(runtime& served, http_server_options options);
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;
    ~http_server();

    /// Answers requests for exactly `path` with `handler`. A GET route answers HEAD, too. What the
    /// handler throws is answered as a failed call is. Routes go before the paths served by
    /// default. Errors: `errc::invalid_state` once started.
    void route(std::string method, std::string path, http_route_handler handler);

    /// Listens. Errors: `boost::system::system_error` when the address cannot be bound;
    /// `errc::invalid_state` when started before.
    void start();

    /// Where it listens. 0 before `start`.
    [[nodiscard]] std::uint16_t port() const noexcept;

    /// Accepts no more, lets running requests finish within the grace period and closes all
    /// connections. Blocks; call it from outside the loops.
    void stop();

private:
    class listener;
    std::shared_ptr<listener> listener_;
};

}  // namespace dormouse
