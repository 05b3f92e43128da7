#include <dormouse/generators.hpp>

#include <array>

namespace dormouse {

std::string uuid_generator::operator()(generator_context& context) const {
    constexpr std::uint64_t version_mask = 0xF000;
    constexpr std::uint64_t variant_mask = std::uint64_t{3} << 62;
    std::array<std::uint64_t, 2> bits{context.random(), context.random()};
    bits[0] = (bits[0] & ~version_mask) | 0x4000;
    bits[1] = (bits[1] & ~variant_mask) | std::uint64_t{2} << 62;

    std::string text;
    text.reserve(36);
    for (unsigned digit = 0; digit < 32; ++digit) {
        if (digit == 8 || digit == 12 || digit == 16 || digit == 20) {
            text += '-';
        }
        text += "0123456789abcdef"[bits[digit / 16] >> (60 - 4 * (digit % 16)) & 15];
    }
    return text;
}

}  // namespace dormouse
