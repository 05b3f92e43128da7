#include "storage/log_scan.hpp"

#include "storage/directory_names.hpp"
#include "storage/whole_file.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <utility>

namespace dormouse {
namespace {

struct segment {
    std::string path;
    segment_header header;
    std::size_t header_bytes = 0;
};

/// The segments in order of their start; fills in what else the directory holds.
std::vector<segment> find_segments(disk& on, const std::string& directory, log_scan& scan) {
    std::vector<segment> segments;
    for (const auto& name : on.list(directory)) {
        const auto path = below(directory, name);
        if (!is_segment_name(name)) {
            const bool ours = name == spare_segment_name || name == hasty_segment_name;
            (ours ? scan.removable : scan.unknown).push_back(ours ? path : name);
            continue;
        }
        // A segment gets its name when its header is durable.
        auto decoded = read_segment_header(*on.open(path, open_mode::existing));
        if (!decoded) {
            throw error(errc::storage_failed, "the commit log is damaged: the header of " + path +
                                                  "; docs/recovery.md says what to do");
        }
        segments.push_back({path, std::move(decoded->header), decoded->bytes});
    }
    std::ranges::sort(segments, {}, [](const segment& s) { return s.header.start; });
    return segments;
}

class scanner {
public:
    scanner(disk& on, const std::string& directory, const record_visitor& visit)
        : disk_(&on), visit_(&visit) {
        segments_ = find_segments(on, directory, scan_);
    }

    log_scan run() {
        if (!segments_.empty()) {
            scan_.found.end = segments_.front().header.start;
        }
        for (const auto& next : segments_) {
            // A segment begins only when the one before is durable to its end.
            if (next.header.start != scan_.found.end) {
                fail_damaged();
            }
            read_segment(next);
        }
        return std::move(scan_);
    }

private:
    void read_segment(const segment& in) {
        scan_.found.segments[in.header.start] = in.path;
        scan_.found.epoch = in.header.epoch;
        scan_.found.classes = in.header.classes;
        scan_.last_segment = in.header.start;
        const whole_file read(*disk_->open(in.path, open_mode::existing));
        const auto bytes = read.bytes();
        std::size_t at = in.header_bytes;
        while (at < bytes.size()) {
            const auto record = parse_record(bytes.subspan(at), scan_.found.end, in.header.epoch);
            if (!record) {
                break;
            }
            accept(*record);
            at += record->header.length;
        }
        scan_.end_in_segment = at;
        refuse_damage(in, bytes, at);
    }

    void accept(const record_view& record) {
        scan_.found.end = record.header.position + record.header.length;
        scan_.found.time = record.header.time;
        if (const auto redo = read_checkpoint(record)) {
            scan_.redo = *redo;
        }
        learn_class(record, scan_.found.classes);
        (*visit_)(record);
    }

    /// A later record that says this place was durable when it was appended proves damage.
    void refuse_damage(const segment& in, std::span<const std::byte> bytes, std::size_t stop) {
        for (auto at = stop; at + sizeof(record_header) <= bytes.size(); at += 8) {
            const auto position = in.header.start + (at - in.header_bytes);
            const auto record = parse_record(bytes.subspan(at), position, in.header.epoch);
            if (record && record->header.durable > scan_.found.end) {
                fail_damaged();
            }
        }
    }

    [[noreturn]] void fail_damaged() const {
        const auto path = scan_.found.segments.empty() ? "" : scan_.found.segments.rbegin()->second;
        throw error(errc::storage_failed,
                    "the commit log is damaged: " + path + " holds no valid record at offset " +
                        std::to_string(scan_.end_in_segment) +
                        ", although one was durable there; docs/recovery.md says what to do");
    }

    disk* disk_;
    const record_visitor* visit_;
    log_scan scan_;
    std::vector<segment> segments_;
};

}  // namespace

log_scan scan_log(disk& on, const std::string& directory, const record_visitor& visit) {
    return scanner(on, directory, visit).run();
}

}  // namespace dormouse
