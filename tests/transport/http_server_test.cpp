#include "tests/transport/raw_client.hpp"
#include "tests/transport/shop_database.hpp"

#include <dormouse/error.hpp>
#include <dormouse/http_server.hpp>
#include <dormouse/tenant.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <gmock/gmock.h>

#include <stdexcept>

namespace dormouse::test {
namespace {

using testing::HasSubstr;

class HttpServer : public testing::Test {
protected:
    void SetUp() override { start(host.server_options()); }

    void start(http_server_options options) {
        server.reset();
        server = std::make_unique<http_server>(*host, std::move(options));
        server->start();
    }

    raw_response ask(const raw_request& request) {
        return raw_http(server->port()).exchange(request);
    }
    raw_response call(std::string_view path, std::string body) {
        return ask(post(path, std::move(body)));
    }

    shop_runtime host;
    std::unique_ptr<http_server> server;
};

std::string code_of(const raw_response& response) {
    const auto& body = response.body();
    const auto begin = body.find(R"("code":")");
    return begin == std::string::npos
               ? "none"
               : body.substr(begin + 8, body.find('"', begin + 8) - begin - 8);
}

TEST_F(HttpServer, AnswersACallWithItsResult) {
    const auto response = call("/rpc/shop/acme/add", R"({"a":1,"b":2})");

    EXPECT_EQ(response.result_int(), 200);
    EXPECT_EQ(response.body(), R"({"ok":true,"result":3})");
    EXPECT_EQ(response[http::field::content_type], "application/json");
    EXPECT_EQ(response[http::field::cache_control], "no-store");
}

TEST_F(HttpServer, TakesAnyTextAsInstance) {
    EXPECT_EQ(call("/rpc/shop/a%2Fb%20%C3%A9/key", "").body(),
              "{\"ok\":true,\"result\":\"a/b \xC3\xA9\"}");
}

TEST_F(HttpServer, AnswersFailuresWithTheirStatus) {
    struct expectation {
        const char* path;
        const char* body;
        unsigned status;
        const char* code;
    };
    for (const auto& [path, body, status, code] : {
             expectation{"/rpc/shop/a/add", "{", 400, "invalid_request"},
             expectation{"/rpc/shop/a/add", R"({"a":"x","b":1})", 400, "invalid_arguments"},
             expectation{"/rpc/central/a/fail", "{}", 400, "invalid_instance"},
             expectation{"/rpc/nowhere/a/add", "{}", 404, "unknown_database"},
             expectation{"/rpc/shop/a/nothing", "{}", 404, "unknown_action"},
             expectation{"/rpc/shop/a", "{}", 404, "not_found"},
             expectation{"/elsewhere", "{}", 404, "not_found"},
             expectation{"/rpc/shop/%ff/add", "{}", 400, "invalid_request"},
             expectation{"/rpc/shop/a/fail", "{}", 500, "handler_failed"},
             expectation{"/rpc/shop/a/overload", "{}", 503, "overloaded"},
         }) {
        const auto response = call(path, body);
        EXPECT_EQ(response.result_int(), status) << path << " " << response.body();
        EXPECT_EQ(code_of(response), code) << path;
    }
}

TEST_F(HttpServer, TellsWhatAHandlerThrew) {
    EXPECT_EQ(
        call("/rpc/shop/a/fail", "{}").body(),
        R"({"ok":false,"error":"boom","code":"handler_failed","retryable":false,"overloaded":false})");
}

TEST_F(HttpServer, RequiresJson) {
    auto request = post("/rpc/shop/a/add", R"({"a":1,"b":2})");
    request.set(http::field::content_type, "text/plain");
    EXPECT_EQ(ask(request).result_int(), 415);

    request.set(http::field::content_type, "Application/JSON; charset=utf-8");
    EXPECT_EQ(ask(request).result_int(), 200);
}

TEST_F(HttpServer, RefusesOtherHostsAndOrigins) {
    auto request = post("/rpc/shop/a/add", R"({"a":1,"b":2})");
    request.set(http::field::origin, "http://localhost:3000");
    EXPECT_EQ(ask(request).result_int(), 200);

    request.set(http::field::origin, "https://evil.example");
    EXPECT_EQ(ask(request).result_int(), 421);

    request.erase(http::field::origin);
    request.set(http::field::host, "evil.example");
    EXPECT_EQ(ask(request).result_int(), 421);
    EXPECT_EQ(code_of(ask(request)), "foreign_host");
}

TEST_F(HttpServer, NamesTheMethodsItAllows) {
    const auto response = ask(get("/rpc/shop/a/add"));

    EXPECT_EQ(response.result_int(), 405);
    EXPECT_EQ(response[http::field::allow], "POST");
}

TEST_F(HttpServer, RefusesLargeBodies) {
    auto options = host.server_options();
    options.body_bytes_max = 100;
    start(options);

    EXPECT_EQ(call("/rpc/shop/a/echo", std::string(200, ' ')).result_int(), 413);
    EXPECT_EQ(call("/rpc/shop/a/echo", R"({"text":"x"})").result_int(), 200);
}

TEST_F(HttpServer, GivesUpOnSlowCalls) {
    auto options = host.server_options();
    options.request_timeout = std::chrono::milliseconds(20);
    start(options);

    const auto response = call("/rpc/shop/a/hang", "");

    EXPECT_EQ(response.result_int(), 504);
    EXPECT_EQ(code_of(response), "timed_out");
    EXPECT_THAT(response.body(), HasSubstr("'hang' timed out after 20ms"));
}

TEST_F(HttpServer, KeepsConnectionsOpen) {
    raw_http client(server->port());

    EXPECT_EQ(client.exchange(get("/healthz")).body(), "ok");
    EXPECT_EQ(client.exchange(post("/rpc/shop/a/fail", "")).result_int(), 500);
    EXPECT_EQ(client.exchange(get("/healthz")).body(), "ok");
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
    raw_http client(server->port());
    client.send(
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nope HTTP/1.1\r\nHost: "
        "localhost\r\n\r\n");

    EXPECT_EQ(client.read().result_int(), 200);
    EXPECT_EQ(client.read().result_int(), 404);
}

TEST_F(HttpServer, AnswersHeadWithoutABody) {
    auto request = get("/healthz");
    request.method(http::verb::head);
    raw_http client(server->port());

    const auto response = client.exchange(request);

    EXPECT_EQ(response.result_int(), 200);
    EXPECT_EQ(response[http::field::content_length], "2");
    EXPECT_EQ(client.exchange(get("/healthz")).body(), "ok");
}

TEST_F(HttpServer, AnswersMalformedRequestsAndHangsUp) {
    raw_http client(server->port());

    const auto response = client.exchange("nonsense\r\n\r\n");

    EXPECT_EQ(response.result_int(), 400);
    EXPECT_EQ(code_of(response), "invalid_request");
    EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServer, HangsUpOnSlowAndIdleClients) {
    auto options = host.server_options();
    options.idle_timeout = std::chrono::milliseconds(20);
    options.transfer_timeout = std::chrono::milliseconds(20);
    start(options);
    raw_http idle(server->port());
    raw_http slow(server->port());

    slow.send("GET /healthz HTTP/1.1\r\nHost: ");

    EXPECT_TRUE(slow.closed_by_server());
    EXPECT_TRUE(idle.closed_by_server());
}

TEST_F(HttpServer, RefusesConnectionsAboveItsLimit) {
    auto options = host.server_options();
    options.connections_max = 1;
    start(options);
    raw_http first(server->port());
    first.exchange(get("/healthz"));

    EXPECT_EQ(ask(get("/healthz")).result_int(), 503);
}

TEST_F(HttpServer, AsksTheProgramWhoMayCall) {
    auto options = host.server_options();
    options.authorize = [](const http_request& request) -> std::optional<http_response> {
        if (request.header("authorization") == "Bearer secret") {
            return std::nullopt;
        }
        return http_response(401, "text/plain", "who are you?");
    };
    start(options);
    auto request = post("/rpc/shop/a/add", R"({"a":1,"b":2})");

    EXPECT_EQ(ask(request).result_int(), 401);
    request.set(http::field::authorization, "Bearer secret");
    EXPECT_EQ(ask(request).result_int(), 200);
}

/// Greets the tenant named by the session's cookie, in the tenant's own object.
awaitable<http_response> greet(http_request request) {
    const auto session = request.cookie("session");
    if (!session) {
        throw error(errc::no_tenant, "no session");
    }
    const auto as_tenant =
        with_tenant(co_await boost::asio::this_coro::executor, std::string(*session));
    auto call = boost::asio::co_spawn(as_tenant, key({}), boost::asio::use_awaitable);
    const std::string name = co_await std::move(call);
    co_return http_response(201, "text/plain", "hello " + name);
}

TEST_F(HttpServer, ServesTheProgramsOwnRoutes) {
    server = std::make_unique<http_server>(*host, host.server_options());
    server->route("GET", "/greeting", greet);
    server->start();
    auto request = get("/greeting?x=1");

    EXPECT_EQ(code_of(ask(request)), "no_tenant");
    request.set(http::field::cookie, "session=acme");
    const auto response = ask(request);
    EXPECT_EQ(response.result_int(), 201);
    EXPECT_EQ(response.body(), "hello acme");
    EXPECT_EQ(ask(post("/greeting", "")).result_int(), 405);
    EXPECT_THROW(server->route("GET", "/late", greet), error);
}

awaitable<http_response> echo_header(http_request request) {
    http_response response(200, "text/plain", "fine");
    response.status = std::stoi(std::string(request.parameter("status").value_or("200")));
    response.headers.emplace_back(request.parameter("name").value_or("x-echo"),
                                  request.parameter("value").value_or(""));
    co_return response;
}

TEST_F(HttpServer, SendsNoHeaderThatBreaksOut) {
    server = std::make_unique<http_server>(*host, host.server_options());
    server->route("GET", "/echo", echo_header);
    server->start();

    EXPECT_EQ(ask(get("/echo?value=plain%20text"))["x-echo"], "plain text");
    for (const char* query : {"value=a%0d%0aset-cookie:%20b", "value=a%0ab", "value=a%00b",
                              "name=", "name=a%20b", "name=a:b", "status=99", "status=1000"}) {
        const auto response = ask(get(std::string("/echo?") + query));
        EXPECT_EQ(response.result_int(), 500) << query;
        EXPECT_EQ(code_of(response), "handler_failed") << query;
        EXPECT_EQ(response.count(http::field::set_cookie), 0U) << query;
    }
}

TEST_F(HttpServer, ClosesItsConnectionsWhenStopped) {
    raw_http client(server->port());
    client.exchange(get("/healthz"));

    server->stop();

    EXPECT_TRUE(client.closed_by_server());
}

}  // namespace
}  // namespace dormouse::test
