#include "storage/log_reader.hpp"

#include "storage/log_segment.hpp"

#include <dormouse/error.hpp>

#include <cstring>
#include <utility>

namespace dormouse {

log_reader::log_reader(disk& on, std::map<log_position, std::string> segments)
    : disk_(&on), segments_(std::move(segments)) {}

std::vector<std::byte> log_reader::read(log_position position) {
    const auto after = segments_.upper_bound(position);
    if (after == segments_.begin()) {
        return {};
    }
    const auto& [start, path] = *std::prev(after);
    if ((file_ == nullptr || start_ != start) && !open_segment(start, path)) {
        return {};
    }
    const auto offset = header_bytes_ + (position - start_);
    std::vector<std::byte> bytes(sizeof(record_header));
    std::uint32_t length = 0;
    if (file_->read(offset, bytes) == bytes.size()) {
        std::memcpy(&length, bytes.data() + offsetof(record_header, length), sizeof length);
    }
    bytes.resize(length);
    bytes.resize(file_->read(offset, bytes));
    const auto record = parse_record(bytes);
    if (!record || record->header.position != position) {
        throw error(errc::storage_failed, "the commit log is damaged: " + path +
                                              " holds no valid record at offset " +
                                              std::to_string(offset));
    }
    return bytes;
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
