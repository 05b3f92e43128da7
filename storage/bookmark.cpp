#include <dormouse/bookmark.hpp>
#include <dormouse/error.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>

namespace dormouse {
namespace {

constexpr std::array<std::size_t, 4> digits{16, 8, 16, 8};

std::string in_hexadecimal(std::uint64_t value, std::size_t width) {
    std::array<char, 16> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, 16).ptr;
    const std::string text(buffer.data(), end);
    return std::string(width - text.size(), '0') + text;
}

std::optional<std::uint64_t> take_number(std::string_view& text, std::size_t width) {
    std::uint64_t value = 0;
    const auto digits_of = text.substr(0, width);
    const auto [end, failure] =
        std::from_chars(digits_of.data(), digits_of.data() + digits_of.size(), value, 16);
    if (digits_of.size() != width || failure != std::errc{} ||
        end != digits_of.data() + digits_of.size()) {
        return std::nullopt;
    }
    text.remove_prefix(width);
    return value;
}

}  // namespace

std::string to_string(const bookmark& mark) {
    return in_hexadecimal(mark.incarnation, digits[0]) + "-" +
           in_hexadecimal(mark.sequence, digits[1]) + "-" +
           in_hexadecimal(mark.position, digits[2]) + "-" + in_hexadecimal(mark.check, digits[3]);
}

bookmark parse_bookmark(std::string_view text) {
    std::array<std::uint64_t, digits.size()> fields{};
    auto rest = text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const bool separated = i == 0 || (!rest.empty() && rest.front() == '-');
        rest.remove_prefix(i != 0 && separated ? 1 : 0);
        const auto field = separated ? take_number(rest, digits.at(i)) : std::nullopt;
        if (!field) {
            rest = "malformed";
            break;
        }
        fields.at(i) = *field;
    }
    if (!rest.empty()) {
        throw error(errc::invalid_bookmark,
                    "\"" + std::string(text.substr(0, 100)) +
                        "\" is no bookmark: four hexadecimal numbers of 16, 8, 16 and 8 digits, "
                        "joined by hyphens");
    }
    return {fields[0], static_cast<std::uint32_t>(fields[1]), fields[2],
            static_cast<std::uint32_t>(fields[3])};
}

}  // namespace dormouse
