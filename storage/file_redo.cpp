#include "storage/file_redo.hpp"

#include <dormouse/error.hpp>

#include <vector>

namespace dormouse {

void file_redo::redo(const record_view& record) {
    if (record.header.kind == record_kind::create) {
        pages_.clear();
        starts_empty_ = true;
    }
    gone_ = false;
    changed_ = true;
    const auto changes = read_changes(record);
    if (!changes) {
        fail();
    }
    for (const auto& change : *changes) {
        if (!change.apply(page_at(change.number, change.encoding))) {
            fail();
        }
    }
    page_count_ = record.object->page_count;
    pages_.erase(pages_.upper_bound(page_count_), pages_.end());
}

void file_redo::remove() noexcept {
    pages_.clear();
    gone_ = true;
    changed_ = true;
}

void file_redo::write() {
    if (!changed_) {
        return;
    }
    if (gone_) {
        disk_->remove(path_);
        return;
    }
    disk_->create_directories(path_.substr(0, path_.rfind('/')));
    const auto file = disk_->open(path_, open_mode::create);
    if (starts_empty_) {
        file->truncate(0);
    }
    write_pages(*file);
    if (const auto size = offset_of(page_count_ + 1); file->size() != size) {
        file->truncate(size);
    }
    pages_.clear();
    starts_empty_ = false;
    changed_ = false;
}

// Neighbours go to the file together.
void file_redo::write_pages(disk_file& file) const {
    constexpr std::size_t run_bytes_max = std::size_t{1} << 20;
    std::vector<std::byte> run;
    std::uint64_t end = 0;
    const auto write = [&] {
        if (!run.empty()) {
            file.write(end - run.size(), run);
            run.clear();
        }
    };
    for (const auto& [number, content] : pages_) {
        if (run.size() >= run_bytes_max || offset_of(number) != end) {
            write();
        }
        run.insert(run.end(), content->begin(), content->end());
        end = offset_of(number + 1);
    }
    write();
}

page& file_redo::page_at(page_number number, page_encoding encoding) {
    auto& held = pages_[number];
    if (held == nullptr) {
        held = std::make_unique<page>();
        if (encoding == page_encoding::delta && !starts_empty_) {
            read_base(number, *held);
        }
    }
    return *held;
}

void file_redo::read_base(page_number number, page& into) const {
    if (const auto file = disk_->open(path_, open_mode::existing)) {
        static_cast<void>(file->read(offset_of(number), into));
    }
}

void file_redo::fail() const {
    throw error(errc::storage_failed, "the commit log holds a malformed record of " + path_);
}

}  // namespace dormouse
