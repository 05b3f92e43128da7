// The one table from error codes to HTTP status codes. docs/transport.md shows the same table; a
// test compares the two.
#pragma once

#include <dormouse/error.hpp>

#include <span>

namespace dormouse {

struct errc_status {
    errc code;
    int status;
};

[[nodiscard]] std::span<const errc_status> http_statuses() noexcept;

/// The status an error of that code is answered with.
[[nodiscard]] int http_status_of(errc code) noexcept;

}  // namespace dormouse
