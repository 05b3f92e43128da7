#include "storage/log_listing.hpp"

#include "storage/log_segment.hpp"
#include "storage/object_facts.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace dormouse {
namespace {

std::string_view name_of_kind(record_kind kind) {
    switch (kind) {
        case record_kind::changes:
            return "changes";
        case record_kind::create:
            return "create";
        case record_kind::destroy:
            return "destroy";
        case record_kind::checkpoint:
            return "checkpoint";
        case record_kind::object_class:
            return "class";
        case record_kind::adopt:
            return "adopt";
        case record_kind::swap:
            return "swap";
    }
    return "unknown";
}

class listing {
public:
    listing(disk& on, std::string directory, const std::function<void(const log_entry&)>& found,
            const progress_listener& progress)
        : disk_(&on), directory_(std::move(directory)), found_(&found), progress_(&progress) {
        for (const auto& name : on.list(directory_)) {
            if (is_segment_name(name)) {
                look_at(name);
            }
        }
    }

    listed_log run() {
        const auto scan =
            scan_log(*disk_, directory_, [this](const record_view& record) { visit(record); });
        report(total_);
        listed_log listed;
        auto& summary = listed.summary;
        summary.segments = scan.found.segments.size();
        summary.records = records_;
        summary.begin = segments_.empty() ? scan.found.end : segments_.begin()->first;
        summary.end = scan.found.end;
        summary.redo = scan.redo;
        if (scan.last_segment != 0) {
            summary.torn_bytes = torn_bytes(scan);
        }
        listed.unknown = scan.unknown;
        return listed;
    }

private:
    struct segment {
        std::string name;
        std::uint64_t header_bytes = 0;
        std::vector<std::string> classes;
    };

    void look_at(const std::string& name) {
        const auto file = disk_->open(directory_ + "/" + name, open_mode::reading);
        total_ += file->size();
        if (const auto header = read_segment_header(*file)) {
            segments_[header->header.start] = {name, header->bytes, header->header.classes};
        }
    }

    // A record's segment is the last that begins before it.
    void visit(const record_view& record) {
        const auto& header = record.header;
        const auto& [start, in] = *std::prev(segments_.upper_bound(header.position));
        if (start != current_ || records_ == 0) {
            current_ = start;
            classes_ = in.classes;
        }
        learn_class(record, classes_);
        ++records_;
        log_entry entry;
        entry.segment = in.name;
        entry.offset = in.header_bytes + (header.position - start);
        entry.position = header.position;
        entry.bytes = header.length;
        entry.time = moment_of(header.time);
        entry.kind = name_of_kind(header.kind);
        describe(record, entry);
        require_sound_pages(record, entry);
        (*found_)(entry);
        seen_ += header.length;
        report(seen_);
    }

    void describe(const record_view& record, log_entry& entry) const {
        if (const auto fact = read_class(record)) {
            entry.class_name = fact->name;
        }
        entry.redo = read_checkpoint(record).value_or(0);
        if (!record.object) {
            return;
        }
        const auto& object = *record.object;
        if (object.class_number >= classes_.size()) {
            fail(entry, "names a class that the log does not declare");
        }
        entry.class_name = classes_[object.class_number];
        entry.id = in_digits(object.id);
        entry.sequence = object.sequence;
        entry.pages = object.entry_count;
    }

    void require_sound_pages(const record_view& record, const log_entry& entry) const {
        if (!record.object) {
            return;
        }
        const auto changes = read_changes(record);
        page scratch{};
        const bool sound = changes && std::ranges::all_of(*changes, [&](const page_change& change) {
                               return change.apply(scratch);
                           });
        if (!sound) {
            fail(entry, "has checksums that fit and pages that do not");
        }
    }

    [[noreturn]] void fail(const log_entry& entry, const char* what) const {
        throw error(errc::storage_failed, "the commit log is damaged: the record of " + directory_ +
                                              "/" + entry.segment + " at offset " +
                                              std::to_string(entry.offset) + " " + what);
    }

    /// A segment that was made in advance ends in zeros, which nobody wrote as records.
    [[nodiscard]] std::uint64_t torn_bytes(const log_scan& scan) const {
        const auto file =
            disk_->open(scan.found.segments.at(scan.last_segment), open_mode::reading);
        std::vector<std::byte> tail(file->size() - std::min(file->size(), scan.end_in_segment));
        tail.resize(file->read(scan.end_in_segment, tail));
        while (!tail.empty() && tail.back() == std::byte{0}) {
            tail.pop_back();
        }
        return tail.size();
    }

    void report(std::uint64_t done) const {
        constexpr std::uint64_t records_per_report = 1024;
        if (*progress_ && (done == total_ || records_ % records_per_report == 0)) {
            (*progress_)("log", std::min(done, total_), total_);
        }
    }

    disk* disk_;
    std::string directory_;
    const std::function<void(const log_entry&)>* found_;
    const progress_listener* progress_;
    std::map<log_position, segment> segments_;  // by start
    log_position current_ = 0;
    std::vector<std::string> classes_;
    std::uint64_t records_ = 0;
    std::uint64_t seen_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace

listed_log list_log(disk& on, const std::string& directory,
                    const std::function<void(const log_entry&)>& found,
                    const progress_listener& progress) {
    return listing(on, directory, found, progress).run();
}

}  // namespace dormouse
