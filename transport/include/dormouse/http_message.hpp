// A program that answers its own routes should not need to know the HTTP library underneath. These
// are requests and responses as plain values: everything is already read, decoded and bounded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dormouse {

/// Header fields, query parameters or cookies, in the order they came.
using named_values = std::vector<std::pair<std::string, std::string>>;

/// A request as it was received.
///
/// **Thread safety:** value.
struct http_request {
    std::string method;    ///< Upper case, for example "POST".
    std::string target;    ///< Path and query as they stood in the request line.
    std::string path;      ///< Percent-decoded, without the query.
    named_values query;    ///< Percent-decoded.
    named_values headers;  ///< As received; names keep their case.
    std::string body;

    /// The first header of that name, whatever its case.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
    /// The first query parameter of that name.
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
    /// The cookie of that name, without quotes around its value.
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
};

/// A response to send. `content-length` and `connection` are added. A status that is no final one,
/// or a header that would not stay on its line, is answered with 500 instead.
///
/// **Thread safety:** value.
struct http_response {
    http_response() = default;
    /// A response with a body of that content type.
    http_response(int status_code, std::string content_type, std::string content)
        : status(status_code), body(std::move(content)) {
        headers.emplace_back("content-type", std::move(content_type));
    }

    int status = 204;
    named_values headers;
    std::string body;
};

}  // namespace dormouse
