#include "transport/ws_channel.hpp"

#include "transport/http_target.hpp"
#include "transport/rpc_reply.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace dormouse {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds connect_timeout{30};

/// What the server said instead of opening the socket.
[[noreturn]] void throw_refused(const websocket::response_type& response, error_code failure) {
    if (failure != websocket::error::upgrade_declined) {
        throw error(errc::disconnected, "WebSocket upgrade failed: " + failure.message());
    }
    static_cast<void>(read_rpc_reply(static_cast<int>(response.result_int()), response.body()));
    throw error(errc::disconnected, "WebSocket upgrade failed: the server answered with status " +
                                        std::to_string(response.result_int()));
}

}  // namespace

ws_channel::ws_channel(asio::any_io_executor strand, remote_address address,
                       const remote_options& options, remote_object object)
    : strand_(std::move(strand)),
      address_(std::move(address)),
      options_(options),
      object_(std::move(object)),
      outbox_(options.frame_bytes_max) {
    outbox_.peer_understands_arrays();
}

void ws_channel::send(const std::shared_ptr<remote_call>& call) {
    forget_finished();
    if (unanswered_.size() >= options_.waiting_max) {
        call->fail({errc::overloaded, "[db] too many WebSocket requests wait for an answer"});
        return;
    }
    call->watch(options_.request_timeout, "WebSocket");
    const auto& made = call->invocation();
    const ws_request request{.id = std::to_string(++last_id_),
                             .action = std::string(made.name()),
                             .args = made.arguments_json(),
                             .instance_key = object_.instance};
    outbox_.push({encode_ws_request(request), false});
    unanswered_.emplace(request.id, call);
    if (!running_) {
        running_ = true;
        asio::co_spawn(strand_, run(shared_from_this()),
                       [](const std::exception_ptr& /*never*/) {});
    } else {
        start_writing();
    }
}

void ws_channel::stop() {
    stopped_ = true;
    fail_all(std::make_exception_ptr(error(errc::disconnected, "[db] the client was stopped")));
    if (socket_) {
        const websocket::close_reason leaving(websocket::close_code::normal, "Client closing");
        socket_->async_close(leaving, [open = socket_](error_code /*closed either way*/) {});
    }
}

asio::awaitable<void> ws_channel::run(std::shared_ptr<ws_channel> self) {
    auto opening = std::make_shared<socket>(self->strand_);
    std::exception_ptr failure;
    try {
        co_await self->connect(*opening);
        if (!self->stopped_) {
            self->socket_ = opening;
            self->start_writing();
            co_await self->read_all(*opening);
        }
        failure = std::make_exception_ptr(error(errc::disconnected, "WebSocket connection closed"));
    } catch (...) {
        failure = std::current_exception();
    }
    self->socket_.reset();
    self->running_ = false;
    beast::get_lowest_layer(*opening).close();
    self->fail_all(failure);
}

asio::awaitable<void> ws_channel::connect(socket& opening) {
    error_code failure;
    auto& stream = beast::get_lowest_layer(opening);
    stream.expires_after(connect_timeout);
    asio::ip::tcp::resolver resolver(strand_);
    const auto found = co_await resolver.async_resolve(
        address_.host, address_.port, asio::redirect_error(asio::use_awaitable, failure));
    if (!failure) {
        co_await stream.async_connect(found, asio::redirect_error(asio::use_awaitable, failure));
    }
    if (failure) {
        throw error(errc::disconnected,
                    "[db] cannot connect to " + address_.host_field + ": " + failure.message());
    }
    stream.expires_never();  // the WebSocket has timeouts of its own
    opening.set_option(websocket::stream_base::timeout::suggested(beast::role_type::client));
    opening.read_message_max(options_.reply_bytes_max);
    opening.text(true);
    const std::string target = address_.prefix + "/ws/" + encode_segment(object_.database) + "/" +
                               encode_segment(object_.instance);
    websocket::response_type response;
    co_await opening.async_handshake(response, address_.host_field, target,
                                     asio::redirect_error(asio::use_awaitable, failure));
    if (failure) {
        throw_refused(response, failure);
    }
}

asio::awaitable<void> ws_channel::read_all(socket& open) {
    error_code failure;
    while (!failure) {
        beast::flat_buffer buffer;
        co_await open.async_read(buffer, asio::redirect_error(asio::use_awaitable, failure));
        if (!failure) {
            accept_frame(beast::buffers_to_string(buffer.data()));
        }
    }
}

void ws_channel::start_writing() {
    if (writing_ || !socket_ || outbox_.empty()) {
        return;
    }
    writing_ = true;
    // Spawning posts to the strand: calls that are already queued there join the first frame.
    asio::co_spawn(strand_, write_all(shared_from_this(), socket_),
                   [](const std::exception_ptr& /*never*/) {});
}

asio::awaitable<void> ws_channel::write_all(std::shared_ptr<ws_channel> self,
                                            std::shared_ptr<socket> open) {
    error_code failure;
    while (!failure && self->socket_ == open && !self->outbox_.empty()) {
        const auto frames = self->outbox_.take_frames();
        for (const auto& frame : frames) {
            if (!failure) {
                co_await open->async_write(asio::buffer(frame),
                                           asio::redirect_error(asio::use_awaitable, failure));
            }
        }
    }
    self->writing_ = false;
    self->start_writing();  // for a socket opened meanwhile
}

void ws_channel::accept_frame(const std::string& text) {
    try {
        for (const auto& message : split_ws_frame(text).messages) {
            accept_message(message);
        }
    } catch (const error& malformed) {
        log_malformed(text, malformed.what());
    }
}

void ws_channel::accept_message(const std::string& text) {
    ws_response response;
    try {
        response = decode_ws_response(text);
    } catch (const error& malformed) {
        log_malformed(text, malformed.what());
        return;
    }
    const auto found = unanswered_.find(response.id);
    if (found == unanswered_.end()) {
        return;  // an answer that came after its timeout
    }
    const auto call = std::move(found->second);
    unanswered_.erase(found);
    if (response.ok) {
        call->succeed(response.result.value_or("null"));
    } else {
        call->fail(error(errc::handler_failed, response.error).as_remote());
    }
}

void ws_channel::fail_all(const std::exception_ptr& failure) {
    outbox_.clear();
    for (const auto& [id, call] : std::exchange(unanswered_, {})) {
        call->fail(failure);
    }
}

/// Calls that timed out are not removed by their answer, which may never come.
void ws_channel::forget_finished() {
    if (unanswered_.size() >= options_.waiting_max) {
        std::erase_if(unanswered_, [](const auto& waiting) { return waiting.second->finished(); });
    }
}

void ws_channel::log_malformed(std::string_view text, std::string_view reason) const {
    if (options_.log) {
        options_.log->write(
            log_level::warning, "transport",
            "[db] WebSocket received malformed message (ignored): " + std::string(reason) +
                " First 120 chars: " + std::string(text.substr(0, 120)));
    }
}

}  // namespace dormouse
