#include "migrations/chunks.hpp"

#include <algorithm>
#include <cctype>

namespace dormouse {
namespace {

bool is_blank(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

bool is_breakpoint(std::string_view line) {
    constexpr std::string_view arrow = "-->";
    return line.starts_with(arrow) &&
           equal_ignoring_case(trim(line.substr(arrow.size())), "breakpoint");
}

}  // namespace

std::vector<std::string_view> split_chunks(std::string_view sql) {
    std::vector<std::string_view> chunks;
    const auto add = [&](std::string_view chunk) {
        if (chunk = trim(chunk); !chunk.empty()) {
            chunks.push_back(chunk);
        }
    };
    std::size_t chunk_start = 0;
    std::size_t line_start = 0;
    while (line_start < sql.size()) {
        const auto line_end = std::min(sql.find('\n', line_start), sql.size());
        if (is_breakpoint(sql.substr(line_start, line_end - line_start))) {
            add(sql.substr(chunk_start, line_start - chunk_start));
            chunk_start = std::min(line_end + 1, sql.size());
        }
        line_start = line_end + 1;
    }
    add(sql.substr(chunk_start));
    return chunks;
}

}  // namespace dormouse
