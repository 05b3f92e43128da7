#include "storage/history.hpp"

#include "storage/file_redo.hpp"
#include "storage/log_reader.hpp"
#include "storage/log_scan.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace dormouse {
namespace {

std::string in_words(std::uint64_t milliseconds) {
    const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &utc);
    return text.data();
}

std::vector<std::byte> read_whole(disk& on, const std::string& path, std::uint64_t bytes_max) {
    const auto file = on.open(path, open_mode::existing);
    if (file == nullptr) {
        return {};
    }
    std::vector<std::byte> bytes(std::min(file->size(), bytes_max));
    bytes.resize(file->read(0, bytes));
    return bytes;
}

}  // namespace

/// Finds an object's records, the youngest first, in its archive and in the log.
class history::walk {
public:
    walk(const history& in, const object_identity& object, const object_progress& now)
        : in_(&in), object_(&object), now_(now), reader_(*in.disk_, in.log_->segments()) {
        if (auto row = in.catalog_->find(object)) {
            archived_ = std::move(row->archived);
        }
        follow_log();
    }

    /// The record with that number; nothing when it is not kept any more.
    [[nodiscard]] std::optional<record_view> find(std::uint32_t sequence) {
        if (const auto found = in_log_.find(sequence); found != in_log_.end()) {
            bytes_ = reader_.read(found->second);
            return parse_record(bytes_);
        }
        const auto* from = generation_of(sequence);
        return from == nullptr ? std::nullopt : find_archived(*from, sequence);
    }

    /// The copy of the file after that record.
    [[nodiscard]] std::optional<std::string> find_copy(std::uint32_t sequence) const {
        const auto found = std::ranges::find(archived_, sequence, &generation::sequence);
        if (found == archived_.end() || found->base_pages == 0) {
            return std::nullopt;
        }
        auto path = in_->path_of(*object_, sequence, ".sqlite");
        return in_->disk_->exists(path) ? std::optional(std::move(path)) : std::nullopt;
    }

    /// How a state comes about: the copy to begin with, empty when it begins with nothing, and the
    /// records to redo on it.
    struct plan {
        std::string copy;
        std::vector<std::uint32_t> records;
    };
    [[nodiscard]] std::optional<plan> make_plan(std::uint32_t sequence) {
        plan made;
        for (auto at = sequence; at > 0;) {
            if (auto copy = find_copy(at)) {
                made.copy = std::move(*copy);
                break;
            }
            const auto record = find(at);
            if (!record || record->header.kind == record_kind::adopt) {
                return std::nullopt;
            }
            if (const auto source = read_swap(*record)) {
                if (*source == 0) {
                    return std::nullopt;
                }
                at = *source;
                continue;
            }
            made.records.push_back(at);
            if (record->header.kind == record_kind::create) {
                break;
            }
            --at;
        }
        std::ranges::reverse(made.records);
        return sequence == 0 ? std::nullopt : std::optional(std::move(made));
    }

    [[noreturn]] void fail_expired() {
        auto oldest = now_.sequence;
        std::uint64_t since = now_.time;
        while (oldest > 1 && make_plan(oldest - 1)) {
            --oldest;
            if (const auto record = find(oldest)) {
                since = record->header.time;
            }
        }
        throw error(errc::invalid_bookmark,
                    "that moment is not kept: this object can go back to any from " +
                        in_words(since) + ", commit " + std::to_string(oldest) + ", to " +
                        in_words(now_.time) + ", commit " + std::to_string(now_.sequence));
    }

private:
    /// Where the log still has the object's records.
    void follow_log() {
        for (auto at = now_.last; at != 0;) {
            const auto bytes = reader_.read(at);
            const auto record = parse_record(bytes);
            if (!record || !record->object || record->object->previous >= at) {
                return;  // retired
            }
            in_log_[record->object->sequence] = at;
            at = record->object->previous;
        }
    }

    [[nodiscard]] const generation* generation_of(std::uint32_t sequence) const {
        const generation* found = nullptr;
        for (const auto& each : archived_) {
            if (each.sequence < sequence) {
                found = &each;
            }
        }
        return found;
    }

    std::optional<record_view> find_archived(const generation& from, std::uint32_t sequence) {
        if (!loaded_ || *loaded_ != from.sequence) {
            load(from);
        }
        const auto found = offsets_.find(sequence);
        return found == offsets_.end()
                   ? std::nullopt
                   : parse_record(std::span<const std::byte>(archive_).subspan(found->second));
    }

    void load(const generation& from) {
        archive_ =
            read_whole(*in_->disk_, in_->path_of(*object_, from.sequence, ".log"), from.log_bytes);
        offsets_.clear();
        loaded_ = from.sequence;
        std::size_t at = 0;
        while (const auto record = parse_record(std::span<const std::byte>(archive_).subspan(at))) {
            if (record->object) {
                offsets_[record->object->sequence] = at;
            }
            at += record->header.length;
        }
    }

    const history* in_;
    const object_identity* object_;
    object_progress now_;
    log_reader reader_;
    std::vector<generation> archived_;
    std::map<std::uint32_t, log_position> in_log_;
    std::vector<std::byte> bytes_;  // of the record read last from the log
    std::vector<std::byte> archive_;
    std::map<std::uint32_t, std::size_t> offsets_;
    std::optional<std::uint32_t> loaded_;
};

history::history(disk& on, std::string root, commit_log& log, retention_limits limits)
    : disk_(&on), root_(std::move(root)), log_(&log), limits_(limits) {}

std::string history::path_of(const object_identity& object, std::uint32_t sequence,
                             const char* suffix) const {
    const auto digits = in_digits(object.id);
    return root_ + "/archive/" + object.class_name + "/" + digits.substr(0, 2) + "/" + digits +
           "." + std::to_string(sequence) + suffix;
}

void history::copy_file(const std::string& from, const std::string& to) const {
    constexpr std::size_t step = std::size_t{1} << 20;
    const auto source = disk_->open(from, open_mode::existing);
    if (source == nullptr) {
        throw error(errc::storage_failed, from + " has gone while it was in use");
    }
    disk_->create_directories(to.substr(0, to.rfind('/')));
    const auto target = disk_->open(to, open_mode::create);
    target->truncate(0);
    std::vector<std::byte> buffer(step);
    for (std::uint64_t at = 0;;) {
        const auto count = source->read(at, buffer);
        target->write(at, std::span(buffer).first(count));
        at += count;
        if (count < step) {
            return;
        }
    }
}

generation history::keep_copy(const object_identity& object, const object_progress& next,
                              const std::string& file) const {
    const auto copy = path_of(object, next.sequence, ".sqlite");
    copy_file(file, copy);
    const auto kept = disk_->open(copy, open_mode::existing);
    kept->sync();
    disk_->sync_directory(copy.substr(0, copy.rfind('/')));
    return {next.sequence, static_cast<page_number>(kept->size() / page_size), 0, next.time};
}

void history::note_copy(const object_identity& object, const generation& copy) {
    const std::lock_guard lock(mutex_);
    auto archived = std::vector<generation>();
    if (auto row = catalog_->find(object)) {
        archived = std::move(row->archived);
    }
    const auto place = std::ranges::lower_bound(archived, copy.sequence, {}, &generation::sequence);
    if (place != archived.end() && place->sequence == copy.sequence) {
        return;  // the catalog was ahead of the log's redo point
    }
    archived.insert(place, copy);
    catalog_->note_archived(object, std::move(archived));
}

log_position history::archive_before(log_position position) {
    const std::lock_guard lock(mutex_);
    const auto segments = log_->segments();
    auto at = segments.begin();
    for (auto next = std::next(at); next != segments.end() && next->first <= position; ++next) {
        archive_segment(at->second);
        at = next;
    }
    return at->first;
}

void history::archive_segment(const std::string& path) {
    const auto bytes = read_whole(*disk_, path, std::numeric_limits<std::uint64_t>::max());
    const auto decoded = decode_segment_header(bytes);
    if (!decoded) {
        throw error(errc::storage_failed, "the commit log is damaged: the header of " + path);
    }
    auto classes = decoded->header.classes;
    retired_records retired;
    auto rest = std::span<const std::byte>(bytes).subspan(decoded->bytes);
    while (const auto record = parse_record(rest)) {
        rest = rest.subspan(record->header.length);
        learn_class(*record, classes);
        if (!record->object) {
            continue;
        }
        if (record->object->class_number >= classes.size()) {
            throw error(errc::storage_failed, "the commit log is damaged: " + path +
                                                  " names a class it does not declare");
        }
        const auto& class_name = classes[record->object->class_number];
        if (class_name.empty()) {
            continue;  // the catalog has no past
        }
        auto& records = retired[{class_name, record->object->id}];
        if (record->header.kind == record_kind::destroy) {
            records.clear();
        } else {
            records.push_back({record->object->sequence, record->header.time, record->bytes});
        }
    }
    for (const auto& [object, records] : retired) {
        auto row = catalog_->find(object);
        if (!row || records.empty()) {
            continue;  // destroyed meanwhile
        }
        append(*row, records);
        roll_over(*row, records.back().time);
        trim(*row, records.back().time);
        catalog_->note_archived(object, std::move(row->archived));
    }
}

// Where the catalog says the archive ends is where it goes on: what a crash left behind that is
// written over.
void history::append(catalog_row& row, const std::vector<retired_record>& records) {
    auto& all = row.archived;
    if (all.empty()) {
        all.push_back({records.front().sequence - 1, 0, 0, records.front().time});
    }
    for (auto at = all.begin(); at != all.end(); ++at) {
        const auto next = std::next(at);
        std::vector<std::byte> bytes;
        for (const auto& record : records) {
            if (record.sequence > at->sequence &&
                (next == all.end() || record.sequence <= next->sequence)) {
                bytes.insert(bytes.end(), record.bytes.begin(), record.bytes.end());
            }
        }
        if (bytes.empty()) {
            continue;
        }
        const auto path = path_of(row.identity, at->sequence, ".log");
        disk_->create_directories(path.substr(0, path.rfind('/')));
        const auto file = disk_->open(path, open_mode::create);
        file->truncate(at->log_bytes);
        file->write(at->log_bytes, bytes);
        at->log_bytes += bytes.size();
    }
}

std::uint64_t history::bytes_max(const catalog_row& row) const noexcept {
    return std::max(limits_.bytes_min, limits_.databases * row.facts.file.page_count * page_size);
}

// Only checkpoints write to an object's file, and only the thread that archives runs them: the
// file is what it was after the record that the catalog says it holds.
void history::roll_over(catalog_row& row, std::uint64_t now) {
    constexpr std::uint64_t generations_kept = 4;
    const auto filed = row.facts.filed;
    auto& all = row.archived;
    if (all.back().log_bytes * generations_kept < bytes_max(row) || filed <= all.back().sequence ||
        row.facts.file.page_count == 0) {
        return;
    }
    copy_file(object_path(root_, row.identity), path_of(row.identity, filed, ".sqlite"));
    all.push_back({filed, row.facts.file.page_count, 0, now});
}

void history::trim(catalog_row& row, std::uint64_t now) {
    auto& all = row.archived;
    const auto too_much = [&] {
        std::uint64_t bytes = 0;
        for (const auto& each : all) {
            bytes += each.log_bytes + std::uint64_t{each.base_pages} * page_size;
        }
        return bytes > bytes_max(row);
    };
    const auto too_old = [&] { return all[1].time + limits_.milliseconds < now; };
    while (all.size() > 1 && (too_much() || too_old())) {
        remove(row.identity, all.front());
        all.erase(all.begin());
    }
}

void history::remove(const object_identity& object, const generation& gone) {
    disk_->remove(path_of(object, gone.sequence, ".sqlite"));
    disk_->remove(path_of(object, gone.sequence, ".log"));
}

void history::remove_all(const object_identity& object) {
    const std::lock_guard lock(mutex_);
    if (const auto row = catalog_->find(object)) {
        for (const auto& each : row->archived) {
            remove(object, each);
        }
    }
}

object_progress history::find_time(const object_identity& object, const object_progress& now,
                                   std::uint64_t time) {
    const std::lock_guard lock(mutex_);
    walk back(*this, object, now);
    for (auto sequence = now.sequence; sequence > 0; --sequence) {
        const auto record = back.find(sequence);
        if (!record) {
            break;
        }
        if (record->header.time <= time) {
            return {now.incarnation, sequence, record->header.position, record->header.time};
        }
    }
    back.fail_expired();
}

void history::require_kept(const object_identity& object, const object_progress& now,
                           std::uint32_t sequence) {
    const std::lock_guard lock(mutex_);
    walk back(*this, object, now);
    if (sequence > now.sequence || !back.make_plan(sequence)) {
        back.fail_expired();
    }
}

void history::rebuild(const object_identity& object, const object_progress& now,
                      std::uint32_t sequence, const std::string& path) {
    const std::lock_guard lock(mutex_);
    walk back(*this, object, now);
    const auto plan = back.make_plan(sequence);
    if (!plan) {
        back.fail_expired();
    }
    if (plan->copy.empty()) {
        disk_->open(path, open_mode::create)->truncate(0);
    } else {
        copy_file(plan->copy, path);
    }
    file_redo redo(*disk_, path);
    for (const auto number : plan->records) {
        redo.redo(*back.find(number));
        if (redo.pages() > redo_pages_max) {
            redo.write();
        }
    }
    redo.write();
}

}  // namespace dormouse
