// durable-db's WebSocket protocol: a frame is one message or an array of them, and a message is a
// request
// `{id,action,args,instanceKey}` or a response `{id,ok:true,result}` / `{id,ok:false,error}`. Text
// in, values out; no sockets. Texts of errors are upstream's.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dormouse {

/// Upstream requires the key in every request; a server that has it from the path does not.
enum class instance_key_rule : bool { optional, required };

struct ws_request {
    std::string id;
    std::string action;
    std::optional<std::string> args;  ///< JSON as it stood; absent when the member was.
    std::optional<std::string> instance_key;
};

struct ws_response {
    std::string id;
    bool ok = false;
    std::optional<std::string> result;  ///< JSON as it stood; absent when the member was.
    std::string error;                  ///< Only when not ok.
};

/// Errors: `errc::invalid_request` with upstream's text.
[[nodiscard]] ws_request decode_ws_request(std::string_view text, instance_key_rule rule);
[[nodiscard]] ws_response decode_ws_response(std::string_view text);

[[nodiscard]] std::string encode_ws_request(const ws_request& request);
[[nodiscard]] std::string encode_ws_response(const ws_response& response);

/// The messages of one frame, undecoded.
struct ws_frame {
    std::vector<std::string> messages;
    bool is_array = false;
};

/// Errors: `errc::invalid_request` when an array is not JSON. A frame that is no array is not
/// looked into.
[[nodiscard]] ws_frame split_ws_frame(std::string text);

/// A message waiting to leave.
struct ws_outgoing {
    std::string text;
    bool answers_array = false;  ///< The request came in an array frame.
};

/// Which messages share a frame. A peer that never sent an array may not understand one.
class ws_outbox {
public:
    explicit ws_outbox(std::size_t frame_bytes_max) : frame_bytes_max_(frame_bytes_max) {}

    void peer_understands_arrays() noexcept { arrays_ = true; }
    void push(ws_outgoing message) { waiting_.push_back(std::move(message)); }
    void clear() noexcept { waiting_.clear(); }
    [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }
    /// The frames for everything waiting, in order.
    [[nodiscard]] std::vector<std::string> take_frames();

private:
    std::size_t frame_bytes_max_;
    bool arrays_ = false;
    std::vector<ws_outgoing> waiting_;
};

}  // namespace dormouse
