// What all connections of one server share.
#pragma once

#include "transport/served_hosts.hpp"

#include <dormouse/http_server.hpp>

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace dormouse {

/// A connection, as seen by the server that ends it.
class open_connection {
public:
    virtual ~open_connection() = default;
    /// Ends after the running request. Callable from any thread.
    virtual void finish() = 0;
    /// Ends now. Callable from any thread.
    virtual void abandon() = 0;
};

using route_table =
    std::map<std::string, std::map<std::string, http_route_handler>>;  // path, method

/// **Thread safety:** thread-safe once the server has started.
/// **Lifetime:** kept alive by connections; `runtime` is used only while the server runs.
class server_state {
public:
    server_state(dormouse::runtime& served, http_server_options chosen)
        : runtime(served),
          options(std::move(chosen)),
          hosts(options.address, options.allowed_hosts) {}

    dormouse::runtime& runtime;
    const http_server_options options;
    const served_hosts hosts;
    route_table routes;

    /// False when there are too many, or the server is stopping.
    [[nodiscard]] bool admit(const std::shared_ptr<open_connection>& connection);
    void leave(const std::shared_ptr<open_connection>& connection);
    /// Ends all connections; returns when they have ended.
    void close_all();
    [[nodiscard]] bool stopping() const noexcept { return stopping_; }

    /// When a call that starts now times out.
    [[nodiscard]] std::optional<steady_time> call_deadline() const;
    [[nodiscard]] steady_time ticks() const;
    void log(log_level level, std::string_view text) const;

private:
    std::mutex mutex_;
    std::condition_variable left_;
    std::set<std::shared_ptr<open_connection>> connections_;
    std::atomic<bool> stopping_{false};
};

/// Answers one request that is no WebSocket upgrade. Never throws.
[[nodiscard]] boost::asio::awaitable<http_response> answer(std::shared_ptr<server_state> server,
                                                           http_request request);

/// Whether Host and Origin name this server, and `authorize` lets the request pass; else the
/// refusal.
[[nodiscard]] std::optional<http_response> refusal_of(const server_state& server,
                                                      const http_request& request);

}  // namespace dormouse
