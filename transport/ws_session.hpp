// The server's side of one WebSocket: requests run concurrently in the order they came, and replies
// that are ready at the same time leave together.
#pragma once

#include "transport/http_target.hpp"
#include "transport/server_state.hpp"
#include "transport/ws_protocol.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dormouse {

using upgrade_request = boost::beast::http::request<boost::beast::http::string_body>;

[[nodiscard]] bool is_ws_path(std::string_view path);

/// Why `request` cannot become a WebSocket; nothing when it can.
[[nodiscard]] std::optional<http_response> ws_refusal(const server_state& server,
                                                      const upgrade_request& request);

/// **Thread safety:** actor-confined to the stream's strand.
class ws_session : public std::enable_shared_from_this<ws_session> {
public:
    /// `target` is one that `ws_refusal` let pass.
    ws_session(std::shared_ptr<server_state> server, boost::beast::tcp_stream stream,
               http_target target);

    /// Accepts the upgrade and serves until the connection is closed.
    boost::asio::awaitable<void> serve(const upgrade_request& request);

    /// Closes once everything accepted is answered.
    void finish();
    void abandon();

private:
    struct running_call;

    boost::asio::awaitable<void> handle_frame(std::string text);
    boost::asio::awaitable<void> wait_for_room();
    void handle_message(const std::string& text, bool in_array);
    [[nodiscard]] std::optional<std::string> find_fault(const ws_request& request) const;
    void call(ws_request request, bool in_array);
    void complete(const running_call& call, const std::exception_ptr& failure, std::string result);
    void reply(const ws_response& response, bool in_array);
    static boost::asio::awaitable<void> write_replies(std::shared_ptr<ws_session> self);
    boost::asio::awaitable<bool> write_frame(std::string frame);
    void settle(std::size_t answered);
    void log_malformed(std::string_view text, std::string_view reason) const;

    std::shared_ptr<server_state> server_;
    boost::beast::websocket::stream<boost::beast::tcp_stream> socket_;
    std::string database_;
    std::string instance_;
    ws_outbox outbox_;
    boost::asio::steady_timer room_;  // cancelled whenever a reply has left
    std::size_t unanswered_ = 0;      // requests whose reply has not been written
    bool writing_ = false;
    bool open_ = true;
    bool finishing_ = false;
};

}  // namespace dormouse
