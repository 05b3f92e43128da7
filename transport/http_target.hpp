// The target of a request line, taken apart and percent-decoded.
#pragma once

#include <dormouse/http_message.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

struct http_target {
    std::string path;
    std::vector<std::string> segments;  ///< Split before decoding, so a segment may contain '/'.
    named_values query;
};

/// Errors: `errc::invalid_request` when it is no path, or not UTF-8 once decoded.
[[nodiscard]] http_target parse_target(std::string_view target);

/// `text` as one segment of a path.
[[nodiscard]] std::string encode_segment(std::string_view text);

}  // namespace dormouse
