// Redoes records of the commit log on a database's file.
#pragma once

#include "storage/disk.hpp"
#include "storage/log_record.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace dormouse {

/// Pages that may wait in memory before they are written.
inline constexpr std::size_t redo_pages_max = std::size_t{256} * 1024 * 1024 / page_size;

/// **Thread safety:** confined.
class file_redo {
public:
    /// The file need not exist.
    file_redo(disk& on, std::string path) : disk_(&on), path_(std::move(path)) {}

    /// Applies a record with pages, in memory. Errors: `errc::storage_failed` when it is malformed.
    void redo(const record_view& record);
    /// The object is gone.
    void remove() noexcept;
    /// How many pages wait in memory.
    [[nodiscard]] std::size_t pages() const noexcept { return pages_.size(); }
    /// Writes what waits.
    void write();

private:
    page& page_at(page_number number, page_encoding encoding);
    void write_pages(disk_file& file) const;
    void read_base(page_number number, page& into) const;
    [[noreturn]] void fail() const;

    disk* disk_;
    std::string path_;
    std::map<page_number, std::unique_ptr<page>> pages_;
    page_number page_count_ = 0;
    bool starts_empty_ = false;
    bool changed_ = false;
    bool gone_ = false;
};

}  // namespace dormouse
