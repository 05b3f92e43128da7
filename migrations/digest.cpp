#include "migrations/digest.hpp"

#include <dormouse/error.hpp>

#include <openssl/evp.h>

#include <array>
#include <cstddef>

namespace dormouse {
namespace {

std::string with_line_ends(std::string_view sql, std::string_view end) {
    std::string text;
    for (std::size_t at = 0; at < sql.size(); ++at) {
        if (sql[at] == '\n') {
            text += end;
        } else if (!sql.substr(at).starts_with("\r\n")) {
            text += sql[at];
        }
    }
    return text;
}

}  // namespace

std::string hex_digest(std::string_view text) {
    std::array<unsigned char, 32> bytes{};
    if (EVP_Digest(text.data(), text.size(), bytes.data(), nullptr, EVP_sha256(), nullptr) != 1) {
        throw error(errc::storage_failed, "SHA-256 is not available");
    }
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const auto byte : bytes) {
        hex.push_back(digits[byte >> 4]);
        hex.push_back(digits[byte & 0xf]);
    }
    return hex;
}

std::string chunk_digest(std::string_view sql) {
    return hex_digest(with_line_ends(sql, "\n"));
}

bool is_chunk_digest(std::string_view recorded, std::string_view sql) {
    return recorded == chunk_digest(sql) || recorded == hex_digest(sql) ||
           recorded == hex_digest(with_line_ends(sql, "\r\n"));
}

std::string list_digest(std::span<const migration_file> files) {
    std::string all;
    for (const auto& file : files) {
        all.append(file.name).append(1, '\0').append(hex_digest(file.sql)).append(1, '\n');
    }
    return hex_digest(all);
}

}  // namespace dormouse
