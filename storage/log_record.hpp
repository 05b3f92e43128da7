// One record of the commit log: what one commit did to one object, or a fact about the log itself.
// docs/storage_format.md is the specification; this is its only implementation.
//
// A record is valid as a whole or not at all: two checksums, its own position and the epoch of its
// segment see to it that neither a torn write nor a leftover of an earlier log passes for one.
#pragma once

#include "storage/checksum.hpp"
#include "storage/page.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// A place in the log: bytes since its beginning, over all segments. 0 is before every record.
using log_position = std::uint64_t;

/// The first record's position: a position of 0 means "none".
inline constexpr log_position log_begin = 64;

enum class record_kind : std::uint16_t {
    changes = 1,       ///< Pages of an object.
    create = 2,        ///< The same, for an object that was empty before.
    destroy = 3,       ///< The object is gone.
    checkpoint = 4,    ///< Everything before `redo` is in the objects' files.
    object_class = 5,  ///< A class of objects gets its number.
    adopt = 6,         ///< The object's file was replaced from outside; its archive has a copy.
    swap = 7           ///< The object's file was replaced by one that was built beside it.
};

/// The header of every record. Little-endian, 48 bytes.
struct record_header {
    std::uint32_t magic;
    std::uint32_t length;  ///< Of the whole record; a multiple of 8.
    log_position position;
    log_position durable;  ///< Everything before it was durable when the record was appended.
    std::uint32_t epoch;
    record_kind kind;
    std::uint16_t flags;  ///< `record_flag`s.
    std::uint32_t body_checksum;
    std::uint32_t header_checksum;  ///< Of the header with this field 0.
    std::uint64_t time;             ///< Milliseconds since 1970, never less than the record before.
};
static_assert(sizeof(record_header) == 48);

enum record_flag : std::uint16_t {
    has_metadata = 1  ///< A u32 length and the object's metadata precede the page entries.
};

using binary_id = std::array<std::byte, 32>;

/// What follows the header of a record about an object. 64 bytes.
struct object_header {
    binary_id id;
    std::uint32_t class_number;
    std::uint32_t page_count;   ///< The database's size after this record.
    log_position incarnation;   ///< Position of the object's `create` record.
    log_position previous;      ///< The object's record before this one; 0: none.
    std::uint32_t sequence;     ///< Counts the object's records since it was created.
    std::uint32_t entry_count;  ///< Page entries that follow.
};
static_assert(sizeof(object_header) == 64);

enum class page_encoding : std::uint16_t {
    image = 0,   ///< The page as it is.
    sparse = 1,  ///< Ranges over a page of zeros.
    delta = 2    ///< Ranges over the page's last logged content.
};

/// Precedes the bytes of each page.
struct page_entry {
    page_number number;
    std::uint16_t length;
    page_encoding encoding;
};
static_assert(sizeof(page_entry) == 8);

/// Builds a record. What only the log knows (position, epoch, checksums) is left for `seal_record`.
class record_builder {
public:
    /// Starts a record about the log itself.
    explicit record_builder(record_kind kind);
    /// Starts a record about an object; `entry_count` is counted here.
    record_builder(record_kind kind, const object_header& object);

    /// Adds the object's metadata, which must come first.
    void add_metadata(std::span<const std::byte> encoded);
    /// Adds a page that entered the overlay with this commit.
    void add_image(page_number number, page_view content);
    /// Adds a page whose content `before` the log has already.
    void add_delta(page_number number, page_view before, page_view after);
    void add_bytes(std::span<const std::byte> bytes);

    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    /// The padded record.
    [[nodiscard]] std::vector<std::byte> finish();

private:
    void add_entry(page_entry entry, std::size_t at);

    std::vector<std::byte> bytes_;
    std::uint32_t entries_ = 0;
    bool about_object_ = false;
};

/// What the log adds when a record gets its place.
struct record_place {
    log_position position = 0;
    log_position durable = 0;
    std::uint32_t epoch = 0;
    std::uint64_t time = 0;
};

/// Checksums the body; costs time in proportion to its size, so call it before taking a lock.
void seal_body(std::span<std::byte> record);
/// Completes a record whose body is sealed.
void seal_header(std::span<std::byte> record, const record_place& place);

/// A record as found in the log. Views into the bytes it was parsed from.
struct record_view {
    record_header header{};
    std::optional<object_header> object;  ///< For records about an object.
    std::span<const std::byte> entries;   ///< The page entries of a record about an object.
    std::optional<std::span<const std::byte>> metadata;  ///< Of an object.
    std::span<const std::byte> body;                     ///< Everything behind the header.
    std::span<const std::byte> bytes;                    ///< All of it.
};

/// The record at the beginning of `bytes`, when one for that place is there and undamaged.
[[nodiscard]] std::optional<record_view> parse_record(std::span<const std::byte> bytes,
                                                      log_position position, std::uint32_t epoch);

/// The record that `bytes` begins with, wherever in a log it was. For copies of records.
[[nodiscard]] std::optional<record_view> parse_record(std::span<const std::byte> bytes);

/// One page of a record.
struct page_change {
    page_number number = 0;
    page_encoding encoding = page_encoding::image;
    std::span<const std::byte> bytes;

    /// Brings `target`, the page as logged before, up to date. False when malformed.
    [[nodiscard]] bool apply(page& target) const;
};

/// The pages of a record about an object; nothing when they are malformed, which no checksum that
/// fits lets happen.
[[nodiscard]] std::optional<std::vector<page_change>> read_changes(const record_view& record);

/// The redo position of a `checkpoint` record.
[[nodiscard]] std::optional<log_position> read_checkpoint(const record_view& record);
[[nodiscard]] record_builder make_checkpoint(log_position redo);

/// The sequence number of the object's earlier record whose state a `swap` record brought back; 0:
/// none, and the archive has a copy of the new file.
[[nodiscard]] std::optional<std::uint32_t> read_swap(const record_view& record);
[[nodiscard]] record_builder make_swap(const object_header& object, std::uint32_t source,
                                       std::span<const std::byte> metadata);

/// Number and name of an `object_class` record.
struct class_fact {
    std::uint32_t number = 0;
    std::string_view name;
};
[[nodiscard]] std::optional<class_fact> read_class(const record_view& record);
[[nodiscard]] record_builder make_class(const class_fact& fact);
/// Enters the name into `classes`, by number, if the record is such a one.
void learn_class(const record_view& record, std::vector<std::string>& classes);

}  // namespace dormouse
