#include "transport/http_target.hpp"
#include "transport/rpc_reply.hpp"
#include "transport/server_state.hpp"

#include <dormouse/error.hpp>

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace dormouse {
namespace {

namespace asio = boost::asio;

/// An instance key may contain '/', so the decoded path cannot be split; segments travel beside it.
struct rpc_path {
    std::string database;
    std::string instance;
    std::string action;
};

http_response method_not_allowed(const std::string& method, const std::string& path,
                                 std::string allowed) {
    auto response =
        failure_response({errc::invalid_request, "method " + method + " is not allowed for " +
                                                     path + " (allowed: " + allowed + ")"},
                         405);
    response.headers.emplace_back("allow", std::move(allowed));
    return response;
}

bool is_json(std::string_view content_type) {
    auto type = content_type.substr(0, content_type.find(';'));
    while (!type.empty() && type.back() == ' ') {
        type.remove_suffix(1);
    }
    return boost::beast::iequals(type, "application/json");
}

void uncached(http_response& response) {
    response.headers.emplace_back("cache-control", "no-store");
}

asio::awaitable<http_response> call(server_state& server, const http_request& request,
                                    rpc_path path) {
    if (!is_json(request.header("content-type").value_or(""))) {
        throw error(errc::unsupported_media_type, "the content type must be application/json");
    }
    dynamic_call called(std::move(path.database), std::move(path.action), std::move(path.instance),
                        request.body.empty() ? "{}" : request.body, server.call_deadline());
    const std::string name = called.action;
    const auto deadline = called.deadline;
    try {
        const std::string result = co_await server.runtime.call_action(std::move(called));
        co_return success_response(result);
    } catch (const error& failure) {
        const bool late = deadline && server.ticks() >= *deadline;
        if (!late || failure.reason() != errc::timed_out) {
            throw;
        }
    }
    // In the words of the option: the call itself began a little later than the request.
    throw error(errc::timed_out, "call of '" + name + "' timed out after " +
                                     std::to_string(server.options.request_timeout.count()) + "ms");
}

[[noreturn]] void throw_no_route(const http_request& request) {
    throw error(errc::not_found, "no route for " + request.method + " " + request.path);
}

asio::awaitable<http_response> call_by_path(server_state& server, const http_request& request) {
    const auto target = parse_target(request.target);
    if (target.segments.size() != 4) {
        throw error(errc::not_found, "no route for " + request.path +
                                         ": calls go to /rpc/<database>/<instance>/<action>");
    }
    if (request.method != "POST") {
        co_return method_not_allowed(request.method, request.path, "POST");
    }
    rpc_path path{target.segments[1], target.segments[2], target.segments[3]};
    auto response = co_await call(server, request, std::move(path));
    co_return response;
}

/// The route's handler for the request's method; null when only other methods have one.
const http_route_handler* find_handler(const route_table::mapped_type& methods,
                                       const std::string& method) {
    auto found = methods.find(method);
    if (found == methods.end() && method == "HEAD") {
        found = methods.find("GET");
    }
    return found == methods.end() ? nullptr : &found->second;
}

std::string allowed_methods(const route_table::mapped_type& methods) {
    std::string allowed;
    for (const auto& [method, handler] : methods) {
        allowed += (allowed.empty() ? "" : ", ") + method;
    }
    return allowed;
}

bool is_header_name(std::string_view name) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::ranges::all_of(name, [&](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               marks.find(c) != std::string_view::npos;
    });
}

bool is_header_value(std::string_view value) {
    constexpr std::string_view ends_early("\r\n\0", 3);
    return value.find_first_of(ends_early) == std::string_view::npos;
}

/// A program may well put its users' text into a header; what would end the header early must not
/// reach the wire. Errors: `errc::handler_failed`.
void require_sendable(const http_response& response) {
    if (response.status < 200 || response.status > 999) {
        throw error(errc::handler_failed, "the program answered with the status " +
                                              std::to_string(response.status) +
                                              " (valid: 200 to 999)");
    }
    for (const auto& [name, value] : response.headers) {
        if (!is_header_name(name) || !is_header_value(value)) {
            throw error(errc::handler_failed,
                        "the program answered with a malformed header '" + name + "'");
        }
    }
}

asio::awaitable<http_response> route(server_state& server, http_request request) {
    if (const auto found = server.routes.find(request.path); found != server.routes.end()) {
        const auto* handler = find_handler(found->second, request.method);
        if (handler == nullptr) {
            co_return method_not_allowed(request.method, request.path,
                                         allowed_methods(found->second));
        }
        auto response = co_await (*handler)(std::move(request));
        require_sendable(response);
        co_return response;
    }
    if (request.path == "/healthz") {
        if (request.method != "GET" && request.method != "HEAD") {
            co_return method_not_allowed(request.method, request.path, "GET, HEAD");
        }
        co_return http_response(200, "text/plain; charset=utf-8", "ok");
    }
    if (request.path.starts_with("/rpc/")) {
        auto response = co_await call_by_path(server, request);
        co_return response;
    }
    throw_no_route(request);
}

}  // namespace

std::optional<http_response> refusal_of(const server_state& server, const http_request& request) {
    const auto host = request.header("host").value_or("");
    if (!server.hosts.serves(host)) {
        return failure_response(
            {errc::foreign_host, "host '" + std::string(host) + "' is not served here"});
    }
    const auto origin = request.header("origin");
    if (origin && !server.hosts.serves_origin(*origin)) {
        return failure_response(
            {errc::foreign_host,
             "requests from pages of '" + std::string(*origin) + "' are not served here"});
    }
    if (!server.options.authorize) {
        return std::nullopt;
    }
    auto refusal = server.options.authorize(request);
    if (refusal) {
        require_sendable(*refusal);
    }
    return refusal;
}

asio::awaitable<http_response> answer(std::shared_ptr<server_state> server, http_request request) {
    const bool is_call = request.path.starts_with("/rpc/");
    http_response response;
    try {
        response = co_await route(*server, std::move(request));
    } catch (...) {
        response = failure_response(error_of(std::current_exception()));
    }
    if (is_call) {
        uncached(response);
    }
    co_return response;
}

}  // namespace dormouse
