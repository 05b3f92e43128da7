#include "storage/recovery.hpp"

#include "storage/directory_names.hpp"
#include "storage/file_redo.hpp"
#include "storage/log_scan.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

namespace dormouse {
namespace {

bool begins_anew(record_kind kind) {
    return kind == record_kind::create || kind == record_kind::destroy ||
           kind == record_kind::adopt || kind == record_kind::swap;
}

object_identity identity_of(const record_view& record, const std::vector<std::string>& classes) {
    if (record.object->class_number >= classes.size()) {
        throw error(errc::storage_failed, "the commit log names a class it does not declare");
    }
    return {classes[record.object->class_number], record.object->id};
}

/// Where the redo of each object's file may begin: what comes before is not needed, and would spoil
/// a file that has been replaced since.
class beginnings {
public:
    void visit(const record_view& record) {
        if (record.object && begins_anew(record.header.kind)) {
            found_[{record.object->class_number, record.object->id}] = record.header.position;
        }
    }
    [[nodiscard]] bool is_behind(const record_view& record) const {
        const auto found = found_.find({record.object->class_number, record.object->id});
        return found != found_.end() && record.header.position < found->second;
    }

private:
    std::map<std::pair<std::uint32_t, binary_id>, log_position> found_;
};

class redo_pass {
public:
    redo_pass(disk& on, const std::string& root, const log_scan& scan, const beginnings& from)
        : disk_(&on), root_(&root), classes_(&scan.found.classes), from_(&from), redo_(scan.redo) {}

    void visit(const record_view& record) {
        if (!record.object || record.header.position < redo_) {
            return;
        }
        auto identity = identity_of(record, *classes_);
        if (!from_->is_behind(record)) {
            ++records_;
            redo(record, identity);
        }
        if (!identity.class_name.empty()) {
            follow(record, objects_[std::move(identity)]);
        }
    }

    void write() {
        for (auto& [identity, file] : files_) {
            if (!identity.class_name.empty() || !catalog_lost_) {
                file.write();
            }
        }
        files_.clear();
        pages_ = 0;
    }

    [[nodiscard]] recovery_report report() {
        recovery_report report;
        report.records = records_;
        report.objects = std::move(objects_);
        return report;
    }

private:
    void redo(const record_view& record, const object_identity& identity) {
        const auto path = object_path(*root_, identity);
        auto& file = files_.try_emplace(identity, *disk_, path).first->second;
        switch (record.header.kind) {
            case record_kind::destroy:
                file.remove();
                return;
            case record_kind::swap:
                finish_swap(identity, path, record.object->sequence);
                return;
            case record_kind::adopt:
                return;
            default:
                break;
        }
        if (identity.class_name.empty() && record.header.kind != record_kind::create &&
            file.pages() == 0 && !disk_->exists(path)) {
            catalog_lost_ = true;
        }
        const auto before = file.pages();
        file.redo(record);
        pages_ += std::max(file.pages(), before) - before;
        if (pages_ > redo_pages_max) {
            write();
        }
    }

    void finish_swap(const object_identity& identity, const std::string& path,
                     std::uint32_t sequence) {
        const auto built = swap_path(*root_, identity, sequence);
        if (disk_->exists(built)) {
            disk_->create_directories(path.substr(0, path.rfind('/')));
            disk_->rename(built, path);
        }
    }

    static void follow(const record_view& record, redone_object& object) {
        const auto& header = *record.object;
        const auto kind = record.header.kind;
        const bool begins_life = kind == record_kind::create || header.sequence == 1;
        if (begins_life || kind == record_kind::destroy) {
            object = {};
            object.created = true;
        }
        object.destroyed = kind == record_kind::destroy;
        object.facts.progress = {header.sequence == 1 ? record.header.position : header.incarnation,
                                 header.sequence, record.header.position, record.header.time};
        if (record.metadata) {
            if (auto metadata = decode_metadata(*record.metadata)) {
                object.facts.metadata = std::move(*metadata);
                object.has_metadata = true;
            }
        }
        if (kind == record_kind::adopt || read_swap(record) == 0U) {
            object.copies.push_back({header.sequence, header.page_count, 0, record.header.time});
        }
    }

    disk* disk_;
    const std::string* root_;
    const std::vector<std::string>* classes_;
    const beginnings* from_;
    log_position redo_;
    std::map<object_identity, file_redo> files_;
    std::map<object_identity, redone_object> objects_;
    std::size_t pages_ = 0;
    std::uint64_t records_ = 0;
    bool catalog_lost_ = false;
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

/// Reads what the files look like now.
void look_at_files(disk& on, const std::string& root, recovery_report& report) {
    for (auto& [identity, object] : report.objects) {
        const auto file = on.open(object_path(root, identity), open_mode::existing);
        if (file != nullptr) {
            page first{};
            static_cast<void>(file->read(0, first));
            object.facts.file = {static_cast<page_number>(file->size() / page_size),
                                 checksum(first)};
            object.facts.filed = object.facts.progress.sequence;
        }
    }
}

/// A file whose record was not logged is none of the object's. What is none of ours stays.
void remove_swaps(disk& on, const std::string& root, std::vector<std::string>& unknown) {
    for (const auto& name : on.list(swap_directory(root))) {
        const auto path = below(swap_directory(root), name);
        if (is_swap_name(name)) {
            on.remove(path);
        } else {
            unknown.push_back(path);
        }
    }
}

}  // namespace

recovery_report recover(disk& on, const std::string& root) {
    const auto directory = log_directory(root);
    on.create_directories(directory);
    on.create_directories(swap_directory(root));
    beginnings from;
    auto scan = scan_log(on, directory, [&](const record_view& record) { from.visit(record); });
    const auto torn_bytes = secure_end(on, scan);
    redo_pass pass(on, root, scan, from);
    // The same bytes as before: nobody else has the directory.
    static_cast<void>(
        scan_log(on, directory, [&](const record_view& record) { pass.visit(record); }));
    pass.write();
    std::vector<std::string> unknown;
    for (const auto& name : scan.unknown) {
        unknown.push_back(below(directory, name));
    }
    remove_swaps(on, root, unknown);
    for (const auto& path : scan.removable) {
        on.remove(path);
    }
    auto report = pass.report();
    look_at_files(on, root, report);
    report.catalog_lost = !on.exists(catalog_path(root));
    report.torn_bytes = torn_bytes;
    report.unknown = std::move(unknown);
    report.start = std::move(scan.found);
    return report;
}

}  // namespace dormouse
