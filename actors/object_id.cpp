#include <dormouse/error.hpp>
#include <dormouse/object_id.hpp>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstring>

namespace dormouse {
namespace {

constexpr std::size_t half = object_id::size / 2;
using digest = std::array<std::uint8_t, 32>;

const unsigned char* as_bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

digest sha256(std::string_view text) {
    digest result{};
    if (EVP_Digest(text.data(), text.size(), result.data(), nullptr, EVP_sha256(), nullptr) != 1) {
        throw error(errc::storage_failed, "SHA-256 is not available");
    }
    return result;
}

digest hmac(const digest& key, std::span<const std::uint8_t> text) {
    digest result{};
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), text.data(), text.size(),
             result.data(), nullptr) == nullptr) {
        throw error(errc::storage_failed, "HMAC-SHA-256 is not available");
    }
    return result;
}

// The second half proves that the first was made with this key.
std::array<std::uint8_t, object_id::size> seal(const digest& key,
                                               std::span<const std::uint8_t, half> base) {
    std::array<std::uint8_t, object_id::size> sealed{};
    std::ranges::copy(base, sealed.begin());
    const auto proof = hmac(key, base);
    std::copy_n(proof.begin(), half, sealed.begin() + half);
    return sealed;
}

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    const char lower = static_cast<char>(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::array<std::uint8_t, object_id::size> parse_hex(std::string_view text) {
    std::array<std::uint8_t, object_id::size> bytes{};
    bool valid = text.size() == bytes.size() * 2;
    for (std::size_t i = 0; valid && i < bytes.size(); ++i) {
        const int high = hex_value(text[2 * i]);
        const int low = hex_value(text[2 * i + 1]);
        valid = high >= 0 && low >= 0;
        bytes[i] = static_cast<std::uint8_t>((high << 4) | low);
    }
    if (!valid) {
        throw error(errc::invalid_id, "Invalid Durable Object ID: must be 64 hex digits");
    }
    return bytes;
}

}  // namespace

object_id object_id::from_name(std::string_view unique_key, std::string_view name) {
    const auto key = sha256(unique_key);
    const auto base = hmac(key, {as_bytes(name), name.size()});
    return object_id(seal(key, std::span(base).first<half>()));
}

object_id object_id::from_random(std::string_view unique_key,
                                 std::span<const std::uint8_t, 16> random) {
    return object_id(seal(sha256(unique_key), random));
}

object_id object_id::parse(std::string_view unique_key, std::string_view text) {
    const auto bytes = parse_hex(text);
    const auto expected = seal(sha256(unique_key), std::span(bytes).first<half>());
    if (bytes != expected) {
        throw error(errc::invalid_id, "Durable Object ID is not valid for this namespace.");
    }
    return object_id(bytes);
}

std::string object_id::to_string() const {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(size * 2);
    for (const auto byte : bytes_) {
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 0xf]);
    }
    return text;
}

}  // namespace dormouse

std::size_t std::hash<dormouse::object_id>::operator()(
    const dormouse::object_id& id) const noexcept {
    // Any eight bytes of a MAC are as good as a hash; the first byte alone chooses the partition.
    std::size_t value = 0;
    std::memcpy(&value, id.bytes().data() + 8, sizeof value);
    return value;
}
