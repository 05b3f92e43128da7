#include "storage/schema_layout.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace dormouse {
namespace {

constexpr std::size_t database_header_bytes = 100;
constexpr std::uint8_t interior_page = 0x05;
constexpr std::uint8_t leaf_page = 0x0d;
constexpr std::size_t pages_max = 1'000;  // a schema larger than this is not worth comparing

std::uint32_t big_endian(std::span<const std::byte> bytes) {
    std::uint32_t value = 0;
    for (const auto byte : bytes) {
        value = value << 8U | std::to_integer<std::uint32_t>(byte);
    }
    return value;
}

/// A reader of one b-tree page that never looks outside of it.
class page_parser {
public:
    explicit page_parser(page_view content) : content_(content) {}

    [[nodiscard]] std::optional<std::uint32_t> number(std::size_t at, std::size_t bytes) const {
        if (at + bytes > page_size) {
            return std::nullopt;
        }
        return big_endian(content_.subspan(at, bytes));
    }

    /// SQLite's variable-length integer; moves `at` behind it.
    [[nodiscard]] std::optional<std::uint64_t> varint(std::size_t& at) const {
        std::uint64_t value = 0;
        for (int i = 0; i < 9 && at < page_size; ++i) {
            const auto byte = std::to_integer<std::uint64_t>(content_[at++]);
            if (i == 8) {
                return value << 8U | byte;
            }
            value = value << 7U | (byte & 0x7fU);
            if (byte < 0x80) {
                return value;
            }
        }
        return std::nullopt;
    }

private:
    page_view content_;
};

/// What of a cell's payload lies in the page itself, by SQLite's rule for leaves of tables.
std::size_t local_bytes(std::uint64_t payload) {
    constexpr std::uint64_t usable = page_size;
    constexpr std::uint64_t most = usable - 35;
    constexpr std::uint64_t least = (usable - 12) * 32 / 255 - 23;
    if (payload <= most) {
        return payload;
    }
    const auto wanted = least + (payload - least) % (usable - 4);
    return wanted <= most ? wanted : least;
}

class layout_reader {
public:
    layout_reader(const page_reader& read, schema_layout& into) : read_(&read), layout_(&into) {
        layout_->pages.clear();
    }

    void run() {
        const bool complete = read_tree(1);
        layout_->shareable = complete && !mentions_virtual_table();
        mask_counters();
    }

private:
    bool read_tree(page_number root) {
        std::vector<page_number> waiting;  // of a tree of one page: nobody
        for (auto number = root;;) {
            const auto place = add_page(number);
            const std::size_t header = number == 1 ? database_header_bytes : 0;
            if (!place || !read_node(*place, header, waiting)) {
                return false;
            }
            if (waiting.empty()) {
                return true;
            }
            number = waiting.back();
            waiting.pop_back();
        }
    }

    bool read_node(std::size_t place, std::size_t header, std::vector<page_number>& waiting) {
        const auto kind = *parse(place).number(header, 1);
        const auto cells = *parse(place).number(header + 3, 2);
        const std::size_t pointers = header + (kind == interior_page ? 12 : 8);
        if (kind != interior_page && kind != leaf_page) {
            return false;
        }
        for (std::uint32_t i = 0; i < cells; ++i) {
            const auto cell = parse(place).number(pointers + std::size_t{2} * i, 2);
            if (!cell) {
                return false;
            }
            if (kind == leaf_page) {
                if (!add_overflow(place, *cell)) {
                    return false;
                }
            } else if (const auto child = parse(place).number(*cell, 4)) {
                waiting.push_back(*child);
            } else {
                return false;
            }
        }
        if (kind == interior_page) {
            waiting.push_back(*parse(place).number(header + 8, 4));
        }
        return true;
    }

    bool add_overflow(std::size_t place, std::size_t cell) {
        const auto payload = parse(place).varint(cell);
        const auto row = parse(place).varint(cell);
        if (!payload || !row) {
            return false;
        }
        const auto local = local_bytes(*payload);
        if (local == *payload) {
            return true;
        }
        auto next = parse(place).number(cell + local, 4);
        while (next && *next != 0) {
            const auto added = add_page(*next);
            if (!added) {
                return false;
            }
            next = parse(*added).number(0, 4);
        }
        return next.has_value();
    }

    /// Where in the layout it begins.
    std::optional<std::size_t> add_page(page_number number) {
        auto& pages = layout_->pages;
        const auto place = pages.size();
        if (number == 0 || place >= pages_max * page_size) {
            return std::nullopt;
        }
        pages.resize(place + page_size);
        (*read_)(number, std::span(pages).subspan(place).first<page_size>());
        return place;
    }

    /// Pages move when one is added.
    [[nodiscard]] page_parser parse(std::size_t place) const {
        return page_parser(
            std::span(std::as_const(layout_->pages)).subspan(place).first<page_size>());
    }

    // SQLite writes the words itself, in this form.
    [[nodiscard]] bool mentions_virtual_table() const {
        const std::string_view text(reinterpret_cast<const char*>(layout_->pages.data()),
                                    layout_->pages.size());
        return text.find("CREATE VIRTUAL TABLE") != std::string_view::npos;
    }

    // Of the header only what the schema decides: not the counts of changes, pages and free pages,
    // not the program's own numbers, not SQLite's version.
    void mask_counters() {
        const auto mask = [this](std::size_t from, std::size_t to) {
            std::ranges::fill(std::span(layout_->pages).subspan(from, to - from), std::byte{0});
        };
        mask(18, 20);
        mask(24, 40);
        mask(60, 64);
        mask(68, 72);
        mask(92, 100);
    }

    const page_reader* read_;
    schema_layout* layout_;
};

}  // namespace

// Every wake compares: by memory, where the vectors' own comparison takes byte after byte.
bool schema_layout::operator==(const schema_layout& other) const noexcept {
    return shareable == other.shareable && pages.size() == other.pages.size() &&
           std::memcmp(pages.data(), other.pages.data(), pages.size()) == 0;
}

void read_layout(const page_reader& read, schema_layout& into) {
    layout_reader(read, into).run();
}

std::uint32_t schema_cookie(page_view first) noexcept {
    return big_endian(first.subspan(40, 4));
}

}  // namespace dormouse
