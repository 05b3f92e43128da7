#include "migrations/failure_cause.hpp"

#include <algorithm>
#include <array>

namespace dormouse {
namespace {

constexpr std::array<std::string_view, 3> counted{" row(s)", " migration(s)", " times"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::string cause_without_counts(std::string_view message) {
    std::string cause;
    while (!message.empty()) {
        const auto other = std::ranges::find_if_not(message, is_digit);
        const auto digits = static_cast<std::size_t>(other - message.begin());
        const auto behind = message.substr(digits);
        const bool is_count = digits > 0 && std::ranges::any_of(counted, [&](auto unit) {
                                  return behind.starts_with(unit);
                              });
        const auto taken = digits > 0 ? digits : 1;
        cause.append(is_count ? "#" : message.substr(0, taken));
        message.remove_prefix(taken);
    }
    return cause;
}

}  // namespace dormouse
