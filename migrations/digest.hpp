// SHA-256, for recognising migrations.
#pragma once

#include <dormouse/migration_file.hpp>

#include <span>
#include <string>
#include <string_view>

namespace dormouse {

/// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string hex_digest(std::string_view text);

/// By which an applied chunk is recognised. Windows line ends and others make no difference: which
/// of them a file has depends on the machine that it was checked out on.
[[nodiscard]] std::string chunk_digest(std::string_view sql);
/// Programs of before recorded the digest of the bytes, whichever line ends they had.
[[nodiscard]] bool is_chunk_digest(std::string_view recorded, std::string_view sql);

/// The version of a database that has seen exactly these migrations.
[[nodiscard]] std::string list_digest(std::span<const migration_file> files);

}  // namespace dormouse
