// The checksum of everything the storage node writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace dormouse {

/// CRC-32C.
[[nodiscard]] std::uint32_t checksum(std::span<const std::byte> bytes);

}  // namespace dormouse
