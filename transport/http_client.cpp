#include "transport/http_client.hpp"

#include "transport/http_target.hpp"
#include "transport/rpc_reply.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace dormouse {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

/// One connection, opened when needed and opened again when the server closed it.
class http_client::connection {
public:
    connection(const asio::any_io_executor& strand, const remote_address& address,
               const remote_options& options)
        : address_(address), options_(options), stream_(strand), work_arrived_(strand) {}

    /// Sends the call and completes it.
    asio::awaitable<void> exchange(std::shared_ptr<remote_call> call) {
        const std::string name(call->invocation().name());
        error_code failure;
        const bool reusable = usable();
        stream_.expires_at(call->due());
        if (!reusable) {
            failure = co_await connect();
        }
        http::response_parser<http::string_body> reading;
        if (!failure) {
            failure = co_await transfer(*call, reading);
        }
        stream_.expires_never();
        if (failure) {
            close();
            call->fail({errc::disconnected, "[db] HTTP request '" + name + "' to " +
                                                address_.host_field +
                                                " failed: " + failure.message()});
            co_return;
        }
        finish(*call, reading.get());
    }

    /// False when no work came for so long that the connection should close.
    asio::awaitable<bool> wait_for_work() {
        error_code woken;
        work_arrived_.expires_after(options_.idle_timeout);
        co_await work_arrived_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        co_return woken == asio::error::operation_aborted;
    }
    void wake() { work_arrived_.cancel(); }
    /// Fails what is under way; nothing more is sent.
    void stop() {
        stopped_ = true;
        wake();
        close();
    }

    void close() {
        stream_.close();
        buffer_.clear();
    }

private:
    /// The server may have closed the connection meanwhile: sending into it would lose a call that
    /// could have been made.
    [[nodiscard]] bool usable() {
        auto& socket = stream_.socket();
        if (!socket.is_open()) {
            return false;
        }
        char byte = 0;
        const auto peeked = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        const bool silent = peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        if (!silent) {
            close();
        }
        return silent;
    }

    asio::awaitable<error_code> connect() {
        error_code failure;
        asio::ip::tcp::resolver resolver(stream_.get_executor());
        const auto found = co_await resolver.async_resolve(
            address_.host, address_.port, asio::redirect_error(asio::use_awaitable, failure));
        if (!failure && !stopped_) {
            co_await stream_.async_connect(found,
                                           asio::redirect_error(asio::use_awaitable, failure));
        }
        // A stop that came while the name was looked up found no socket to close.
        co_return stopped_ ? asio::error::operation_aborted : failure;
    }

    asio::awaitable<error_code> transfer(const remote_call& call,
                                         http::response_parser<http::string_body>& reading) {
        const auto request = request_for(call);
        error_code failure;
        co_await http::async_write(stream_, request,
                                   asio::redirect_error(asio::use_awaitable, failure));
        if (!failure) {
            reading.body_limit(options_.reply_bytes_max);
            co_await http::async_read(stream_, buffer_, reading,
                                      asio::redirect_error(asio::use_awaitable, failure));
        }
        co_return failure;
    }

    [[nodiscard]] http::request<http::string_body> request_for(const remote_call& call) const {
        const auto& made = call.invocation();
        const std::string target = address_.prefix + "/rpc/" + encode_segment(call.database()) +
                                   "/" + encode_segment(made.destination.key) + "/" +
                                   encode_segment(made.name());
        http::request<http::string_body> request(http::verb::post, target, 11);
        request.set(http::field::host, address_.host_field);
        request.set(http::field::content_type, "application/json");
        request.body() = made.arguments_json();
        request.prepare_payload();
        return request;
    }

    void finish(remote_call& call, const http::response<http::string_body>& response) {
        if (!response.keep_alive()) {
            close();
        }
        try {
            call.succeed(read_rpc_reply(static_cast<int>(response.result_int()), response.body()));
        } catch (...) {
            call.fail(std::current_exception());
        }
    }

    const remote_address& address_;
    const remote_options& options_;
    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    asio::steady_timer work_arrived_;
    bool stopped_ = false;
};

http_client::http_client(asio::any_io_executor strand, remote_address address,
                         const remote_options& options)
    : strand_(std::move(strand)), address_(std::move(address)), options_(options) {}

void http_client::send(std::shared_ptr<remote_call> call) {
    if (waiting_.size() >= options_.waiting_max) {
        call->fail({errc::overloaded, "[db] too many HTTP requests are waiting to be sent"});
        return;
    }
    call->watch(options_.request_timeout, "HTTP");
    waiting_.push_back(std::move(call));
    if (!idle_.empty()) {
        const auto woken = idle_.extract(idle_.begin()).value();
        woken->wake();
    } else if (connections_.size() < options_.connections_max) {
        open_connection();
    }
}

void http_client::stop() {
    stopped_ = true;
    for (const auto& call : std::exchange(waiting_, {})) {
        call->fail({errc::disconnected, "[db] the client was stopped"});
    }
    for (const auto& open : connections_) {
        open->stop();
    }
}

std::shared_ptr<remote_call> http_client::take_next() {
    while (!waiting_.empty()) {
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        if (!next->finished()) {
            return next;
        }
    }
    return nullptr;
}

void http_client::open_connection() {
    auto made = std::make_shared<connection>(strand_, address_, options_);
    connections_.insert(made);
    asio::co_spawn(strand_, work(shared_from_this(), std::move(made)),
                   [](const std::exception_ptr& /*only ever a destroyed loop*/) {});
}

asio::awaitable<void> http_client::work(std::shared_ptr<http_client> self,
                                        std::shared_ptr<connection> on) {
    bool wanted = true;
    while (wanted && !self->stopped_) {
        if (auto next = self->take_next()) {
            try {
                co_await on->exchange(next);
            } catch (...) {
                next->fail(std::current_exception());
                on->close();
            }
            continue;
        }
        self->idle_.insert(on);
        wanted = co_await on->wait_for_work();
        wanted = wanted || !self->waiting_.empty();
        self->idle_.erase(on);
    }
    on->close();
    self->connections_.erase(on);
}

}  // namespace dormouse
