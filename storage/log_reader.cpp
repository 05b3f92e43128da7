#include "storage/log_reader.hpp"

#include "storage/log_segment.hpp"

#include <dormouse/error.hpp>

#include <array>
#include <cstring>
#include <utility>

namespace dormouse {

std::optional<record_view> read_record(const disk_file& file, std::uint64_t offset,
                                       std::vector<std::byte>& buffer) {
    std::array<std::byte, sizeof(record_header)> header{};
    if (file.read(offset, header) < header.size()) {
        return std::nullopt;
    }
    std::uint32_t length = 0;
    std::memcpy(&length, header.data() + offsetof(record_header, length), sizeof length);
    if (length > file.size() - offset) {
        return std::nullopt;
    }
    if (buffer.size() < length) {
        buffer.resize(length);
    }
    const auto bytes = std::span(buffer).first(length);
    return file.read(offset, bytes) == length ? parse_record(bytes) : std::nullopt;
}

log_reader::log_reader(disk& on, std::map<log_position, std::string> segments)
    : disk_(&on), segments_(std::move(segments)) {}

std::optional<record_view> log_reader::read(log_position position) {
    const auto after = segments_.upper_bound(position);
    if (after == segments_.begin()) {
        return std::nullopt;
    }
    const auto& [start, path] = *std::prev(after);
    if ((file_ == nullptr || start_ != start) && !open_segment(start, path)) {
        return std::nullopt;
    }
    const auto offset = header_bytes_ + (position - start_);
    auto record = read_record(*file_, offset, bytes_);
    if (!record || record->header.position != position) {
        throw error(errc::storage_failed, "the commit log is damaged: " + path +
                                              " holds no valid record at offset " +
                                              std::to_string(offset));
    }
    return record;
}

// The log removes segments while others read: one that has gone has been retired.
bool log_reader::open_segment(log_position start, const std::string& path) {
    file_ = disk_->open(path, open_mode::existing);
    if (file_ == nullptr) {
        return false;
    }
    const auto decoded = read_segment_header(*file_);
    if (!decoded) {
        file_.reset();
        throw error(errc::storage_failed, "the commit log is damaged: the header of " + path);
    }
    start_ = start;
    header_bytes_ = decoded->bytes;
    return true;
}

}  // namespace dormouse
