#include "transport/http_target.hpp"

#include <dormouse/error.hpp>

#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <simdjson.h>

namespace dormouse {
namespace urls = boost::urls;
namespace {

[[noreturn]] void refuse(std::string_view target) {
    throw error(errc::invalid_request,
                "the request target is not a valid path: " + std::string(target.substr(0, 120)));
}

void require_utf8(const std::string& text, std::string_view target) {
    if (!simdjson::validate_utf8(text)) {
        refuse(target);
    }
}

}  // namespace

http_target parse_target(std::string_view target) {
    const auto parsed = urls::parse_origin_form({target.data(), target.size()});
    if (!parsed) {
        refuse(target);
    }
    http_target result;
    result.path = parsed->path();
    require_utf8(result.path, target);
    for (const auto& segment : parsed->segments()) {
        result.segments.emplace_back(segment);
    }
    urls::encoding_opts plus_is_space;
    plus_is_space.space_as_plus = true;
    for (const auto& parameter : parsed->params(plus_is_space)) {
        result.query.emplace_back(std::string(parameter.key), std::string(parameter.value));
    }
    return result;
}

std::string encode_segment(std::string_view text) {
    return urls::encode({text.data(), text.size()}, urls::unreserved_chars);
}

}  // namespace dormouse
