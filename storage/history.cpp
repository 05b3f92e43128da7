#include "storage/history.hpp"

#include "storage/directory_names.hpp"
#include "storage/file_redo.hpp"
#include "storage/log_reader.hpp"
#include "storage/log_scan.hpp"
#include "storage/whole_file.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <memory>
#include <numeric>
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

/// Position of the record that the object's life began with.
log_position life_of(const record_view& record) {
    const auto said = record.object->incarnation;
    return said != 0 ? said : record.header.position;
}

/// An id may have had several lives. Not of every object is it known when its life began.
bool is_of_life(const record_view& record, log_position incarnation) {
    return incarnation == 0 || life_of(record) == incarnation;
}

/// Somebody else may have written to the file while no node had it.
bool is_as_filed(disk& on, const std::string& path, const file_facts& filed) {
    const auto file = on.open(path, open_mode::existing);
    if (file == nullptr) {
        return false;
    }
    page first{};
    static_cast<void>(file->read(0, first));
    return filed == file_facts{static_cast<page_number>(file->size() / page_size), checksum(first)};
}

}  // namespace

/// Finds an object's records in its archive and in the log.
class history::walk {
public:
    /// What is known of a record without its pages.
    struct fact {
        record_kind kind{};
        log_position position = 0;
        std::uint64_t time = 0;
        std::optional<std::uint32_t> source;  ///< Of a swap.
        std::uint64_t offset = 0;             ///< In the archive.
    };

    walk(const history& in, const object_identity& object, const object_progress& now)
        : in_(&in), object_(&object), now_(now), reader_(*in.disk_, in.log_->segments()) {
        if (auto row = in.catalog_->find(object)) {
            archived_ = std::move(row->archived);
        }
        follow_log();
    }

    /// The record with that number; null when it is not kept any more. Until the next call.
    [[nodiscard]] const fact* look(std::uint32_t sequence) {
        const auto found = in_log_.find(sequence);
        return found != in_log_.end() ? &found->second : look_archived(sequence);
    }

    /// The same with its pages. Its segment may have been retired since this began.
    [[nodiscard]] std::optional<record_view> find(std::uint32_t sequence) {
        if (const auto found = in_log_.find(sequence); found != in_log_.end()) {
            if (const auto record = reader_.read(found->second.position)) {
                return record;
            }
        }
        const auto* from = look_archived(sequence);
        return from == nullptr ? std::nullopt : read_record(*archive_, from->offset, bytes_);
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
            const auto* record = look(at);
            if (record == nullptr || record->kind == record_kind::adopt) {
                return std::nullopt;
            }
            if (record->source) {
                if (*record->source == 0) {
                    return std::nullopt;
                }
                at = *record->source;
                continue;
            }
            made.records.push_back(at);
            if (record->kind == record_kind::create) {
                break;
            }
            --at;
        }
        std::ranges::reverse(made.records);
        return sequence == 0 ? std::nullopt : std::optional(std::move(made));
    }

    [[noreturn]] void fail_expired() {
        const auto oldest = find_oldest();
        throw error(errc::invalid_bookmark,
                    "that moment is not kept: this object can go back to any from " +
                        in_words(oldest.time) + ", commit " + std::to_string(oldest.sequence) +
                        ", to " + in_words(now_.time) + ", commit " +
                        std::to_string(now_.sequence));
    }

private:
    struct moment {
        std::uint32_t sequence = 0;
        std::uint64_t time = 0;
    };

    /// From there on every state is kept. One way through the past, from its beginning: what a
    /// state comes from has been seen before.
    [[nodiscard]] moment find_oldest() {
        const auto first = find_first();
        std::vector<bool> kept;
        std::optional<moment> oldest;
        for (auto at = first; at <= now_.sequence; ++at) {
            kept.push_back(is_kept(at, first, kept));
            if (!kept.back()) {
                oldest.reset();
            } else if (!oldest) {
                oldest = {at, 0};
            }
            const auto* record = look(at);
            if (oldest && oldest->time == 0 && record != nullptr) {
                oldest->time = record->time;
            }
        }
        return oldest ? *oldest : moment{now_.sequence, now_.time};
    }

    /// The first state of which anything may be kept.
    [[nodiscard]] std::uint32_t find_first() const {
        auto first = now_.sequence;
        if (!in_log_.empty()) {
            first = std::min(first, in_log_.begin()->first);
        }
        if (!archived_.empty()) {
            first = std::min(first, archived_.front().sequence);
        }
        return std::max(first, 1U);
    }

    /// `kept` tells it of the states from `first` up to the one before.
    [[nodiscard]] bool is_kept(std::uint32_t sequence, std::uint32_t first,
                               const std::vector<bool>& kept) {
        if (find_copy(sequence)) {
            return true;
        }
        const auto* record = look(sequence);
        if (record == nullptr || record->kind == record_kind::adopt) {
            return false;
        }
        if (record->kind == record_kind::create) {
            return true;
        }
        const auto source = record->source.value_or(sequence - 1);
        return source >= first && source < sequence && kept[source - first];
    }

    /// Where the log still has the object's records.
    void follow_log() {
        for (auto at = now_.last; at != 0;) {
            const auto record = reader_.read(at);
            if (!record || !record->object || !is_of_life(*record, now_.incarnation) ||
                record->object->previous >= at) {
                return;  // retired
            }
            in_log_[record->object->sequence] = describe(*record, 0);
            at = record->object->previous;
        }
    }

    static fact describe(const record_view& record, std::uint64_t offset) {
        return {record.header.kind, record.header.position, record.header.time, read_swap(record),
                offset};
    }

    [[nodiscard]] const generation* generation_of(std::uint32_t sequence) const {
        const auto after = std::ranges::lower_bound(archived_, sequence, {}, &generation::sequence);
        return after == archived_.begin() ? nullptr : &*std::prev(after);
    }

    [[nodiscard]] const fact* look_archived(std::uint32_t sequence) {
        const auto* from = generation_of(sequence);
        if (from == nullptr) {
            return nullptr;
        }
        if (!loaded_ || *loaded_ != from->sequence) {
            load(*from);
        }
        const auto found = in_archive_.find(sequence);
        return found == in_archive_.end() ? nullptr : &found->second;
    }

    void load(const generation& from) {
        archive_ =
            in_->disk_->open(in_->path_of(*object_, from.sequence, ".log"), open_mode::existing);
        in_archive_.clear();
        loaded_ = from.sequence;
        std::uint64_t at = 0;
        while (archive_ != nullptr && at < from.log_bytes) {
            const auto record = read_record(*archive_, at, bytes_);
            if (!record) {
                return;
            }
            if (record->object && is_of_life(*record, now_.incarnation)) {
                in_archive_[record->object->sequence] = describe(*record, at);
            }
            at += record->header.length;
        }
    }

    const history* in_;
    const object_identity* object_;
    object_progress now_;
    log_reader reader_;
    std::vector<generation> archived_;
    std::map<std::uint32_t, fact> in_log_;
    std::unique_ptr<disk_file> archive_;  // of the generation looked at last
    std::vector<std::byte> bytes_;        // of the record read from it last
    std::map<std::uint32_t, fact> in_archive_;
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

/// A disk that a copy has filled would fail the log.
void history::require_room(std::uint64_t bytes) const {
    const auto free = disk_->free_bytes(root_);
    if (free < limits_.free_bytes_min || free - limits_.free_bytes_min < bytes) {
        throw error(errc::storage_full, "the disk of " + root_ + " has " + std::to_string(free) +
                                            " bytes left, too few for a copy of " +
                                            std::to_string(bytes) + " bytes and the " +
                                            std::to_string(limits_.free_bytes_min) +
                                            " that stay free");
    }
}

/// What is left of a copy that failed is in the way of nothing but the space it takes.
void history::drop_copy(const std::string& path) const noexcept {
    try {
        disk_->remove(path);
    } catch (const std::exception&) {
        return;  // the failure before this one is the one to tell of
    }
}

void history::copy_file(const std::string& from, const std::string& to) const {
    constexpr std::size_t step = std::size_t{1} << 20;
    const auto source = disk_->open(from, open_mode::existing);
    if (source == nullptr) {
        throw error(errc::storage_failed, from + " has gone while it was in use");
    }
    require_room(source->size());
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
    try {
        copy_file(file, copy);
        const auto kept = disk_->open(copy, open_mode::existing);
        kept->sync();
        disk_->sync_directory(copy.substr(0, copy.rfind('/')));
        return {next.sequence, static_cast<page_number>(kept->size() / page_size), 0, next.time};
    } catch (...) {
        drop_copy(copy);
        throw;
    }
}

void history::note_copy(const object_identity& object, const generation& copy) {
    const std::lock_guard lock(mutex_);
    auto found = catalog_->find(object);
    auto row = found ? std::move(*found) : catalog_row{object, {}, {}};
    auto& archived = row.archived;
    const auto place = std::ranges::lower_bound(archived, copy.sequence, {}, &generation::sequence);
    if (place != archived.end() && place->sequence == copy.sequence) {
        return;  // the catalog was ahead of the log's redo point
    }
    archived.insert(place, copy);
    trim(row, copy.time);  // an object may make copies and never fill a segment
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
    const auto file = disk_->open(path, open_mode::existing);
    const auto segment = file == nullptr ? whole_file() : whole_file(*file);
    const auto decoded = decode_segment_header(segment.bytes());
    if (!decoded) {
        throw error(errc::storage_failed, "the commit log is damaged: the header of " + path);
    }
    auto classes = decoded->header.classes;
    using object_number = std::pair<std::uint32_t, binary_id>;  // of its class, and its id
    std::map<object_number, std::vector<retired_record>> retired;
    auto rest = segment.bytes().subspan(decoded->bytes);
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
        if (classes[record->object->class_number].empty()) {
            continue;  // the catalog has no past
        }
        auto& records = retired[{record->object->class_number, record->object->id}];
        if (record->header.kind == record_kind::destroy) {
            records.clear();
        } else {
            records.push_back(
                {record->object->sequence, life_of(*record), record->header.time, record->bytes});
        }
    }
    for (auto& [number, records] : retired) {
        if (auto row = catalog_->find({classes[number.first], number.second})) {
            archive_records(*row, std::move(records));
        }
    }
}

// What is left of earlier lives goes with the segment: destroyed is destroyed.
void history::archive_records(catalog_row& row, std::vector<retired_record> records) {
    const auto life = row.facts.progress.incarnation;
    std::erase_if(records, [life](const auto& each) { return life != 0 && each.life != life; });
    if (records.empty()) {
        return;
    }
    append(row, records);
    roll_over(row, records.back().time);
    trim(row, records.back().time);
    catalog_->note_archived(row.identity, std::move(row.archived));
}

std::size_t history::total_bytes(const std::vector<retired_record>& records) {
    return std::accumulate(
        records.begin(), records.end(), std::size_t{0},
        [](std::size_t sum, const retired_record& each) { return sum + each.bytes.size(); });
}

// Where the catalog says the archive ends is where it goes on: what a crash left behind that is
// written over, and what is there already, because a checkpoint of the node did not come to its
// end, is not written again. A copy may have been archived before the record that the object's life
// began with; no other record finds itself before all generations, unless those were trimmed.
void history::append(catalog_row& row, const std::vector<retired_record>& records) {
    auto& all = row.archived;
    const auto& first = records.front();
    if (all.empty() || (first.sequence == 1 && all.front().sequence >= first.sequence)) {
        all.insert(all.begin(), {first.sequence - 1, 0, 0, first.time});
    }
    std::vector<std::byte> bytes;
    bytes.reserve(total_bytes(records));
    for (auto at = all.begin(); at != all.end(); ++at) {
        const auto next = std::next(at);
        const auto had = std::max(at->sequence, at->reached);
        bytes.clear();
        for (const auto& record : records) {
            if (record.sequence > had && (next == all.end() || record.sequence <= next->sequence)) {
                bytes.insert(bytes.end(), record.bytes.begin(), record.bytes.end());
                at->reached = record.sequence;
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

// Only checkpoints write to an object's file, and only the thread that archives runs them: the copy
// is what the file was after the record that the catalog says it holds, unless another program
// changed it or a turn put a new file in its place. Without a new copy the generation goes on, and
// the next segment brings another try.
void history::roll_over(catalog_row& row, std::uint64_t now) {
    constexpr std::uint64_t generations_kept = 4;
    const auto filed = row.facts.filed;
    auto& all = row.archived;
    if (all.back().log_bytes * generations_kept < bytes_max(row) || filed <= all.back().sequence ||
        row.facts.file.page_count == 0) {
        return;
    }
    const auto file = object_path(root_, row.identity);
    const auto copy = path_of(row.identity, filed, ".sqlite");
    if (disk_->exists(copy)) {
        return;  // a turn has just put a file in place, and is about to make its copy known
    }
    try {
        copy_file(file, copy);
        if (is_as_filed(*disk_, copy, row.facts.file)) {
            all.push_back({filed, row.facts.file.page_count, 0, now});
        } else {
            drop_copy(copy);
        }
    } catch (const error&) {
        drop_copy(copy);
    }
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

// Not only what the catalog knows of: a crash may have left more.
void history::remove_all(const object_identity& object, const std::vector<generation>& except) {
    const std::lock_guard lock(mutex_);
    const auto any = path_of(object, 0, "");
    const auto directory = any.substr(0, any.rfind('/'));
    for (const auto& name : disk_->list(directory)) {
        const auto file = parse_archive_name(name);
        if (!file || file->id != object.id) {
            continue;
        }
        const auto kept = std::ranges::find(except, file->sequence, &generation::sequence);
        if (file->is_log || kept == except.end()) {
            disk_->remove(below(directory, name));
        }
    }
}

object_progress history::find_time(const object_identity& object, const object_progress& now,
                                   std::uint64_t time) {
    const std::lock_guard lock(mutex_);
    walk back(*this, object, now);
    for (auto sequence = now.sequence; sequence > 0; --sequence) {
        const auto* record = back.look(sequence);
        if (record == nullptr) {
            break;
        }
        if (record->time <= time) {
            return {now.incarnation, sequence, record->position, record->time};
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

// Few enough to stay in the processor's caches between being made and being written.
constexpr std::size_t rebuilt_pages_max = 1'024;

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
        if (redo.pages() > rebuilt_pages_max) {
            redo.write();
        }
    }
    redo.write();
}

}  // namespace dormouse
