#include "transport/ws_session.hpp"

#include "transport/rpc_reply.hpp"

#include <dormouse/error.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <algorithm>
#include <utility>

namespace dormouse {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

struct ws_session::running_call {
    std::string id;
    std::string action;
    std::optional<steady_time> deadline;
    bool in_array;
};

bool is_ws_path(std::string_view path) {
    return path.starts_with("/ws/");
}

namespace {

http_response upgrade_required(const std::string& text) {
    auto response = failure_response({errc::invalid_request, text}, 426);
    response.headers.emplace_back("upgrade", "websocket");
    response.headers.emplace_back("sec-websocket-version", "13");
    return response;
}

std::optional<http_response> handshake_fault(const upgrade_request& request) {
    if (request.method() != http::verb::get) {
        auto response =
            failure_response({errc::invalid_request, "a WebSocket is opened with GET"}, 405);
        response.headers.emplace_back("allow", "GET");
        return response;
    }
    if (!websocket::is_upgrade(request)) {
        return upgrade_required("this path serves WebSockets only");
    }
    if (request[http::field::sec_websocket_version] != "13") {
        return upgrade_required("only version 13 of the WebSocket protocol is served");
    }
    if (request[http::field::sec_websocket_key].empty()) {
        return failure_response({errc::invalid_request, "the header sec-websocket-key is missing"});
    }
    return std::nullopt;
}

}  // namespace

std::optional<http_response> ws_refusal(const server_state& server,
                                        const upgrade_request& request) {
    const auto target = parse_target({request.target().data(), request.target().size()});
    if (target.segments.size() != 3) {
        return failure_response(
            {errc::not_found,
             "no route for " + target.path + ": sockets are at /ws/<database>/<instance>"});
    }
    try {
        static_cast<void>(server.runtime.find_database(target.segments[1]));
    } catch (const error& unknown) {
        return failure_response(unknown);
    }
    return handshake_fault(request);
}

ws_session::ws_session(std::shared_ptr<server_state> server, beast::tcp_stream stream,
                       http_target target)
    : server_(std::move(server)),
      socket_(std::move(stream)),
      database_(std::move(target.segments.at(1))),
      instance_(std::move(target.segments.at(2))),
      outbox_(server_->options.ws_message_bytes_max),
      room_(socket_.get_executor(), asio::steady_timer::time_point::max()) {}

asio::awaitable<void> ws_session::serve(const upgrade_request& request) {
    beast::get_lowest_layer(socket_).expires_never();  // the WebSocket has timeouts of its own
    socket_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
    socket_.read_message_max(server_->options.ws_message_bytes_max);
    socket_.text(true);
    error_code failure;
    co_await socket_.async_accept(request, asio::redirect_error(asio::use_awaitable, failure));
    settle(0);  // the server may have been stopped meanwhile
    while (!failure) {
        beast::flat_buffer buffer;
        co_await socket_.async_read(buffer, asio::redirect_error(asio::use_awaitable, failure));
        if (!failure) {
            co_await handle_frame(beast::buffers_to_string(buffer.data()));
        }
    }
    open_ = false;
    outbox_.clear();
    abandon();
}

void ws_session::finish() {
    finishing_ = true;
    settle(0);
}

void ws_session::abandon() {
    beast::get_lowest_layer(socket_).close();
}

asio::awaitable<void> ws_session::handle_frame(std::string text) {
    ws_frame frame;
    try {
        frame = split_ws_frame(text);
    } catch (const error& malformed) {
        log_malformed(text, malformed.what());
        co_return;
    }
    if (frame.is_array) {
        outbox_.peer_understands_arrays();
    }
    for (const auto& message : frame.messages) {
        co_await wait_for_room();
        handle_message(message, frame.is_array);
    }
}

/// Not reading further is what slows the client down.
asio::awaitable<void> ws_session::wait_for_room() {
    while (open_ && unanswered_ >= server_->options.ws_pending_requests_max) {
        error_code woken;
        co_await room_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

void ws_session::handle_message(const std::string& text, bool in_array) {
    ws_request request;
    try {
        request = decode_ws_request(text, instance_key_rule::optional);
    } catch (const error& malformed) {
        log_malformed(text, malformed.what());
        return;
    }
    ++unanswered_;
    if (auto fault = find_fault(request)) {
        const ws_response refused{
            .id = request.id, .ok = false, .result = {}, .error = std::move(*fault)};
        reply(refused, in_array);
        return;
    }
    call(std::move(request), in_array);
}

std::optional<std::string> ws_session::find_fault(const ws_request& request) const {
    if (request.instance_key && *request.instance_key != instance_) {
        return "instanceKey '" + *request.instance_key + "' is not this connection's instance '" +
               instance_ + "'";
    }
    try {
        static_cast<void>(server_->runtime.find_action(database_, request.action));
    } catch (const error& /*unknown*/) {
        return "Unknown action: " + request.action;
    }
    return std::nullopt;
}

void ws_session::call(ws_request request, bool in_array) {
    running_call started{std::move(request.id), request.action, server_->call_deadline(), in_array};
    dynamic_call called(database_, std::move(request.action), instance_,
                        std::move(request.args).value_or("{}"), started.deadline);
    auto done = [self = shared_from_this(), started = std::move(started)](
                    const std::exception_ptr& failure, std::string result) {
        self->complete(started, failure, std::move(result));
    };
    server_->runtime.call_action(std::move(called),
                                 asio::bind_executor(socket_.get_executor(), std::move(done)));
}

void ws_session::complete(const running_call& call, const std::exception_ptr& failure,
                          std::string result) {
    ws_response response{.id = call.id, .ok = !failure, .result = std::move(result), .error = {}};
    if (failure) {
        const auto reason = error_of(failure);
        const bool late = call.deadline && server_->ticks() >= *call.deadline;
        response.error = reason.what();
        if (late && reason.reason() == errc::timed_out) {
            response.error = "WebSocket request '" + call.action + "' timed out after " +
                             std::to_string(server_->options.request_timeout.count()) + "ms";
        }
    }
    reply(response, call.in_array);
}

void ws_session::reply(const ws_response& response, bool in_array) {
    if (!open_) {
        settle(1);
        return;
    }
    outbox_.push({encode_ws_response(response), in_array});
    if (!writing_) {
        writing_ = true;
        // Spawning posts to the strand: replies that are already queued there join the first frame.
        asio::co_spawn(socket_.get_executor(), write_replies(shared_from_this()),
                       [](const std::exception_ptr& /*only ever a destroyed loop*/) {});
    }
}

asio::awaitable<void> ws_session::write_replies(std::shared_ptr<ws_session> self) {
    bool written = true;
    while (written && !self->outbox_.empty()) {
        const std::size_t count = self->outbox_.size();
        auto frames = self->outbox_.take_frames();
        for (auto& frame : frames) {
            if (written) {
                written = co_await self->write_frame(std::move(frame));
            }
        }
        self->settle(count);
    }
    self->writing_ = false;
}

asio::awaitable<bool> ws_session::write_frame(std::string frame) {
    error_code failure;
    co_await socket_.async_write(asio::buffer(frame),
                                 asio::redirect_error(asio::use_awaitable, failure));
    co_return !failure;
}

void ws_session::settle(std::size_t answered) {
    unanswered_ -= std::min(unanswered_, answered);
    room_.cancel();
    if (finishing_ && unanswered_ == 0 && open_ && socket_.is_open()) {
        finishing_ = false;
        socket_.async_close(websocket::close_code::going_away,
                            [self = shared_from_this()](error_code /*the reader sees it, too*/) {});
    }
}

void ws_session::log_malformed(std::string_view text, std::string_view reason) const {
    server_->log(log_level::warning,
                 "[db] WebSocket received malformed message (ignored): " + std::string(reason) +
                     " First 120 chars: " + std::string(text.substr(0, 120)));
}

}  // namespace dormouse
