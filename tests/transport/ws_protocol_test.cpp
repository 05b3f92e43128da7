// The corpus was recorded from the upstream implementation: what it accepts, dormouse accepts, and
// what it refuses is refused with the same text.
#include "transport/ws_protocol.hpp"

#include <dormouse/error.hpp>

#include <gmock/gmock.h>
#include <simdjson.h>

#include <functional>
#include <optional>
#include <string>

namespace dormouse {
namespace {

using simdjson::dom::element;
using testing::ElementsAre;

element corpus() {
    static simdjson::dom::parser parser;
    static const element document = parser.load(DORMOUSE_TEST_DATA "/corpora/ws_protocol.json");
    return document;
}

void for_each_case(std::string_view group, const std::function<void(element)>& check) {
    int count = 0;
    for (const element one : corpus()["cases"]) {
        if (std::string_view(one["group"]) == group) {
            SCOPED_TRACE(std::string(std::string_view(one["id"])));
            check(one);
            ++count;
        }
    }
    EXPECT_GT(count, 0) << group;
}

std::optional<std::string> string_at(element object, std::string_view name) {
    std::string_view text;
    return object[name].get(text) == simdjson::SUCCESS ? std::optional(std::string(text))
                                                       : std::nullopt;
}

/// JSON without blanks; numbers are compared as values.
std::string normal(const std::string& json) {
    simdjson::dom::parser parser;
    return simdjson::minify(parser.parse(json).value());
}

std::optional<std::string> json_at(element object, std::string_view name) {
    element found;
    return object[name].get(found) == simdjson::SUCCESS
               ? std::optional(std::string(simdjson::minify(found)))
               : std::nullopt;
}

/// Checks that `decode` refuses the case's text as upstream did.
template <class Decode>
void expect_refused(element one, Decode decode) {
    try {
        decode();
        FAIL() << "accepted";
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::invalid_request);
        const bool engine_text = one["result"]["jsonError"].error() == simdjson::SUCCESS;
        if (!engine_text) {
            EXPECT_EQ(refused.what(), std::string(std::string_view(one["result"]["error"])));
        }
    }
}

TEST(WsProtocol, DecodesRequestsAsUpstreamDoes) {
    for_each_case("request", [](element one) {
        const std::string_view text = one["text"];
        const auto decode = [&] { return decode_ws_request(text, instance_key_rule::required); };
        if (!bool(one["result"]["ok"])) {
            expect_refused(one, decode);
            return;
        }
        const auto request = decode();
        const element value = one["result"]["value"];
        EXPECT_EQ(request.id, string_at(value, "id"));
        EXPECT_EQ(request.action, string_at(value, "action"));
        EXPECT_EQ(request.instance_key, string_at(value, "instanceKey"));
        EXPECT_EQ(request.args ? std::optional(normal(*request.args)) : std::nullopt,
                  json_at(value, "args"));
    });
}

TEST(WsProtocol, DecodesResponsesAsUpstreamDoes) {
    for_each_case("response", [](element one) {
        const std::string_view text = one["text"];
        const auto decode = [&] { return decode_ws_response(text); };
        if (!bool(one["result"]["ok"])) {
            expect_refused(one, decode);
            return;
        }
        const auto response = decode();
        const element value = one["result"]["value"];
        EXPECT_EQ(response.id, string_at(value, "id"));
        EXPECT_EQ(response.ok, bool(value["ok"]));
        if (!response.ok) {
            EXPECT_EQ(response.error, string_at(value, "error"));
        }
        EXPECT_EQ(response.result ? std::optional(normal(*response.result)) : std::nullopt,
                  json_at(value, "result"));
    });
}

TEST(WsProtocol, EncodesAsUpstreamDoes) {
    for_each_case("encode", [](element one) {
        if (!bool(one["result"]["ok"])) {
            return;  // values JavaScript cannot serialise have no counterpart here
        }
        const std::string_view text = one["result"]["text"];
        const std::string expected(text);
        if (std::string_view(one["kind"]) == "request") {
            EXPECT_EQ(encode_ws_request(decode_ws_request(expected, instance_key_rule::optional)),
                      expected);
        } else {
            EXPECT_EQ(encode_ws_response(decode_ws_response(expected)), expected);
        }
    });
}

TEST(WsProtocol, DoesWithoutAnInstanceKeyWhereThePathHasIt) {
    const auto request =
        decode_ws_request(R"({"id":"1","action":"a"})", instance_key_rule::optional);

    EXPECT_EQ(request.instance_key, std::nullopt);
    EXPECT_THROW(static_cast<void>(decode_ws_request(
                     R"({"id":"1","action":"a","instanceKey":null})", instance_key_rule::optional)),
                 error);
}

TEST(WsProtocol, SplitsAnArrayIntoItsMessages) {
    const auto frame = split_ws_frame(R"( [{"id":"1"}, 5 ,"x"] )");

    EXPECT_TRUE(frame.is_array);
    EXPECT_THAT(frame.messages, ElementsAre(R"({"id":"1"})", "5", R"("x")"));
    EXPECT_FALSE(split_ws_frame("{}").is_array);
    EXPECT_THROW(static_cast<void>(split_ws_frame("[1,")), error);
}

TEST(WsOutbox, SendsOneByOneToAPeerThatNeverSentAnArray) {
    ws_outbox outbox(1000);
    outbox.push({"1", false});
    outbox.push({"2", false});

    EXPECT_THAT(outbox.take_frames(), ElementsAre("1", "2"));
    EXPECT_TRUE(outbox.empty());
}

TEST(WsOutbox, MergesForAPeerThatUnderstandsArrays) {
    ws_outbox outbox(1000);
    outbox.peer_understands_arrays();
    outbox.push({"1", true});
    outbox.push({"2", false});

    EXPECT_THAT(outbox.take_frames(), ElementsAre("[1,2]"));
}

TEST(WsOutbox, AnswersASingleMessageWithAPlainOneAndAnArrayWithAnArray) {
    ws_outbox outbox(1000);
    outbox.peer_understands_arrays();
    outbox.push({"1", false});
    EXPECT_THAT(outbox.take_frames(), ElementsAre("1"));

    outbox.push({"2", true});
    EXPECT_THAT(outbox.take_frames(), ElementsAre("[2]"));
}

TEST(WsOutbox, BoundsItsFrames) {
    ws_outbox outbox(8);
    outbox.peer_understands_arrays();
    for (const auto* text : {"111", "222", "333", "a long one"}) {
        outbox.push({text, true});
    }

    EXPECT_THAT(outbox.take_frames(), ElementsAre("[111,222]", "[333]", "[a long one]"));
}

}  // namespace
}  // namespace dormouse
