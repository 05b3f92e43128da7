#include "tests/transport/raw_client.hpp"
#include "tests/transport/shop_database.hpp"

#include <dormouse/http_server.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <thread>

namespace dormouse::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

class WsSession : public testing::Test {
protected:
    void SetUp() override { start(host.server_options()); }

    void start(http_server_options options) {
        server = std::make_unique<http_server>(*host, std::move(options));
        server->start();
    }

    raw_socket connect() { return raw_socket(server->port(), "/ws/shop/t1"); }
    raw_response ask(const raw_request& request) {
        return raw_http(server->port()).exchange(request);
    }

    shop_runtime host;
    std::unique_ptr<http_server> server;
};

raw_request upgrade(std::string_view target) {
    auto request = get(target);
    request.set(http::field::connection, "upgrade");
    request.set(http::field::upgrade, "websocket");
    request.set(http::field::sec_websocket_version, "13");
    request.set(http::field::sec_websocket_key, "AAAAAAAAAAAAAAAAAAAAAA==");
    return request;
}

TEST_F(WsSession, AnswersRequests) {
    auto socket = connect();

    socket.send(R"({"id":"1","action":"add","args":{"a":1,"b":2},"instanceKey":"t1"})");
    EXPECT_EQ(socket.receive(), R"({"id":"1","ok":true,"result":3})");
    socket.send(R"({"id":"2","action":"key"})", true);
    EXPECT_EQ(socket.receive(), R"({"id":"2","ok":true,"result":"t1"})");
}

TEST_F(WsSession, TellsWhatWentWrong) {
    auto socket = connect();

    socket.send(R"({"id":"1","action":"nope"})");
    EXPECT_EQ(socket.receive(), R"({"id":"1","ok":false,"error":"Unknown action: nope"})");
    socket.send(R"({"id":"2","action":"fail"})");
    EXPECT_EQ(socket.receive(), R"({"id":"2","ok":false,"error":"boom"})");
    socket.send(R"({"id":"3","action":"add","args":{"a":"1","b":2}})");
    EXPECT_EQ(socket.receive(),
              R"-({"id":"3","ok":false,"error":"a must be a number (was a string)"})-");
    socket.send(R"({"id":"4","action":"key","instanceKey":"t2"})");
    EXPECT_EQ(socket.receive(), R"({"id":"4","ok":false,"error":)"
                                R"("instanceKey 't2' is not this connection's instance 't1'"})");
}

TEST_F(WsSession, IgnoresAndLogsMalformedMessages) {
    auto socket = connect();

    socket.send("not json");
    socket.send(R"({"id":5})");
    socket.send("\xff", true);
    socket.send("[1,");
    socket.send(R"([7,{"id":"1","action":"key"}])");

    EXPECT_EQ(socket.receive(), R"([{"id":"1","ok":true,"result":"t1"}])");
    EXPECT_THAT(host.log->texts(),
                Contains(HasSubstr("[db] WebSocket received malformed message (ignored): "
                                   "Invalid WsActionRequest: 'id' must be a string, got number")));
}

TEST_F(WsSession, AnswersArraysWithArrays) {
    auto socket = connect();
    socket.send(
        R"([{"id":"1","action":"key"},{"id":"2","action":"nope"},{"id":"3","action":"key"}])");

    std::string received;
    while (received.find(R"("id":"3")") == std::string::npos) {
        const auto frame = socket.receive();
        EXPECT_THAT(frame, StartsWith("["));
        received += frame;
    }

    EXPECT_THAT(received, HasSubstr(R"("id":"1","ok":true)"));
    EXPECT_THAT(received, HasSubstr(R"("id":"2","ok":false)"));
}

TEST_F(WsSession, NeverSendsArraysToAClientThatSentNone) {
    auto socket = connect();
    for (int i = 0; i < 50; ++i) {
        socket.send(R"({"id":")" + std::to_string(i) + R"(","action":"key"})");
    }
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(socket.receive(),
                  R"({"id":")" + std::to_string(i) + R"(","ok":true,"result":"t1"})");
    }
}

TEST_F(WsSession, TimesRequestsOut) {
    auto options = host.server_options();
    options.request_timeout = std::chrono::milliseconds(20);
    start(options);
    auto socket = connect();

    socket.send(R"({"id":"1","action":"hang"})");

    EXPECT_EQ(socket.receive(),
              R"({"id":"1","ok":false,"error":"WebSocket request 'hang' timed out after 20ms"})");
}

TEST_F(WsSession, ReadsNoFurtherThanItsLimitOfRequests) {
    auto options = host.server_options();
    options.ws_pending_requests_max = 2;
    options.request_timeout = std::chrono::milliseconds(50);
    start(options);
    auto socket = connect();
    socket.send(
        R"([{"id":"1","action":"hang"},{"id":"2","action":"hang"},{"id":"3","action":"key"}])");

    // Without the limit the third answer would come first. Which of the two others does is open.
    EXPECT_THAT(socket.receive(), HasSubstr("timed out"));
}

TEST_F(WsSession, EchoesTheCloseCode) {
    auto socket = connect();

    EXPECT_NO_THROW(socket.close(static_cast<beast::websocket::close_code>(4001)));
}

TEST_F(WsSession, ClosesWhenAMessageIsTooLarge) {
    auto options = host.server_options();
    options.ws_message_bytes_max = 100;
    start(options);
    auto socket = connect();

    socket.send(std::string(200, ' '));

    EXPECT_EQ(socket.close_code(), 1009);
}

TEST_F(WsSession, ClosesWhenTheServerStops) {
    auto socket = connect();
    socket.send(R"({"id":"1","action":"key"})");
    socket.receive();
    std::thread stopping([this] { server->stop(); });

    EXPECT_EQ(socket.close_code(), 1001);
    stopping.join();
}

TEST_F(WsSession, IsRefusedBeforeTheUpgrade) {
    EXPECT_EQ(ask(upgrade("/ws/nowhere/t1")).result_int(), 404);
    EXPECT_EQ(ask(upgrade("/ws/shop")).result_int(), 404);
    EXPECT_EQ(ask(get("/ws/shop/t1")).result_int(), 426);
    EXPECT_EQ(ask(post("/ws/shop/t1", "")).result_int(), 405);
    auto request = upgrade("/ws/shop/t1");
    request.set(http::field::origin, "https://evil.example");
    EXPECT_EQ(ask(request).result_int(), 421);
    request = upgrade("/ws/shop/t1");
    request.erase(http::field::sec_websocket_key);
    EXPECT_EQ(ask(request).result_int(), 400);
}

}  // namespace
}  // namespace dormouse::test
