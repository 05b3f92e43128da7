// What the node keeps of an object outside of its pages, as it stands in records of the log and in
// the catalog.
#pragma once

#include "storage/log_record.hpp"

#include <dormouse/object_metadata.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dormouse {

struct object_identity {
    std::string class_name;
    binary_id id{};

    friend auto operator<=>(const object_identity&, const object_identity&) = default;
};

/// How far an object has come.
struct object_progress {
    log_position incarnation = 0;  ///< 0: nothing of the object has been logged.
    std::uint32_t sequence = 0;
    log_position last = 0;   ///< Its last record.
    std::uint64_t time = 0;  ///< Of that record.

    bool operator==(const object_progress&) const = default;
};

/// What rides in records: the public metadata and what only the node needs.
struct logged_metadata {
    object_metadata known;
    std::uint32_t restore_to = 0;  ///< The sequence number to go back to; 0: none.

    bool operator==(const logged_metadata&) const = default;
};

/// What an object's file looked like when the node wrote it last.
struct file_facts {
    page_number page_count = 0;
    std::uint32_t first_page = 0;  ///< Its checksum; it holds SQLite's change counter, too.

    bool operator==(const file_facts&) const = default;
};

struct object_facts {
    logged_metadata metadata;
    object_progress progress;
    file_facts file;
    std::uint32_t filed = 0;  ///< The sequence number of the last record that the file holds.

    bool operator==(const object_facts&) const = default;
};

/// A stretch of an object's archived past: the file after record `sequence`, unless that is 0, and
/// the records from there on.
struct generation {
    std::uint32_t sequence = 0;
    page_number base_pages = 0;
    std::uint64_t log_bytes = 0;
    std::uint64_t time = 0;     ///< Of the record it begins with.
    std::uint32_t reached = 0;  ///< The last record in its log; 0: none yet.
    std::uint32_t unused = 0;   ///< Makes the size, as the catalog keeps it, explicit.

    bool operator==(const generation&) const = default;
};
static_assert(sizeof(generation) == 32);

[[nodiscard]] std::vector<std::byte> encode(const logged_metadata& metadata);
/// Nothing when malformed.
[[nodiscard]] std::optional<logged_metadata> decode_metadata(std::span<const std::byte> bytes);

/// The time so many milliseconds after 1970; the last there is, when it is none of the clock's.
[[nodiscard]] std::chrono::system_clock::time_point moment_of(std::uint64_t milliseconds);

/// 64 hexadecimal digits.
[[nodiscard]] std::string in_digits(const binary_id& id);
[[nodiscard]] binary_id parse_id(std::string_view digits);

/// Where an object's file is.
[[nodiscard]] std::string object_path(const std::string& root, const object_identity& object);
/// The file of the catalog, which is an object of the class without a name.
[[nodiscard]] std::string catalog_path(const std::string& root);
/// A file built to replace that of the object with the record `sequence`.
[[nodiscard]] std::string swap_path(const std::string& root, const object_identity& object,
                                    std::uint32_t sequence);
[[nodiscard]] std::string swap_directory(const std::string& root);
[[nodiscard]] std::string log_directory(const std::string& root);

}  // namespace dormouse
