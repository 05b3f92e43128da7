#include "tests/transport/shop_database.hpp"

#include <dormouse/error.hpp>
#include <dormouse/http_server.hpp>
#include <dormouse/remote.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using boost::asio::use_future;

class Remote : public testing::Test {
protected:
    void SetUp() override {
        start_server(host.server_options());
        client = connect({});
    }
    void TearDown() override {
        client.reset();
        loop.join();
    }

    void start_server(http_server_options options) {
        server = std::make_unique<http_server>(*host, std::move(options));
        server->start();
    }

    std::unique_ptr<remote> connect(remote_options options) {
        options.url = "http://127.0.0.1:" + std::to_string(server->port());
        return std::make_unique<remote>(loop.get_executor(), std::move(options));
    }

    void restart_server() {
        auto options = host.server_options();
        options.port = server->port();
        server.reset();
        start_server(options);
    }

    shop_runtime host;
    std::unique_ptr<http_server> server;
    boost::asio::thread_pool loop{1};
    std::unique_ptr<remote> client;
};

/// The error a call fails with.
template <class T>
error failure_of(std::future<T> answer) {
    try {
        answer.get();
    } catch (const error& failure) {
        return failure;
    }
    return {errc::invalid_state, "the call succeeded"};
}

TEST_F(Remote, CallsOverHttp) {
    EXPECT_EQ(add.on(*client, "acme").async_call({.a = 1, .b = 2}, use_future).get(), 3);
    EXPECT_EQ(key.on(*client, "a/b \xC3\xA9?").async_call({}, use_future).get(), "a/b \xC3\xA9?");
}

TEST_F(Remote, CallsOverWebSocket) {
    EXPECT_EQ(socket_add.on(*client, "acme").async_call({.a = 1, .b = 2}, use_future).get(), 3);
    EXPECT_EQ(socket_echo.on(*client, "a/b?").async_call({.text = "\"\n"}, use_future).get(),
              "\"\n");
}

TEST_F(Remote, RunsManyCallsAtOnce) {
    std::vector<std::future<double>> answers;
    for (int i = 0; i < 200; ++i) {
        const auto value = static_cast<double>(i);
        const auto& called = i % 2 == 0 ? add : socket_add;
        answers.push_back(called.on(*client, "acme").async_call({.a = value, .b = 1}, use_future));
    }
    for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(answers[static_cast<std::size_t>(i)].get(), i + 1);
    }
}

TEST_F(Remote, ReportsTheServersErrorsAsRemote) {
    const auto over_http = failure_of(overload.on(*client, "acme").async_call({}, use_future));
    EXPECT_EQ(over_http.reason(), errc::overloaded);
    EXPECT_EQ(over_http.what(), std::string("too much"));
    EXPECT_TRUE(over_http.remote());

    const auto over_socket = failure_of(socket_fail.on(*client, "acme").async_call({}, use_future));
    EXPECT_EQ(over_socket.reason(), errc::handler_failed);
    EXPECT_EQ(over_socket.what(), std::string("boom"));
    EXPECT_TRUE(over_socket.remote());
}

TEST_F(Remote, TimesOut) {
    client = connect({.request_timeout = std::chrono::milliseconds(20)});

    const auto over_http = failure_of(hang.on(*client, "acme").async_call({}, use_future));
    EXPECT_EQ(over_http.reason(), errc::timed_out);
    EXPECT_EQ(over_http.what(), std::string("[db] HTTP request 'hang' timed out after 20ms"));

    const auto over_socket = failure_of(socket_hang.on(*client, "acme").async_call({}, use_future));
    EXPECT_EQ(over_socket.reason(), errc::timed_out);
    EXPECT_EQ(over_socket.what(),
              std::string("[db] WebSocket request 'hang' timed out after 20ms"));
}

TEST_F(Remote, ConnectsAgainAfterTheServerRestarted) {
    add.on(*client, "acme").async_call({.a = 1, .b = 2}, use_future).get();
    socket_add.on(*client, "acme").async_call({.a = 1, .b = 2}, use_future).get();

    restart_server();

    EXPECT_EQ(add.on(*client, "acme").async_call({.a = 1, .b = 3}, use_future).get(), 4);
    // Whether the client has seen the close by now is a race that it may lose once.
    auto answer = socket_add.on(*client, "acme").async_call({.a = 1, .b = 3}, use_future);
    try {
        EXPECT_EQ(answer.get(), 4);
    } catch (const error& lost) {
        EXPECT_EQ(lost.reason(), errc::disconnected);
        EXPECT_EQ(socket_add.on(*client, "acme").async_call({.a = 1, .b = 3}, use_future).get(), 4);
    }
}

TEST_F(Remote, FailsWhatWaitsWhenTheConnectionIsLost) {
    auto over_http = hang.on(*client, "acme").async_call({}, use_future);
    auto over_socket = socket_hang.on(*client, "acme").async_call({}, use_future);
    socket_add.on(*client, "acme")
        .async_call({.a = 1, .b = 2}, use_future)
        .get();  // both have been sent
    add.on(*client, "acme").async_call({.a = 1, .b = 2}, use_future).get();

    server.reset();

    EXPECT_EQ(failure_of(std::move(over_http)).reason(), errc::disconnected);
    const auto lost = failure_of(std::move(over_socket));
    EXPECT_EQ(lost.reason(), errc::disconnected);
    EXPECT_EQ(lost.what(), std::string("WebSocket connection closed"));
}

TEST_F(Remote, SaysWhenNobodyListens) {
    // Bound and never listening: nobody else can take the port meanwhile.
    const boost::asio::ip::tcp::socket bound(
        loop, {boost::asio::ip::address_v4::loopback(), boost::asio::ip::port_type{0}});
    client = std::make_unique<remote>(
        loop.get_executor(),
        remote_options{.url = "http://127.0.0.1:" + std::to_string(bound.local_endpoint().port())});

    EXPECT_EQ(failure_of(add.on(*client, "a").async_call({.a = 1, .b = 2}, use_future)).reason(),
              errc::disconnected);
    EXPECT_EQ(
        failure_of(socket_add.on(*client, "a").async_call({.a = 1, .b = 2}, use_future)).reason(),
        errc::disconnected);
}

TEST_F(Remote, FailsWhatWaitsWhenItIsDestroyed) {
    auto over_http = hang.on(*client, "acme").async_call({}, use_future);
    auto over_socket = socket_hang.on(*client, "acme").async_call({}, use_future);

    client.reset();

    EXPECT_EQ(failure_of(std::move(over_http)).reason(), errc::disconnected);
    EXPECT_EQ(failure_of(std::move(over_socket)).reason(), errc::disconnected);
}

TEST_F(Remote, RefusesUrlsItCannotServe) {
    for (const auto* url : {"", "127.0.0.1:1", "https://a.example", "ftp://a"}) {
        EXPECT_THROW(remote(loop.get_executor(), {.url = url}), error) << url;
    }
}

}  // namespace
}  // namespace dormouse::test
