// SHA-256, for recognising migrations.
#pragma once

#include <dormouse/migration_file.hpp>

#include <span>
#include <string>
#include <string_view>

namespace dormouse {

/// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string hex_digest(std::string_view text);

/// The version of a database that has seen exactly these migrations.
[[nodiscard]] std::string list_digest(std::span<const migration_file> files);

}  // namespace dormouse
