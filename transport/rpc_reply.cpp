#include "transport/rpc_reply.hpp"

#include "transport/http_status.hpp"

#include <dormouse/json.hpp>

#include <optional>

namespace dormouse {
namespace {

struct reply_text {
    bool ok;
    std::optional<json_text> result;
    std::optional<std::string> error;
    std::optional<std::string> code;
};

constexpr std::string_view json_type = "application/json";

}  // namespace

std::string text_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& thrown) {
        return thrown.what();
    } catch (const std::string& thrown) {
        return thrown;
    } catch (const char* thrown) {
        return thrown;
    } catch (...) {
        return "an exception of unknown type";
    }
}

error error_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const error& thrown) {
        return thrown;
    } catch (...) {
        return {errc::handler_failed, text_of(std::current_exception())};
    }
}

http_response success_response(std::string_view result_json) {
    std::string body = R"({"ok":true,"result":)";
    body.append(result_json).append("}");
    return {200, std::string(json_type), std::move(body)};
}

http_response failure_response(const error& failure, int status) {
    std::string body = R"({"ok":false,"error":)";
    body += to_json(std::string_view(failure.what()));
    body += R"(,"code":)" + to_json(name_of(failure.reason()));
    body += R"(,"retryable":)" + to_json(failure.retryable());
    body += R"(,"overloaded":)" + to_json(failure.overloaded()) + "}";
    return {status != 0 ? status : http_status_of(failure.reason()), std::string(json_type),
            std::move(body)};
}

std::string read_rpc_reply(int status, std::string_view body) {
    reply_text reply{};
    try {
        reply = from_json<reply_text>(body);
    } catch (const error& malformed) {
        throw error(errc::invalid_request, "the server answered with status " +
                                               std::to_string(status) +
                                               " and no reply: " + malformed.what());
    }
    if (!reply.ok) {
        const auto code = errc_named(reply.code.value_or(std::string()));
        throw error(code, reply.error.value_or("the server gave no reason")).as_remote();
    }
    return reply.result ? std::move(reply.result->text) : std::string("null");
}

}  // namespace dormouse
