#include "site.hpp"

#include "databases/actions/list_users.hpp"
#include "page.hpp"

#include <dormouse/json.hpp>
#include <dormouse/tenant.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace {

namespace asio = boost::asio;
using dormouse::http_request;
using dormouse::http_response;
using answer = dormouse::awaitable<http_response>;

bool is_tenant_name(std::string_view text) {
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    return !text.empty() && text.size() <= 64 &&
           text.find_first_not_of(allowed) == std::string_view::npos;
}

// A program with accounts would look up a session here: anybody can write this cookie.
std::optional<std::string> tenant_of(const http_request& request) {
    const auto cookie = request.cookie("tenant");
    if (!cookie || !is_tenant_name(*cookie)) {
        return std::nullopt;
    }
    return std::string(*cookie);
}

http_response json(int status, std::string text) {
    return {status, "application/json", std::move(text)};
}

answer show_page(http_request /*request*/) {
    co_return http_response(200, "text/html; charset=utf-8", std::string(page));
}

answer log_in(http_request request) {
    const auto tenant = request.parameter("tenant");
    if (!tenant || !is_tenant_name(*tenant)) {
        co_return json(400, R"({"ok":false,"error":"tenant must be 1 to 64 of a-z A-Z 0-9 - _"})");
    }
    http_response response;
    response.headers.emplace_back(
        "set-cookie", "tenant=" + std::string(*tenant) + "; Path=/; HttpOnly; SameSite=Strict");
    co_return response;
}

// What follows runs on behalf of the tenant, and never says which.

answer who_am_i() {
    co_return json(200, "{\"tenant\":" + dormouse::to_json(dormouse::get_tenant_id()) + "}");
}

answer my_users() {
    const auto users_found = co_await list_users({});
    co_return json(200, dormouse::to_json(users_found));
}

answer as_tenant(http_request request, answer (*work)()) {
    auto tenant = tenant_of(request);
    if (!tenant) {
        co_return json(401, R"({"ok":false,"error":"no tenant: POST /login?tenant=... first"})");
    }
    const asio::any_io_executor here = co_await asio::this_coro::executor;
    auto executor = dormouse::with_tenant(here, std::move(*tenant));
    auto response = co_await asio::co_spawn(executor, work(), asio::use_awaitable);
    co_return response;
}

}  // namespace

void add_site(dormouse::http_server& server) {
    server.route("GET", "/", show_page);
    server.route("POST", "/login", log_in);
    server.route("GET", "/whoami",
                 [](http_request request) { return as_tenant(std::move(request), who_am_i); });
    server.route("GET", "/me/users",
                 [](http_request request) { return as_tenant(std::move(request), my_users); });
}
