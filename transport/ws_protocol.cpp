#include "transport/ws_protocol.hpp"

#include <dormouse/error.hpp>
#include <dormouse/json.hpp>

#include <map>
#include <utility>

namespace dormouse {
namespace {

using members = std::map<std::string, json_text>;

constexpr std::string_view json_blank = " \t\r\n";

char first_char(std::string_view json) {
    const auto begin = json.find_first_not_of(json_blank);
    return begin == std::string_view::npos ? '\0' : json[begin];
}

/// The type of a valid JSON value in the words of the protocol's errors.
std::string_view type_name(std::string_view json) {
    switch (first_char(json)) {
        case '{':
            return "object";
        case '[':
            return "array";
        case '"':
            return "string";
        case 't':
        case 'f':
            return "boolean";
        case 'n':
            return "null";
        default:
            return "number";
    }
}

const json_text* find(const members& object, const std::string& name) {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &found->second;
}

std::string_view type_name(const json_text* value) {
    return value == nullptr ? "undefined" : type_name(value->text);
}

/// Decodes the members of one kind of message and words what is wrong with them.
class message_reader {
public:
    message_reader(std::string_view kind, std::string_view text) : kind_(kind) {
        const auto value = from_json<json_text>(text);
        const auto type = type_name(value.text);
        if (type == "object") {
            members_ = from_json<members>(value.text);
        } else if (type != "array") {  // in JavaScript an array is an object without these members
            fail("expected object, got " + std::string(type));
        }
    }

    [[nodiscard]] const json_text* member(const std::string& name) const {
        return find(members_, name);
    }

    [[nodiscard]] std::string string_member(const std::string& name,
                                            const std::string& when = {}) const {
        const auto* value = member(name);
        const auto type = type_name(value);
        if (type != "string") {
            fail("'" + name + "' must be a string" + when + ", got " + std::string(type));
        }
        return from_json<std::string>(value->text);
    }

    [[nodiscard]] bool bool_member(const std::string& name) const {
        const auto* value = member(name);
        const auto type = type_name(value);
        if (type != "boolean") {
            fail("'" + name + "' must be a boolean, got " + std::string(type));
        }
        return from_json<bool>(value->text);
    }

    [[nodiscard]] std::optional<std::string> raw_member(const std::string& name) const {
        const auto* value = member(name);
        return value == nullptr ? std::nullopt : std::optional(value->text);
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw error(errc::invalid_request, "Invalid " + std::string(kind_) + ": " + what);
    }

    std::string_view kind_;
    members members_;
};

std::string quoted(std::string_view text) {
    return to_json(text);
}

}  // namespace

ws_request decode_ws_request(std::string_view text, instance_key_rule rule) {
    const message_reader reader("WsActionRequest", text);
    ws_request request;
    request.id = reader.string_member("id");
    request.action = reader.string_member("action");
    if (rule == instance_key_rule::required || reader.member("instanceKey") != nullptr) {
        request.instance_key = reader.string_member("instanceKey");
    }
    request.args = reader.raw_member("args");
    return request;
}

ws_response decode_ws_response(std::string_view text) {
    const message_reader reader("WsActionResponse", text);
    ws_response response;
    response.id = reader.string_member("id");
    response.ok = reader.bool_member("ok");
    if (!response.ok) {
        response.error = reader.string_member("error", " when ok=false");
    }
    response.result = reader.raw_member("result");
    return response;
}

std::string encode_ws_request(const ws_request& request) {
    std::string text = R"({"id":)" + quoted(request.id) + R"(,"action":)" + quoted(request.action);
    if (request.args) {
        text += R"(,"args":)" + *request.args;
    }
    if (request.instance_key) {
        text += R"(,"instanceKey":)" + quoted(*request.instance_key);
    }
    return text + "}";
}

std::string encode_ws_response(const ws_response& response) {
    std::string text = R"({"id":)" + quoted(response.id);
    if (!response.ok) {
        return text + R"(,"ok":false,"error":)" + quoted(response.error) + "}";
    }
    text += R"(,"ok":true)";
    if (response.result) {
        text += R"(,"result":)" + *response.result;
    }
    return text + "}";
}

ws_frame split_ws_frame(std::string text) {
    ws_frame frame;
    if (first_char(text) != '[') {
        frame.messages.push_back(std::move(text));
        return frame;
    }
    frame.is_array = true;
    for (auto& message : from_json<std::vector<json_text>>(text)) {
        frame.messages.push_back(std::move(message.text));
    }
    return frame;
}

std::vector<std::string> ws_outbox::take_frames() {
    std::vector<std::string> frames;
    std::string array;
    const bool alone = waiting_.size() == 1 && !waiting_.front().answers_array;
    for (auto& message : std::exchange(waiting_, {})) {
        if (!arrays_ || alone) {
            frames.push_back(std::move(message.text));
            continue;
        }
        if (!array.empty() && array.size() + message.text.size() > frame_bytes_max_) {
            frames.push_back(std::move(array) + "]");
            array.clear();
        }
        array += (array.empty() ? "[" : ",") + message.text;
    }
    if (!array.empty()) {
        frames.push_back(std::move(array) + "]");
    }
    return frames;
}

}  // namespace dormouse
