#include "storage/recovery.hpp"

#include "storage/log_scan.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

namespace dormouse {
namespace {

// Pages that are rebuilt in memory before they are written.
constexpr std::size_t pages_max = std::size_t{256} * 1024 * 1024 / page_size;

/// The end of one object's file, page by page.
class redone_object {
public:
    redone_object(disk& on, std::string path) : disk_(&on), path_(std::move(path)) {}

    /// How many pages it holds more than before.
    std::size_t redo(const record_view& record) {
        const auto before = pages_.size();
        const auto& object = *record.object;
        if (record.header.kind != record_kind::changes) {
            pages_.clear();
            starts_empty_ = true;
        }
        gone_ = record.header.kind == record_kind::destroy;
        const auto changes = read_changes(record);
        if (!changes) {
            fail();
        }
        for (const auto& change : *changes) {
            if (!change.apply(page_at(change.number, change.encoding))) {
                fail();
            }
        }
        page_count_ = object.page_count;
        pages_.erase(pages_.upper_bound(page_count_), pages_.end());
        return pages_.size() > before ? pages_.size() - before : 0;
    }

    void write() {
        if (gone_) {
            disk_->remove(path_);
            return;
        }
        disk_->create_directories(path_.substr(0, path_.rfind('/')));
        const auto file = disk_->open(path_, open_mode::create);
        if (starts_empty_) {
            file->truncate(0);
        }
        for (const auto& [number, content] : pages_) {
            file->write(offset_of(number), *content);
        }
        if (const auto size = offset_of(page_count_ + 1); file->size() != size) {
            file->truncate(size);
        }
        pages_.clear();
        starts_empty_ = false;
    }

private:
    page& page_at(page_number number, page_encoding encoding) {
        auto& held = pages_[number];
        if (held == nullptr) {
            held = std::make_unique<page>();
            if (encoding == page_encoding::delta && !starts_empty_) {
                read_base(number, *held);
            }
        }
        return *held;
    }

    void read_base(page_number number, page& into) const {
        if (const auto file = disk_->open(path_, open_mode::existing)) {
            static_cast<void>(file->read(offset_of(number), into));
        }
    }

    [[noreturn]] void fail() const {
        throw error(errc::storage_failed, "the commit log holds a malformed record of " + path_);
    }

    disk* disk_;
    std::string path_;
    std::map<page_number, std::unique_ptr<page>> pages_;
    page_number page_count_ = 0;
    bool starts_empty_ = false;
    bool gone_ = false;
};

class redo_pass {
public:
    redo_pass(disk& on, const std::string& root, log_position from)
        : disk_(&on), root_(&root), from_(from) {}

    void visit(const record_view& record, const std::vector<std::string>& classes) {
        if (!record.object || record.header.position < from_) {
            return;
        }
        if (record.object->class_number >= classes.size()) {
            throw error(errc::storage_failed, "the commit log names a class it does not declare");
        }
        ++records_;
        const auto path =
            object_path(*root_, classes[record.object->class_number], record.object->id);
        const auto [object, added] = objects_.try_emplace(path, *disk_, path);
        pages_ += object->second.redo(record);
        if (pages_ > pages_max) {
            write();
        }
    }

    void write() {
        for (auto& [path, object] : objects_) {
            object.write();
        }
        objects_.clear();
        pages_ = 0;
    }

    [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

private:
    disk* disk_;
    const std::string* root_;
    log_position from_;
    std::unordered_map<std::string, redone_object> objects_;
    std::size_t pages_ = 0;
    std::uint64_t records_ = 0;
};

/// What lies behind the end must not come back to life, and what lies before it may so far be in
/// the operating system's cache only.
std::uint64_t secure_end(disk& on, const log_scan& scan) {
    if (scan.last_segment == 0) {
        return 0;
    }
    const auto last = on.open(scan.found.segments.at(scan.last_segment), open_mode::existing);
    const auto size = last->size();
    last->truncate(scan.end_in_segment);
    last->sync();
    return size - std::min(size, scan.end_in_segment);
}

char digit(unsigned value) {
    return static_cast<char>(value < 10 ? '0' + value : 'a' + (value - 10));
}

}  // namespace

std::string object_path(const std::string& root, const std::string& class_name,
                        const binary_id& id) {
    std::string digits;
    for (const auto byte : id) {
        digits += digit(std::to_integer<unsigned>(byte) >> 4U);
        digits += digit(std::to_integer<unsigned>(byte) & 0xfU);
    }
    return root + "/" + class_name + "/" + digits.substr(0, 2) + "/" + digits + ".sqlite";
}

std::string log_directory(const std::string& root) {
    return root + "/log";
}

recovery_report recover(disk& on, const std::string& root) {
    const auto directory = log_directory(root);
    on.create_directories(directory);
    auto scan = scan_log(on, directory, [](const record_view&) {});
    recovery_report report;
    report.torn_bytes = secure_end(on, scan);
    redo_pass pass(on, root, scan.redo);
    // The same bytes as before: nobody else has the directory.
    static_cast<void>(scan_log(
        on, directory, [&](const record_view& record) { pass.visit(record, scan.found.classes); }));
    pass.write();
    on.sync_everything(root);
    for (const auto& path : scan.removable) {
        on.remove(path);
    }
    report.records = pass.records();
    report.unknown = std::move(scan.unknown);
    report.start = std::move(scan.found);
    return report;
}

}  // namespace dormouse
