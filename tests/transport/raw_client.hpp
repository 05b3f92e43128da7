// A client that says exactly what a test tells it to, right or wrong. Blocking, on a loop of its
// own.
#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace dormouse::test {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using raw_request = http::request<http::string_body>;
using raw_response = http::response<http::string_body>;

inline tcp::endpoint local_endpoint(std::uint16_t port) {
    return {boost::asio::ip::address_v4::loopback(), port};
}

/// One HTTP connection.
class raw_http {
public:
    explicit raw_http(std::uint16_t port) { socket_.connect(local_endpoint(port)); }

    raw_response exchange(const raw_request& request) {
        http::write(socket_, request);
        return read(request.method() == http::verb::head);
    }

    /// Sends bytes that need not be HTTP.
    raw_response exchange(std::string_view bytes) {
        send(bytes);
        return read(false);
    }

    void send(std::string_view bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }

    raw_response read(bool head = false) {
        http::response_parser<http::string_body> parser;
        parser.skip(head);
        http::read(socket_, buffer_, parser);
        return parser.release();
    }

    /// The server has closed the connection.
    bool closed_by_server() {
        char byte = 0;
        boost::system::error_code failure;
        socket_.read_some(boost::asio::buffer(&byte, 1), failure);
        return failure.failed();
    }

private:
    boost::asio::io_context loop_;
    tcp::socket socket_{loop_};
    beast::flat_buffer buffer_;
};

inline raw_request get(std::string_view target) {
    raw_request request(http::verb::get, {target.data(), target.size()}, 11);
    request.set(http::field::host, "localhost");
    return request;
}

inline raw_request post(std::string_view target, std::string body) {
    raw_request request(http::verb::post, {target.data(), target.size()}, 11);
    request.set(http::field::host, "localhost");
    request.set(http::field::content_type, "application/json");
    request.body() = std::move(body);
    request.prepare_payload();
    return request;
}

/// One WebSocket.
class raw_socket {
public:
    raw_socket(std::uint16_t port, const std::string& target) {
        socket_.next_layer().connect(local_endpoint(port));
        socket_.handshake("localhost", target);
    }

    void send(std::string_view text, bool binary = false) {
        socket_.binary(binary);
        socket_.write(boost::asio::buffer(text));
    }

    std::string receive() {
        beast::flat_buffer buffer;
        socket_.read(buffer);
        return beast::buffers_to_string(buffer.data());
    }

    void close(beast::websocket::close_code code) { socket_.close(code); }

    /// Reads until the close frame and returns its code.
    std::uint16_t close_code() {
        boost::system::error_code failure;
        beast::flat_buffer buffer;
        while (!failure) {
            socket_.read(buffer, failure);
        }
        return socket_.reason().code;
    }

private:
    boost::asio::io_context loop_;
    beast::websocket::stream<tcp::socket> socket_{loop_};
};

}  // namespace dormouse::test
