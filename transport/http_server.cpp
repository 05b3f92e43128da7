#include "transport/http_connection.hpp"
#include "transport/server_state.hpp"

#include <dormouse/error.hpp>
#include <dormouse/http_server.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace dormouse {
namespace asio = boost::asio;
using asio::ip::tcp;

bool server_state::admit(const std::shared_ptr<open_connection>& connection) {
    const std::lock_guard lock(mutex_);
    if (stopping_ || connections_.size() >= options.connections_max) {
        return false;
    }
    connections_.insert(connection);
    return true;
}

void server_state::leave(const std::shared_ptr<open_connection>& connection) {
    const std::lock_guard lock(mutex_);
    connections_.erase(connection);
    left_.notify_all();
}

void server_state::close_all() {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    for (const auto& connection : connections_) {
        connection->finish();
    }
    const auto none = [this] { return connections_.empty(); };
    if (left_.wait_for(lock, options.shutdown_grace, none)) {
        return;
    }
    for (const auto& connection : connections_) {
        connection->abandon();
    }
    // A connection whose handler does not return stays behind; it holds this state and no socket.
    left_.wait_for(lock, options.shutdown_grace, none);
    connections_.clear();
}

steady_time server_state::ticks() const {
    call_endpoint& endpoint = runtime;
    return endpoint.clock().ticks();
}

std::optional<steady_time> server_state::call_deadline() const {
    if (options.request_timeout.count() <= 0) {
        return std::nullopt;
    }
    return ticks() + options.request_timeout;
}

void server_state::log(log_level level, std::string_view text) const {
    if (options.log) {
        options.log->write(level, "transport", text);
    }
}

class http_server::listener : public std::enable_shared_from_this<listener> {
public:
    listener(runtime& served, http_server_options options)
        : state_(std::make_shared<server_state>(served, std::move(options))),
          executor_(served.executor()),
          acceptor_(asio::make_strand(executor_)) {}

    void route(std::string method, std::string path, http_route_handler handler) {
        if (port_ != 0) {
            throw error(errc::invalid_state, "routes are added before the server starts");
        }
        state_->routes[std::move(path)][std::move(method)] = std::move(handler);
    }

    void start() {
        if (port_ != 0) {
            throw error(errc::invalid_state, "the server was started before");
        }
        const auto& options = state_->options;
        const tcp::endpoint local(asio::ip::make_address(options.address), options.port);
        acceptor_.open(local.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.bind(local);
        acceptor_.listen();
        port_ = acceptor_.local_endpoint().port();
        asio::co_spawn(acceptor_.get_executor(), accept_all(shared_from_this()),
                       [](const std::exception_ptr& /*only ever a destroyed loop*/) {});
    }

    void stop() {
        if (port_ == 0 || state_->stopping()) {
            return;
        }
        asio::dispatch(acceptor_.get_executor(), [self = shared_from_this()] {
            boost::system::error_code ignored;
            self->acceptor_.close(ignored);
        });
        state_->close_all();
    }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    static asio::awaitable<void> accept_all(std::shared_ptr<listener> self) {
        while (self->acceptor_.is_open()) {
            boost::system::error_code failure;
            const asio::any_io_executor strand = asio::make_strand(self->executor_);
            auto socket = co_await self->acceptor_.async_accept(
                strand, asio::redirect_error(asio::use_awaitable, failure));
            if (!failure) {
                serve_http(self->state_, std::move(socket));
            } else if (self->acceptor_.is_open()) {
                self->state_->log(log_level::warning,
                                  "cannot accept a connection: " + failure.message());
                // Out of descriptors, most likely: without a pause this would spin.
                asio::steady_timer pause(self->acceptor_.get_executor(),
                                         std::chrono::milliseconds(100));
                co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failure));
            }
        }
    }

    std::shared_ptr<server_state> state_;
    asio::any_io_executor executor_;
    tcp::acceptor acceptor_;
    std::atomic<std::uint16_t> port_{0};
};

http_server::http_server(runtime& served, http_server_options options)
    : listener_(std::make_shared<listener>(served, std::move(options))) {}

http_server::~http_server() {
    stop();
}

void http_server::route(std::string method, std::string path, http_route_handler handler) {
    listener_->route(std::move(method), std::move(path), std::move(handler));
}

void http_server::start() {
    listener_->start();
}
std::uint16_t http_server::port() const noexcept {
    return listener_->port();
}
void http_server::stop() {
    listener_->stop();
}

}  // namespace dormouse
