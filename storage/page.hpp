// The unit of everything below SQLite.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace dormouse {

inline constexpr std::size_t page_size = 4096;

using page = std::array<std::byte, page_size>;
using page_view = std::span<const std::byte, page_size>;

/// Pages count from 1, as in SQLite.
using page_number = std::uint32_t;

[[nodiscard]] constexpr std::uint64_t offset_of(page_number number) noexcept {
    return (std::uint64_t{number} - 1) * page_size;
}

}  // namespace dormouse
