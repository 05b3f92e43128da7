#include "storage/log_segment.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace dormouse {
namespace {

constexpr std::uint32_t segment_magic = 0x534d5244;  // "DRMS"

struct fixed_header {
    std::uint32_t magic;
    std::uint32_t version;
    std::uint32_t header_bytes;
    std::uint32_t checksum;  // of the whole header with this field 0
    log_position start;
    std::uint32_t epoch;
    std::uint32_t class_count;
};
static_assert(sizeof(fixed_header) == 32);

void set_checksum(std::span<std::byte> header, std::uint32_t sum) {
    std::memcpy(header.data() + offsetof(fixed_header, checksum), &sum, sizeof sum);
}

bool is_undamaged(std::span<const std::byte> bytes, const fixed_header& fixed) {
    if (fixed.header_bytes < sizeof fixed || fixed.header_bytes % page_size != 0 ||
        fixed.header_bytes > bytes.size()) {
        return false;
    }
    std::vector<std::byte> copy(bytes.begin(), bytes.begin() + fixed.header_bytes);
    set_checksum(copy, 0);
    return checksum(copy) == fixed.checksum;
}

/// Nothing when they run over the header.
std::optional<std::vector<std::string>> read_classes(std::span<const std::byte> rest,
                                                     const fixed_header& fixed) {
    std::vector<std::string> classes;
    for (std::uint32_t i = 0; i < fixed.class_count; ++i) {
        std::uint32_t length = 0;
        if (rest.size() < sizeof length) {
            return std::nullopt;
        }
        std::memcpy(&length, rest.data(), sizeof length);
        rest = rest.subspan(sizeof length);
        if (length > rest.size()) {
            return std::nullopt;
        }
        classes.emplace_back(reinterpret_cast<const char*>(rest.data()), length);
        rest = rest.subspan(length);
    }
    return classes;
}

}  // namespace

std::vector<std::byte> encode_segment_header(const segment_header& header) {
    std::vector<std::byte> bytes(sizeof(fixed_header));
    for (const auto& name : header.classes) {
        const auto length = static_cast<std::uint32_t>(name.size());
        const auto prefix = std::as_bytes(std::span(&length, 1));
        const auto text = std::as_bytes(std::span(name));
        bytes.insert(bytes.end(), prefix.begin(), prefix.end());
        bytes.insert(bytes.end(), text.begin(), text.end());
    }
    bytes.resize((bytes.size() + page_size - 1) / page_size * page_size);
    const fixed_header fixed{
        segment_magic, storage_format_version, static_cast<std::uint32_t>(bytes.size()),         0,
        header.start,  header.epoch,           static_cast<std::uint32_t>(header.classes.size())};
    std::memcpy(bytes.data(), &fixed, sizeof fixed);
    set_checksum(bytes, checksum(bytes));
    return bytes;
}

std::optional<decoded_segment_header> decode_segment_header(std::span<const std::byte> bytes) {
    fixed_header fixed{};
    if (bytes.size() < sizeof fixed) {
        return std::nullopt;
    }
    std::memcpy(&fixed, bytes.data(), sizeof fixed);
    if (fixed.magic != segment_magic || !is_undamaged(bytes, fixed)) {
        return std::nullopt;
    }
    if (fixed.version != storage_format_version) {
        throw error(errc::storage_failed,
                    "the commit log is of format version " + std::to_string(fixed.version) +
                        "; this program reads version " + std::to_string(storage_format_version));
    }
    auto classes = read_classes(bytes.first(fixed.header_bytes).subspan(sizeof fixed), fixed);
    if (!classes) {
        return std::nullopt;
    }
    return decoded_segment_header{{fixed.start, fixed.epoch, std::move(*classes)},
                                  fixed.header_bytes};
}

std::optional<decoded_segment_header> read_segment_header(const disk_file& file) {
    std::vector<std::byte> bytes(sizeof(fixed_header));
    fixed_header fixed{};
    if (file.read(0, bytes) == bytes.size()) {
        std::memcpy(&fixed, bytes.data(), sizeof fixed);
    }
    bytes.resize(std::min<std::uint64_t>(fixed.header_bytes, file.size()));
    bytes.resize(file.read(0, bytes));
    return decode_segment_header(bytes);
}

std::string segment_name(log_position start) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string name = "seg-";
    for (int shift = 60; shift >= 0; shift -= 4) {
        name += digits[(start >> static_cast<unsigned>(shift)) & 0xF];
    }
    return name;
}

bool is_segment_name(std::string_view name) {
    return name.size() == 20 && name.starts_with("seg-") &&
           name.find_first_not_of("0123456789abcdef", 4) == std::string_view::npos;
}

segment_writer::segment_writer(disk& on, std::string directory, std::uint64_t segment_bytes)
    : disk_(&on), directory_(std::move(directory)), segment_bytes_(segment_bytes) {}

std::unique_ptr<disk_file> segment_writer::take_spare() {
    const std::lock_guard lock(spare_mutex_);
    spare_ready_ = false;
    return std::move(spare_);
}

void segment_writer::begin(const segment_header& header) {
    const auto bytes = encode_segment_header(header);
    auto name = spare_segment_name;
    auto file = take_spare();
    zeroed_ = file != nullptr;
    if (!zeroed_) {
        name = hasty_segment_name;
        disk_->remove(directory_ + "/" + std::string(name));
        file = disk_->open(directory_ + "/" + std::string(name), open_mode::create);
    }
    file->write(0, bytes);
    file->sync();
    disk_->rename(directory_ + "/" + std::string(name),
                  directory_ + "/" + segment_name(header.start));
    disk_->sync_directory(directory_);
    file_ = std::move(file);
    start_ = header.start;
    header_bytes_ = bytes.size();
}

void segment_writer::write(log_position position, std::span<const std::byte> records) {
    file_->write(header_bytes_ + position - start_, records);
}

void segment_writer::sync() {
    file_->sync();
}

bool segment_writer::is_full(log_position position) const noexcept {
    const auto used = position - start_;
    return used >= segment_bytes_ || (!zeroed_ && used > 0 && spare_ready_);
}

void segment_writer::prepare_spare() {
    if (spare_ready_) {
        return;
    }
    static constexpr std::array<std::byte, std::size_t{256} * 1024> zeros{};
    const auto path = directory_ + "/" + std::string(spare_segment_name);
    disk_->remove(path);
    auto made = disk_->open(path, open_mode::create);
    const auto size = segment_bytes_ + page_size;
    for (std::uint64_t at = 0; at < size; at += zeros.size()) {
        made->write(at, std::span(zeros).first(std::min<std::uint64_t>(zeros.size(), size - at)));
    }
    made->sync();
    const std::lock_guard lock(spare_mutex_);
    spare_ = std::move(made);
    spare_ready_ = true;
}

}  // namespace dormouse
