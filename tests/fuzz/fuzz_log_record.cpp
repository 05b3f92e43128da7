// What stands on the disk may be anything: whatever decodes the commit log, the archives and the
// catalog must refuse nonsense, or take it for what it says, and never read beyond it. Checksums
// would keep nearly every input from getting far, so a second mode repairs them first.
//
// An input's first byte chooses what the rest is taken for; see `decoders`.
#include "storage/log_record.hpp"
#include "storage/log_scan.hpp"
#include "storage/log_segment.hpp"
#include "storage/object_facts.hpp"
#include "storage/page_delta.hpp"
#include "testing/faulty_disk.hpp"

#include <dormouse/bookmark.hpp>
#include <dormouse/error.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using bytes_view = std::span<const std::byte>;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void use(const record_view& record) {
    static_cast<void>(read_checkpoint(record));
    static_cast<void>(read_swap(record));
    std::vector<std::string> classes;
    learn_class(record, classes);
    if (record.metadata) {
        static_cast<void>(decode_metadata(*record.metadata));
    }
    if (const auto changes = record.object ? read_changes(record) : std::nullopt) {
        page target{};
        for (const auto& change : *changes) {
            static_cast<void>(change.apply(target));
        }
    }
}

void decode_record(bytes_view bytes) {
    if (const auto record = parse_record(bytes)) {
        use(*record);
    }
}

/// The bytes as a record whose length, place and checksums are right.
std::vector<std::byte> repaired_record(bytes_view bytes, const record_place& place) {
    std::vector<std::byte> record(bytes.begin(), bytes.end());
    record.resize((std::max(record.size(), sizeof(record_header)) + 7) / 8 * 8);
    const auto whole = record_builder(record_kind::changes).finish();
    std::copy_n(whole.begin(), sizeof(std::uint32_t), record.begin());  // the magic
    const auto length = static_cast<std::uint32_t>(record.size());
    std::memcpy(record.data() + offsetof(record_header, length), &length, sizeof length);
    seal_body(record);
    seal_header(record, place);
    return record;
}

void decode_repaired_record(bytes_view bytes) {
    decode_record(repaired_record(bytes, {64, 64, 1, 0}));
}

void decode_header(bytes_view bytes) {
    try {
        if (const auto decoded = decode_segment_header(bytes)) {
            const auto again = decode_segment_header(encode_segment_header(decoded->header));
            require(again && again->header.classes == decoded->header.classes);
        }
    } catch (const error&) {
        return;  // of another version
    }
}

/// The bytes behind the magic and version of a header, with a checksum that fits.
void decode_repaired_header(bytes_view bytes) {
    constexpr std::size_t repaired_bytes = 16;
    constexpr std::size_t checksum_at = 12;
    auto header = encode_segment_header({});
    const auto count = std::min(bytes.size(), header.size() - repaired_bytes);
    std::copy_n(bytes.begin(), count, header.begin() + repaired_bytes);
    std::memset(header.data() + checksum_at, 0, sizeof(std::uint32_t));
    const auto sum = checksum(header);
    std::memcpy(header.data() + checksum_at, &sum, sizeof sum);
    decode_header(header);
}

void decode_object_metadata(bytes_view bytes) {
    if (const auto metadata = decode_metadata(bytes)) {
        require(decode_metadata(encode(*metadata)) == metadata);
    }
}

void decode_delta(bytes_view bytes) {
    page target{};
    if (!apply_delta(bytes, target)) {
        return;
    }
    const page before{};
    std::vector<std::byte> ranges;
    page again{};
    require(!append_delta(before, target, ranges) ||
            (apply_delta(ranges, again) && again == target));
}

/// The bytes as what follows the header of the only segment.
void scan_segment(bytes_view bytes) {
    faulty_disk on;
    const auto header = encode_segment_header({log_begin, 1, {"Test"}});
    const auto file = on.open("log/" + segment_name(log_begin), open_mode::create);
    file->write(0, header);
    file->write(header.size(), bytes);
    try {
        static_cast<void>(scan_log(on, "log", use));
    } catch (const error&) {
        return;  // damaged
    }
}

/// The same, cut into records of up to 255 bytes that are right in themselves: one byte of length
/// before each.
void scan_repaired_records(bytes_view bytes) {
    std::vector<std::byte> records;
    while (!bytes.empty()) {
        const auto length =
            std::min<std::size_t>(std::to_integer<std::size_t>(bytes[0]) + 1, bytes.size());
        const auto position = log_begin + records.size();
        const auto record =
            repaired_record(bytes.first(length).subspan(1), {position, position, 1, 0});
        records.insert(records.end(), record.begin(), record.end());
        bytes = bytes.subspan(length);
    }
    scan_segment(records);
}

void decode_bookmark(bytes_view bytes) {
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    try {
        const auto mark = parse_bookmark(text);
        require(parse_bookmark(to_string(mark)) == mark);
    } catch (const error&) {
        return;
    }
}

constexpr std::array decoders{&decode_record,          &decode_repaired_record, &decode_header,
                              &decode_repaired_header, &decode_object_metadata, &decode_delta,
                              &scan_segment,           &scan_repaired_records,  &decode_bookmark};

}  // namespace
}  // namespace dormouse::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using dormouse::test::decoders;
    if (size > 0) {
        const auto bytes = std::as_bytes(std::span(data, size));
        decoders.at(data[0] % decoders.size())(bytes.subspan(1));
    }
    return 0;
}
