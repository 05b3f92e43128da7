#include "storage/page_delta.hpp"

#include <cstdint>
#include <cstring>

namespace dormouse {
namespace {

// Ranges are found in whole words; two that are closer than a range's own header would join anyway.
constexpr std::size_t word = sizeof(std::uint64_t);

struct range_header {
    std::uint16_t offset;
    std::uint16_t length;
};
static_assert(sizeof(range_header) == 4 && page_size % word == 0);

bool differs(page_view before, page_view after, std::size_t at) {
    return std::memcmp(before.data() + at, after.data() + at, word) != 0;
}

// Most of a page is equal: skip that in strides the compiler turns into vector code.
std::size_t next_difference(page_view before, page_view after, std::size_t at) {
    constexpr std::size_t stride = 64;
    while (at % stride != 0 && at < page_size && !differs(before, after, at)) {
        at += word;
    }
    if (at % stride == 0) {
        while (at < page_size && std::memcmp(before.data() + at, after.data() + at, stride) == 0) {
            at += stride;
        }
    }
    while (at < page_size && !differs(before, after, at)) {
        at += word;
    }
    return at;
}

}  // namespace

bool append_delta(page_view before, page_view after, std::vector<std::byte>& out) {
    const std::size_t begin = out.size();
    for (auto at = next_difference(before, after, 0); at < page_size;
         at = next_difference(before, after, at)) {
        const std::size_t from = at;
        while (at < page_size && differs(before, after, at)) {
            at += word;
        }
        if (out.size() - begin + sizeof(range_header) + (at - from) >= page_size) {
            out.resize(begin);
            return false;
        }
        const range_header header{static_cast<std::uint16_t>(from),
                                  static_cast<std::uint16_t>(at - from)};
        const auto bytes = std::as_bytes(std::span(&header, 1));
        out.insert(out.end(), bytes.begin(), bytes.end());
        out.insert(out.end(), after.begin() + static_cast<std::ptrdiff_t>(from),
                   after.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return true;
}

bool apply_delta(std::span<const std::byte> ranges, page& target) {
    while (!ranges.empty()) {
        range_header header{};
        if (ranges.size() < sizeof header) {
            return false;
        }
        std::memcpy(&header, ranges.data(), sizeof header);
        ranges = ranges.subspan(sizeof header);
        if (header.length == 0 || header.length > ranges.size() ||
            std::size_t{header.offset} + header.length > page_size) {
            return false;
        }
        std::memcpy(target.data() + header.offset, ranges.data(), header.length);
        ranges = ranges.subspan(header.length);
    }
    return true;
}

}  // namespace dormouse
