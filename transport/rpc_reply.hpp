// What an RPC is answered with, on both sides of the connection:
// `{"ok":true,"result":...}` or
// `{"ok":false,"error":...,"code":...,"retryable":...,"overloaded":...}`.
#pragma once

#include <dormouse/error.hpp>
#include <dormouse/http_message.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace dormouse {

/// The text people read of any exception.
[[nodiscard]] std::string text_of(const std::exception_ptr& failure);

/// `failure` as the dormouse error that a client is told. Foreign exceptions become
/// `errc::handler_failed`.
[[nodiscard]] error error_of(const std::exception_ptr& failure);

[[nodiscard]] http_response success_response(std::string_view result_json);
/// Status 0 stands for the status of the error's code.
[[nodiscard]] http_response failure_response(const error& failure, int status = 0);

/// The JSON of the result in `body`.
/// Errors: the remote error that `body` reports; `errc::invalid_request` when it is no such reply.
[[nodiscard]] std::string read_rpc_reply(int status, std::string_view body);

}  // namespace dormouse
