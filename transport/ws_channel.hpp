// The client's side of one WebSocket: every call of one object travels over it. It is opened by the
// first call and opened again by the first call after it was lost.
#pragma once

#include "transport/remote_call.hpp"
#include "transport/ws_protocol.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace dormouse {

/// The object at the other end.
struct remote_object {
    std::string database;
    std::string instance;

    auto operator<=>(const remote_object&) const = default;
};

/// **Thread safety:** actor-confined to `strand`.
class ws_channel : public std::enable_shared_from_this<ws_channel> {
public:
    ws_channel(boost::asio::any_io_executor strand, remote_address address,
               const remote_options& options, remote_object object);

    void send(const std::shared_ptr<remote_call>& call);
    void stop();

private:
    using socket = boost::beast::websocket::stream<boost::beast::tcp_stream>;

    static boost::asio::awaitable<void> run(std::shared_ptr<ws_channel> self);
    /// Errors: `errc::disconnected`, or what the server refused the upgrade with.
    boost::asio::awaitable<void> connect(socket& opening);
    boost::asio::awaitable<void> read_all(socket& open);
    static boost::asio::awaitable<void> write_all(std::shared_ptr<ws_channel> self,
                                                  std::shared_ptr<socket> open);
    void start_writing();
    void accept_frame(const std::string& text);
    void accept_message(const std::string& text);
    void fail_all(const std::exception_ptr& failure);
    void forget_finished();
    void log_malformed(std::string_view text, std::string_view reason) const;

    boost::asio::any_io_executor strand_;
    remote_address address_;
    remote_options options_;
    remote_object object_;
    std::map<std::string, std::shared_ptr<remote_call>> unanswered_;  // by message id
    ws_outbox outbox_;
    std::uint64_t last_id_ = 0;
    std::shared_ptr<socket> socket_;  // null while not open
    bool running_ = false;            // connecting or open
    bool writing_ = false;
    bool stopped_ = false;
};

}  // namespace dormouse
