#include "storage/log_record.hpp"

#include "storage/page_delta.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace dormouse {
namespace {

constexpr std::uint32_t record_magic = 0x524d5244;  // "DRMR"

constexpr page zeros{};

template <class T>
std::span<const std::byte> bytes_of(const T& value) {
    return std::as_bytes(std::span(&value, 1));
}

/// Cuts a `T` off the front.
template <class T>
std::optional<T> take(std::span<const std::byte>& bytes) {
    if (bytes.size() < sizeof(T)) {
        return std::nullopt;
    }
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes = bytes.subspan(sizeof value);
    return value;
}

bool is_about_object(record_kind kind) {
    switch (kind) {
        case record_kind::changes:
        case record_kind::create:
        case record_kind::destroy:
        case record_kind::adopt:
        case record_kind::swap:
            return true;
        case record_kind::checkpoint:
        case record_kind::object_class:
            break;
    }
    return false;
}

bool is_plausible(const record_header& header, log_position position, std::uint32_t epoch,
                  std::size_t available) {
    return header.magic == record_magic && header.position == position && header.epoch == epoch &&
           header.length >= sizeof header && header.length % 8 == 0 && header.length <= available;
}

bool take_metadata(record_view& record) {
    if ((record.header.flags & has_metadata) == 0) {
        return true;
    }
    const auto length = take<std::uint32_t>(record.entries);
    if (!length || *length > record.entries.size()) {
        return false;
    }
    record.metadata = record.entries.first(*length);
    record.entries = record.entries.subspan(*length);
    return true;
}

std::uint32_t header_checksum(record_header header) {
    header.header_checksum = 0;
    return checksum(bytes_of(header));
}

}  // namespace

record_builder::record_builder(record_kind kind) {
    constexpr std::size_t usual_bytes = 1'024;
    bytes_.reserve(usual_bytes);
    record_header header{};
    header.magic = record_magic;
    header.kind = kind;
    add_bytes(bytes_of(header));
}

record_builder::record_builder(record_kind kind, const object_header& object)
    : record_builder(kind) {
    about_object_ = true;
    add_bytes(bytes_of(object));
}

void record_builder::add_bytes(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void record_builder::add_metadata(std::span<const std::byte> encoded) {
    constexpr auto at = offsetof(record_header, flags);
    const std::uint16_t flags = has_metadata;
    std::memcpy(bytes_.data() + at, &flags, sizeof flags);
    add_bytes(bytes_of(static_cast<std::uint32_t>(encoded.size())));
    add_bytes(encoded);
}

// The entry's place is kept free until its length is known.
void record_builder::add_entry(page_entry entry, std::size_t at) {
    entry.length = static_cast<std::uint16_t>(bytes_.size() - at - sizeof entry);
    std::ranges::copy(bytes_of(entry), bytes_.begin() + static_cast<std::ptrdiff_t>(at));
    ++entries_;
}

void record_builder::add_image(page_number number, page_view content) {
    const auto at = bytes_.size();
    bytes_.resize(at + sizeof(page_entry));
    auto encoding = page_encoding::sparse;
    if (!append_delta(zeros, content, bytes_)) {
        encoding = page_encoding::image;
        add_bytes(content);
    }
    add_entry({number, 0, encoding}, at);
}

void record_builder::add_delta(page_number number, page_view before, page_view after) {
    const auto at = bytes_.size();
    bytes_.resize(at + sizeof(page_entry));
    if (append_delta(before, after, bytes_)) {
        add_entry({number, 0, page_encoding::delta}, at);
    } else {
        bytes_.resize(at);
        add_image(number, after);
    }
}

std::vector<std::byte> record_builder::finish() {
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    const auto length = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data() + offsetof(record_header, length), &length, sizeof length);
    if (about_object_) {
        constexpr auto at = sizeof(record_header) + offsetof(object_header, entry_count);
        std::memcpy(bytes_.data() + at, &entries_, sizeof entries_);
    }
    return std::move(bytes_);
}

void seal_body(std::span<std::byte> record) {
    const std::uint32_t sum = checksum(record.subspan(sizeof(record_header)));
    std::memcpy(record.data() + offsetof(record_header, body_checksum), &sum, sizeof sum);
}

void seal_header(std::span<std::byte> record, const record_place& place) {
    record_header header{};
    std::memcpy(&header, record.data(), sizeof header);
    header.position = place.position;
    header.durable = place.durable;
    header.epoch = place.epoch;
    header.time = place.time;
    header.header_checksum = header_checksum(header);
    std::memcpy(record.data(), &header, sizeof header);
}

std::optional<record_view> parse_record(std::span<const std::byte> bytes) {
    auto rest = bytes;
    const auto header = take<record_header>(rest);
    return header ? parse_record(bytes, header->position, header->epoch) : std::nullopt;
}

std::optional<record_view> parse_record(std::span<const std::byte> bytes, log_position position,
                                        std::uint32_t epoch) {
    auto rest = bytes;
    const auto header = take<record_header>(rest);
    if (!header || !is_plausible(*header, position, epoch, bytes.size()) ||
        header_checksum(*header) != header->header_checksum) {
        return std::nullopt;
    }
    record_view record;
    record.header = *header;
    record.bytes = bytes.first(header->length);
    record.body = rest.first(header->length - sizeof(record_header));
    if (checksum(record.body) != header->body_checksum) {
        return std::nullopt;
    }
    if (is_about_object(header->kind)) {
        record.entries = record.body;
        record.object = take<object_header>(record.entries);
        if (!record.object || !take_metadata(record)) {
            return std::nullopt;
        }
    }
    return record;
}

bool page_change::apply(page& target) const {
    switch (encoding) {
        case page_encoding::image:
            std::ranges::copy(bytes, target.begin());
            return true;
        case page_encoding::sparse:
            target.fill(std::byte{0});
            return apply_delta(bytes, target);
        case page_encoding::delta:
            return apply_delta(bytes, target);
    }
    return false;
}

std::optional<std::vector<page_change>> read_changes(const record_view& record) {
    std::vector<page_change> changes;
    auto rest = record.entries;
    for (std::uint32_t i = 0; i < record.object->entry_count; ++i) {
        const auto entry = take<page_entry>(rest);
        const bool fits = entry && entry->number > 0 && entry->encoding <= page_encoding::delta &&
                          entry->length <= rest.size() &&
                          (entry->encoding != page_encoding::image || entry->length == page_size);
        if (!fits) {
            return std::nullopt;
        }
        changes.push_back({entry->number, entry->encoding, rest.first(entry->length)});
        rest = rest.subspan(entry->length);
    }
    return changes;
}

record_builder make_checkpoint(log_position redo) {
    record_builder record(record_kind::checkpoint);
    record.add_bytes(bytes_of(redo));
    return record;
}

std::optional<log_position> read_checkpoint(const record_view& record) {
    auto body = record.body;
    return record.header.kind == record_kind::checkpoint ? take<log_position>(body) : std::nullopt;
}

record_builder make_swap(const object_header& object, std::uint32_t source,
                         std::span<const std::byte> metadata) {
    record_builder record(record_kind::swap, object);
    record.add_metadata(metadata);
    record.add_bytes(bytes_of(source));
    return record;
}

std::optional<std::uint32_t> read_swap(const record_view& record) {
    auto rest = record.entries;
    return record.header.kind == record_kind::swap ? take<std::uint32_t>(rest) : std::nullopt;
}

record_builder make_class(const class_fact& fact) {
    record_builder record(record_kind::object_class);
    record.add_bytes(bytes_of(fact.number));
    record.add_bytes(bytes_of(static_cast<std::uint32_t>(fact.name.size())));
    record.add_bytes(std::as_bytes(std::span(fact.name)));
    return record;
}

std::optional<class_fact> read_class(const record_view& record) {
    auto body = record.body;
    if (record.header.kind != record_kind::object_class) {
        return std::nullopt;
    }
    const auto number = take<std::uint32_t>(body);
    const auto length = take<std::uint32_t>(body);
    if (!number || !length || *length > body.size()) {
        return std::nullopt;
    }
    return class_fact{*number, {reinterpret_cast<const char*>(body.data()), *length}};
}

void learn_class(const record_view& record, std::vector<std::string>& classes) {
    const auto fact = read_class(record);
    if (!fact || fact->number > classes.size()) {
        return;  // numbers are given in order
    }
    if (fact->number == classes.size()) {
        classes.emplace_back();
    }
    classes[fact->number] = fact->name;
}

}  // namespace dormouse
