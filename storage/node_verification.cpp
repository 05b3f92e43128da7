#include "storage/node_verification.hpp"

#include "storage/database_check.hpp"
#include "storage/directory_names.hpp"
#include "storage/log_listing.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace dormouse {
namespace {

std::string in_text(std::uint64_t number) {
    return std::to_string(number);
}

std::uint64_t count_names(const auto& shards) {
    std::uint64_t count = 0;
    for (const auto& each : shards) {
        count += each.names.size();
    }
    return count;
}

}  // namespace

node_verification::node_verification(disk& on, std::string root, verification_listeners listeners)
    : disk_(&on), root_(std::move(root)), listeners_(std::move(listeners)) {}

void node_verification::report(finding_kind kind, const std::string& path,
                               const std::string& text) {
    ++(kind == finding_kind::damage ? result_.damages : result_.notes);
    const auto prefix = root_ + "/";
    const auto relative = path.starts_with(prefix) ? path.substr(prefix.size()) : ".";
    listeners_.found({kind, relative, text});
}

void node_verification::report_damage(const std::string& path, const std::string& text) {
    report(finding_kind::damage, path, text);
}

void node_verification::report_progress(std::string_view stage, std::uint64_t done,
                                        std::uint64_t total) const {
    if (listeners_.progress) {
        listeners_.progress(stage, done, total);
    }
}

void node_verification::check_log() {
    const auto directory = log_directory(root_);
    try {
        const auto count = [this](const log_entry&) { ++result_.records; };
        const auto listed = list_log(*disk_, directory, count, listeners_.progress);
        result_.segments = listed.summary.segments;
        for (const auto& name : listed.unknown) {
            report(finding_kind::note, below(directory, name), "none of dormouse's files");
        }
        if (listed.summary.torn_bytes > 0) {
            report(finding_kind::note, directory,
                   "the last " + in_text(listed.summary.torn_bytes) +
                       " bytes are no whole record: a crash cut them off, the next start drops "
                       "them");
        }
    } catch (const error& failure) {
        log_is_sound_ = false;
        report_damage(directory, failure.what());
    }
}

std::vector<node_verification::shard> node_verification::find_shards(
    const std::string& directory) const {
    std::vector<shard> shards;
    for (const auto& class_name : disk_->list(directory)) {
        const auto folder = below(directory, class_name);
        for (const auto& name : disk_->list(folder)) {
            const auto path = below(folder, name);
            if (is_shard(name) && folder != archive_directory(root_)) {
                shards.push_back({class_name, path, disk_->list(path)});
            }
        }
    }
    return shards;
}

void node_verification::check_objects() {
    if (!log_is_sound_) {
        report(finding_kind::note, root_,
               "the objects' files are checked as they stand, without what the log has");
    }
    const auto shards = find_shards(root_);
    const auto total = count_names(shards);
    std::uint64_t done = 0;
    for (const auto& in : shards) {
        for (const auto& name : in.names) {
            const auto path = below(in.path, name);
            if (const auto id = id_of_file(name)) {
                check_object({in.class_name, *id}, path);
            } else {
                report(finding_kind::note, path, "none of dormouse's files");
            }
            report_progress("objects", ++done, total);
        }
    }
}

void node_verification::check_catalog(scratch_node& node) {
    const auto path = catalog_path(root_);
    if (node.recovered().catalog_lost) {
        report_damage(path,
                      "it is missing; the next start makes it anew from the files, without the "
                      "names, alarms and states that neither log nor archives hold");
        return;
    }
    if (const auto fault = find_fault(*disk_, path); !fault.empty()) {
        report_damage(path, fault);
        return;
    }
    try {
        node.known().visit({}, [this](const catalog_row& row) { check_row(row); });
        known_ = &node.known();
    } catch (const error& failure) {
        report_damage(path, failure.what());
    }
}

void node_verification::check_row(const catalog_row& row) {
    const auto path = object_path(root_, row.identity);
    if (!disk_->exists(path)) {
        report_damage(path, "it is missing, though the catalog knows the object");
    }
    for (const auto& each : row.archived) {
        const auto digits = in_digits(row.identity.id);
        const auto archive = archive_directory(root_) + "/" + row.identity.class_name + "/" +
                             digits.substr(0, 2) + "/" + digits + "." + in_text(each.sequence);
        if (each.log_bytes > 0 && !disk_->exists(archive + ".log")) {
            report_damage(archive + ".log", "it is missing, though the catalog knows of it");
        }
        if (each.base_pages > 0 && !disk_->exists(archive + ".sqlite")) {
            report_damage(archive + ".sqlite", "it is missing, though the catalog knows of it");
        }
    }
}

void node_verification::check_object(const object_identity& object, const std::string& path) {
    ++result_.objects;
    if (const auto fault = find_fault(*disk_, path); !fault.empty()) {
        report_damage(path, fault);
    }
    if (known_ == nullptr) {
        return;
    }
    if (const auto row = known_->find(object)) {
        compare(*row, path);
    } else {
        report_damage(path, "the catalog does not know it");
    }
}

void node_verification::compare(const catalog_row& row, const std::string& path) {
    const auto file = disk_->open(path, open_mode::reading);
    page first{};
    static_cast<void>(file->read(0, first));
    const file_facts found{static_cast<page_number>(file->size() / page_size), checksum(first)};
    if (found != row.facts.file) {
        report(finding_kind::note, path,
               "it is not as a node left it: the object goes on from it when it wakes");
    }
}

void node_verification::check_archives() {
    const auto shards = find_shards(archive_directory(root_));
    const auto total = count_names(shards);
    std::uint64_t done = 0;
    for (const auto& in : shards) {
        for (const auto& name : in.names) {
            check_archive_file(in, name);
            report_progress("archives", ++done, total);
        }
    }
}

void node_verification::check_archive_file(const shard& in, const std::string& name) {
    ++result_.archive_files;
    const auto path = below(in.path, name);
    const auto parsed = parse_archive_name(name);
    if (!parsed) {
        report(finding_kind::note, path, "none of dormouse's files");
        return;
    }
    std::optional<generation> known;
    if (known_ != nullptr) {
        const auto row = known_->find({in.class_name, parsed->id});
        const auto all = row ? row->archived : std::vector<generation>();
        const auto at = std::ranges::find(all, parsed->sequence, &generation::sequence);
        if (at == all.end()) {
            report(finding_kind::note, path, "left over from a crash; nothing refers to it");
            return;
        }
        known = *at;
    }
    if (parsed->is_log) {
        check_archived_log(path, parsed->id, known ? &*known : nullptr);
    } else if (const auto fault = find_fault(*disk_, path); !fault.empty()) {
        report_damage(path, fault);
    }
}

void node_verification::check_archived_log(const std::string& path, const binary_id& id,
                                           const generation* known) {
    const auto file = disk_->open(path, open_mode::reading);
    std::vector<std::byte> bytes(file->size());
    bytes.resize(file->read(0, bytes));
    const auto end = known == nullptr ? bytes.size() : known->log_bytes;
    std::size_t at = 0;
    while (at < end && at < bytes.size()) {
        const auto record = parse_record(std::span<const std::byte>(bytes).subspan(at));
        if (!record || !record->object || record->object->id != id || !read_changes(*record)) {
            break;
        }
        ++result_.archived_records;
        at += record->header.length;
    }
    if (at < end) {
        report_damage(path, "it holds no valid record of the object at offset " + in_text(at) +
                                ", although one was written there");
    }
}

}  // namespace dormouse
