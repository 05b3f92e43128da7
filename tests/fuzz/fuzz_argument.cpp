// Definitions, patterns and values come from callers nobody controls. Whatever they are, reading
// them ends in bounded time, with an answer or a typed error, and what was read can be written and
// read again.
//
// An input's first byte chooses what the rest is taken for; see `readers`. Two texts are divided by
// a zero.
#include "schema/js_regex.hpp"

#include <dormouse/error.hpp>
#include <dormouse/json.hpp>
#include <dormouse/type_expression.hpp>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dormouse::test {
namespace {

struct leaf {
    std::int64_t number = 0;
    std::optional<double> share;
    std::vector<std::string> words;
};
struct whole {
    std::string name;
    bool is_ready = false;
    std::map<std::string, leaf> parts;
    std::optional<timestamp> moment;
    json_text rest;
};

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

std::pair<std::string_view, std::string_view> divide(std::string_view text) {
    const auto at = text.find('\0');
    return at == std::string_view::npos ? std::pair(text, std::string_view())
                                        : std::pair(text.substr(0, at), text.substr(at + 1));
}

/// Whatever is read is written in a form that is read as the same.
void read_json(std::string_view text) {
    const auto once = to_json(from_json<whole>(text));
    require(to_json(from_json<whole>(once)) == once);
}

void check_value(std::string_view text) {
    const auto [definition, value] = divide(text);
    const auto type = type_expression::parse(definition);
    require(type_expression::parse(definition).text() == type.text());
    const auto checked = type.check(value);
    require(checked.ok() || checked.json.empty());
}

void search_pattern(std::string_view text) {
    const auto [pattern, searched] = divide(text);
    static_cast<void>(detail::js_regex(pattern).search(detail::utf16(searched)));
}

constexpr std::array readers{&read_json, &check_value, &search_pattern};

}  // namespace
}  // namespace dormouse::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dormouse::test;
    if (size == 0) {
        return 0;
    }
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    try {
        readers.at(data[0] % readers.size())(text);
    } catch (const dormouse::error&) {
        return 0;
    }
    return 0;
}
