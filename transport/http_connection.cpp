#include "transport/http_connection.hpp"

#include "transport/http_target.hpp"
#include "transport/rpc_reply.hpp"
#include "transport/ws_session.hpp"

#include <dormouse/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace dormouse {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using http_message = http::request<http::string_body>;

constexpr std::size_t read_bytes = 8'192;

http_request plain_request(const http_message& message) {
    http_request request;
    request.target = std::string(message.target());
    auto target = parse_target(request.target);
    request.method = std::string(message.method_string());
    request.path = std::move(target.path);
    request.query = std::move(target.query);
    for (const auto& field : message) {
        request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    request.body = message.body();
    return request;
}

http::response<http::string_body> wire_response(http_response response) {
    http::response<http::string_body> wire;
    wire.result(static_cast<unsigned>(response.status));
    for (const auto& [name, value] : response.headers) {
        wire.insert(name, value);
    }
    wire.body() = std::move(response.body);
    return wire;
}

/// What a request that cannot be read is answered with.
http_response unreadable(error_code failure) {
    if (failure == http::error::body_limit) {
        return failure_response({errc::payload_too_large, "the request's body is too large"});
    }
    if (failure == http::error::header_limit || failure == http::error::buffer_overflow) {
        return failure_response({errc::payload_too_large, "the request's header is too large"},
                                431);
    }
    return failure_response({errc::invalid_request, "malformed request: " + failure.message()});
}

/// The peer is gone, or this side closed the connection: nobody waits for an answer.
bool is_farewell(error_code failure) {
    return failure == beast::error::timeout || failure == http::error::end_of_stream ||
           failure == http::error::partial_message || failure == asio::error::operation_aborted ||
           failure == asio::error::connection_reset || failure == asio::error::eof ||
           failure == asio::error::bad_descriptor;
}

class http_connection final : public open_connection,
                              public std::enable_shared_from_this<http_connection> {
public:
    http_connection(std::shared_ptr<server_state> server, asio::ip::tcp::socket socket)
        : server_(std::move(server)),
          stream_(std::move(socket)),
          buffer_(server_->options.header_bytes_max + 2 * read_bytes) {}

    void start() {
        asio::co_spawn(stream_.get_executor(), serve(shared_from_this()),
                       [](const std::exception_ptr&) {});
    }

    void finish() override {
        asio::dispatch(stream_.get_executor(), [self = shared_from_this()] {
            self->closing_ = true;
            if (!self->busy_) {
                self->close();
            }
        });
    }

    void abandon() override {
        asio::dispatch(stream_.get_executor(), [self = shared_from_this()] {
            self->close();
            if (self->session_) {
                self->session_->abandon();
            }
        });
    }

private:
    using parser = http::request_parser<http::string_body>;

    static asio::awaitable<void> serve(std::shared_ptr<http_connection> self) {
        if (!self->server_->admit(self)) {
            const auto refused =
                failure_response({errc::overloaded, "the server has too many connections"});
            co_await self->write(refused, nullptr);
            self->close();
            co_return;
        }
        try {
            bool more = true;
            while (more) {
                more = co_await self->serve_request();
            }
        } catch (const std::exception& failure) {
            self->server_->log(log_level::error,
                               std::string("connection failed: ") + failure.what());
        }
        self->close();
        self->server_->leave(self);
    }

    /// False when the connection is over.
    asio::awaitable<bool> serve_request() {
        const bool arrived = co_await await_request();
        if (!arrived) {
            co_return false;
        }
        busy_ = true;
        parser reading;
        reading.header_limit(server_->options.header_bytes_max);
        reading.body_limit(server_->options.body_bytes_max);
        const error_code failure = co_await read(reading);
        if (failure) {
            if (!is_farewell(failure)) {
                const auto refused = unreadable(failure);
                co_await write(refused, nullptr);
                co_await drain();
            }
            co_return false;
        }
        const http_message message = reading.release();
        const bool more = co_await respond(message);
        busy_ = false;
        co_return more && !closing_;
    }

    /// Waits for the first bytes of the next request.
    asio::awaitable<bool> await_request() {
        if (buffer_.size() != 0) {
            co_return true;
        }
        error_code failure;
        stream_.expires_after(server_->options.idle_timeout);
        const std::size_t count = co_await stream_.async_read_some(
            buffer_.prepare(read_bytes), asio::redirect_error(asio::use_awaitable, failure));
        buffer_.commit(count);
        co_return !failure && !closing_;
    }

    asio::awaitable<error_code> read(parser& reading) {
        error_code failure;
        stream_.expires_after(server_->options.transfer_timeout);
        co_await http::async_read_header(stream_, buffer_, reading,
                                         asio::redirect_error(asio::use_awaitable, failure));
        if (failure) {
            co_return failure;
        }
        if (beast::iequals(reading.get()[http::field::expect], "100-continue")) {
            static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            co_await asio::async_write(stream_, asio::buffer(go_on),
                                       asio::redirect_error(asio::use_awaitable, failure));
        }
        if (!failure) {
            co_await http::async_read(stream_, buffer_, reading,
                                      asio::redirect_error(asio::use_awaitable, failure));
        }
        co_return failure;
    }

    asio::awaitable<bool> respond(const http_message& message) {
        std::optional<http_response> response;
        http_request request;
        try {
            request = plain_request(message);
            response = refusal_of(*server_, request);
        } catch (...) {
            response = failure_response(error_of(std::current_exception()));
        }
        if (!response && is_ws_path(request.path)) {
            response = ws_refusal(*server_, message);
            if (!response) {
                busy_ = false;
                co_await upgrade(message);
                co_return false;
            }
        }
        if (!response) {
            // The timer would close a connection whose handler is slow; calls have deadlines of
            // their own.
            stream_.expires_never();
            response = co_await answer(server_, std::move(request));
        }
        const bool written = co_await write(*response, &message);
        co_return written&& message.keep_alive();
    }

    /// From here on the session owns the connection; this coroutine only waits for its end.
    asio::awaitable<void> upgrade(const http_message& message) {
        session_ = std::make_shared<ws_session>(
            server_, std::move(stream_),
            parse_target({message.target().data(), message.target().size()}));
        if (closing_) {
            session_->finish();
        }
        co_await session_->serve(message);
    }

    /// `message` is the request answered; null when it was not understood.
    asio::awaitable<bool> write(http_response response, const http_message* message) {
        auto wire = wire_response(std::move(response));
        const bool head = message != nullptr && message->method() == http::verb::head;
        wire.version(message != nullptr ? message->version() : 11);
        wire.keep_alive(message != nullptr && message->keep_alive() && !closing_);
        wire.prepare_payload();
        if (head) {
            wire.body().clear();  // content-length still names what GET would send
        }
        error_code failure;
        stream_.expires_after(server_->options.transfer_timeout);
        http::response_serializer<http::string_body> serializer(wire);
        if (head) {
            co_await http::async_write_header(stream_, serializer,
                                              asio::redirect_error(asio::use_awaitable, failure));
        } else {
            co_await http::async_write(stream_, serializer,
                                       asio::redirect_error(asio::use_awaitable, failure));
        }
        co_return !failure;
    }

    /// Reads on for a moment after a refusal: closing with unread bytes would reset the connection,
    /// and the client might never see the answer.
    asio::awaitable<void> drain() {
        error_code failure;
        stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, failure);
        stream_.expires_after(
            std::min(server_->options.transfer_timeout, std::chrono::milliseconds(1'000)));
        std::size_t left = 4 * server_->options.body_bytes_max;
        while (!failure && left > 0) {
            buffer_.clear();
            const std::size_t count = co_await stream_.async_read_some(
                buffer_.prepare(read_bytes), asio::redirect_error(asio::use_awaitable, failure));
            left -= std::min(left, count);
        }
    }

    void close() {
        if (session_) {
            session_->finish();
            return;
        }
        error_code ignored;
        stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        stream_.close();
    }

    std::shared_ptr<server_state> server_;
    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    std::shared_ptr<ws_session> session_;
    bool busy_ = false;
    bool closing_ = false;
};

}  // namespace

void serve_http(const std::shared_ptr<server_state>& server, asio::ip::tcp::socket socket) {
    std::make_shared<http_connection>(server, std::move(socket))->start();
}

}  // namespace dormouse
