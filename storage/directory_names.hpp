// What the names of files in a data directory say; `object_path` and its neighbours make them.
#pragma once

#include "storage/object_facts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dormouse {

/// 64 lowercase hexadecimal digits.
[[nodiscard]] bool is_id(std::string_view text);
/// A folder of objects: the first two digits of their ids.
[[nodiscard]] bool is_shard(std::string_view name);
/// The object whose file has that name; nothing when it is no object's.
[[nodiscard]] std::optional<binary_id> id_of_file(std::string_view name);

/// A file of an archive: "<id>.<sequence>.log" or "<id>.<sequence>.sqlite".
struct archive_name {
    binary_id id{};
    std::uint32_t sequence = 0;
    bool is_log = false;
};
[[nodiscard]] std::optional<archive_name> parse_archive_name(std::string_view name);

/// A file that was built to take an object's place, or a database on its way into the node.
[[nodiscard]] bool is_swap_name(std::string_view name);

/// The path of what is called `name` in `directory`.
[[nodiscard]] std::string below(const std::string& directory, std::string_view name);

[[nodiscard]] std::string archive_directory(const std::string& root);

}  // namespace dormouse
