// The parts of writing JSON that do not depend on a type.
#pragma once

#include <dormouse/detail/json_reader.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dormouse::detail {

/// Appends `text` in quotes, escaped as JSON.stringify does. Errors: `errc::invalid_request` if not
/// UTF-8.
void append_json_string(std::string& out, std::string_view text);

/// Appends a number as JavaScript prints it: 1, 0.5, 1e+21. What JSON has no number for becomes
/// null.
void append_json_number(std::string& out, double value);
void append_json_number(std::string& out, std::int64_t value);
void append_json_number(std::string& out, std::uint64_t value);

/// A number as JavaScript prints it, infinities and NaN included.
[[nodiscard]] std::string number_text(double value);

/// Appends the next value without white space, its strings and numbers written as JavaScript would.
void append_compact(std::string& out, json_reader& reader);

/// "a string", "a number", "boolean", "null" or "an object": what kind of value it was.
[[nodiscard]] std::string_view kind_name(json_kind kind);

/// A place in a JSON value, for messages. Lives on the stack beside the reading of that place.
struct json_path {
    const json_path* parent = nullptr;
    std::string_view key;     // of an object's member
    std::size_t element = 0;  // of an array
    bool is_element = false;

    /// `tags[1].name`; nothing for the outermost value.
    [[nodiscard]] std::string text() const;
};

/// Refuses the value at `path`: `PATH must be EXPECTED (was ACTUAL)`, as `errc::invalid_request`.
[[noreturn]] void refuse_json(const json_path& path, std::string_view expected,
                              std::string_view actual);

/// Refuses a key that an object has already given, as `errc::invalid_request`.
[[noreturn]] void refuse_repeated(const json_path& path);

/// A field of a struct to be read, by its type. What is done field after field is compiled once.
struct decoded_field {
    std::string_view name;
    bool required;
    void (*decode)(json_reader& reader, const json_path& path, void* field);
};
/// Reads an object into the fields at `addresses`.
void decode_fields(json_reader& reader, const json_path& path,
                   std::span<const decoded_field> fields, void* const* addresses);

/// A field of a struct to be written.
struct encoded_field {
    std::string_view quoted_key;         ///< `"name":`
    bool (*omitted)(const void* field);  ///< Null: never.
    void (*append)(std::string& out, const void* field);
};
/// Appends the fields at `addresses` as an object.
void append_fields(std::string& out, std::span<const encoded_field> fields,
                   const void* const* addresses);

/// Refuse numbers that JSON would not give back, as `errc::invalid_arguments`.
void require_finite(double value);
void require_signed_range(std::uint64_t value);

/// An enum's value that has no name cannot be written.
[[noreturn]] void refuse_unnamed(std::int64_t value);

/// Refuses the next value unless it has this kind.
void require_kind(json_reader& reader, const json_path& path, json_kind wanted,
                  std::string_view expected);

/// The next value as an integer from `low` to `high`.
[[nodiscard]] std::int64_t read_integer(json_reader& reader, const json_path& path,
                                        std::int64_t low, std::int64_t high);

}  // namespace dormouse::detail
