#include "migrations/migration_key.hpp"

#include <algorithm>

namespace dormouse {

std::optional<std::size_t> number_of_key(std::string_view key) {
    constexpr std::size_t length = 5;
    if (key.size() != length || key.front() != 'm') {
        return std::nullopt;
    }
    const auto digits = key.substr(1);
    if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) {
        return std::nullopt;
    }
    std::size_t number = 0;
    for (const char digit : digits) {
        number = number * 10 + static_cast<std::size_t>(digit - '0');
    }
    return number;
}

}  // namespace dormouse
