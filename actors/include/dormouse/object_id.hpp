// A program names its objects ("acme"), the disk and the scheduler need something of fixed size
// that spreads evenly, and nobody should be able to invent an id that belongs to another class. An
// object id is 16 bytes derived from the name (or random) and 16 bytes that prove which class they
// were made for. The construction equals workerd's, so ids agree with Cloudflare's for the same
// unique key.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace dormouse {

/// Names one object of one class. The name it was made from is not part of it.
///
/// **Thread safety:** value.
class object_id {
public:
    static constexpr std::size_t size = 32;

    /// The id of the object called `name`; any bytes, also none.
    [[nodiscard]] static object_id from_name(std::string_view unique_key, std::string_view name);

    /// The id of an object without a name, made from 16 random bytes.
    [[nodiscard]] static object_id from_random(std::string_view unique_key,
                                               std::span<const std::uint8_t, 16> random);

    /// Reads 64 hexadecimal digits of either case.
    /// Errors: `errc::invalid_id` when the text is malformed or the id was made for another unique
    /// key.
    [[nodiscard]] static object_id parse(std::string_view unique_key, std::string_view text);

    /// 64 lower-case hexadecimal digits.
    [[nodiscard]] std::string to_string() const;

    /// Where the object lives: its directory, and the loop that runs it.
    [[nodiscard]] std::uint8_t partition() const noexcept { return bytes_[0]; }

    [[nodiscard]] std::span<const std::uint8_t, size> bytes() const noexcept { return bytes_; }

    friend bool operator==(const object_id&, const object_id&) = default;
    friend auto operator<=>(const object_id&, const object_id&) = default;

private:
    explicit object_id(const std::array<std::uint8_t, size>& bytes) noexcept : bytes_(bytes) {}
    std::array<std::uint8_t, size> bytes_;
};

}  // namespace dormouse

template <>
struct std::hash<dormouse::object_id> {
    std::size_t operator()(const dormouse::object_id& id) const noexcept;
};
