#include "storage/object_image.hpp"

#include "storage/catalog.hpp"
#include "storage/empty_database.hpp"
#include "storage/history.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace dormouse {
namespace {

constexpr std::string_view database_magic{"SQLite format 3\0", 16};

// Offsets in the database header.
constexpr std::size_t page_size_at = 16;
constexpr std::size_t write_version_at = 18;
constexpr std::size_t read_version_at = 19;
constexpr std::size_t change_counter_at = 24;
constexpr std::size_t page_count_at = 28;
constexpr std::size_t page_count_valid_for_at = 92;

constexpr std::size_t ahead_max = std::size_t{16} << 10;

/// How many pages the header counts; 0 when whoever wrote the file last kept no count.
page_number pages_in_header(std::span<const std::byte> first) {
    const auto number = [first](std::size_t at) {
        page_number value = 0;
        for (const auto byte : first.subspan(at, sizeof value)) {
            value = value << 8U | std::to_integer<page_number>(byte);
        }
        return value;
    };
    return number(change_counter_at) == number(page_count_valid_for_at) ? number(page_count_at) : 0;
}

/// Of a file of `size` bytes, of which `first` holds the first ones.
std::string describe_fault(std::span<const std::byte> first, std::uint64_t size) {
    if (first.size() < page_size ||
        std::memcmp(first.data(), database_magic.data(), database_magic.size()) != 0) {
        return "it is no SQLite database";
    }
    const auto high = std::to_integer<unsigned>(first[page_size_at]);
    const auto low = std::to_integer<unsigned>(first[page_size_at + 1]);
    if (high * 256 + low != page_size) {
        return "its page size is not 4096";
    }
    return size % page_size != 0 ? "its size is not a multiple of 4096" : "";
}

}  // namespace

void dirty_images::add(std::shared_ptr<object_image> image) {
    const std::lock_guard lock(mutex_);
    const auto* key = image.get();
    images_.emplace(key, std::move(image));
}

void dirty_images::remove(const object_image& image) {
    const std::lock_guard lock(mutex_);
    images_.erase(&image);
}

std::vector<std::shared_ptr<object_image>> dirty_images::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<object_image>> copies;
    copies.reserve(images_.size());
    for (const auto& [key, image] : images_) {
        copies.push_back(image);
    }
    return copies;
}

object_image::object_image(image_services& node, object_identity identity)
    : node_(&node), identity_(std::move(identity)) {}

std::string object_image::directory() const {
    auto whole = path();
    whole.resize(whole.rfind('/'));
    return whole;
}

object_image::~object_image() {
    node_->overlay_pages -= counted_pages_;
}

void object_image::open(const std::string& name) {
    file_ = node_->files->open(path(), open_mode::existing);
    const auto size = file_ == nullptr ? 0 : read_ahead();
    on_disk_ = logged_ = size > 0;
    if (!on_disk_) {
        page_count_ = logged_page_count_ = 1;
        facts_.metadata.known.name = name;
        return;
    }
    const std::span first(ahead_.get(), ahead_bytes_);
    if (const auto fault = describe_fault(first, size); !fault.empty()) {
        throw error(errc::storage_failed, "cannot open " + path() + ": " + fault);
    }
    page_count_ = logged_page_count_ = static_cast<page_number>(size / page_size);
    file_pages_ = std::max(page_count_, pages_in_header(first));
}

/// One read in the place of many: of a small database that is all of it. Answers the file's size.
std::uint64_t object_image::read_ahead() {
    ahead_ = node_->spare_ahead.take();
    if (ahead_ == nullptr) {
        ahead_ = std::make_unique_for_overwrite<std::byte[]>(ahead_max);
    }
    ahead_bytes_ = file_->read(0, std::span(ahead_.get(), ahead_max));
    if (ahead_bytes_ < ahead_max) {
        return ahead_bytes_;
    }
    // The header knows without a system call. That the pages are there shows when they are read.
    const auto counted = std::uint64_t{pages_in_header({ahead_.get(), ahead_bytes_})} * page_size;
    return counted >= ahead_max ? counted : file_->size();
}

void object_image::drop_ahead() noexcept {
    if (ahead_ != nullptr) {
        node_->spare_ahead.keep(std::move(ahead_));
    }
}

void object_image::open_file() {
    if (file_ == nullptr && on_disk_) {
        file_ = node_->files->open(path(), open_mode::existing);
        if (file_ == nullptr) {
            throw error(errc::storage_failed, path() + " has gone while it was in use");
        }
    }
}

bool object_image::read(std::uint64_t offset, std::span<std::byte> into) {
    if (offset >= size()) {
        std::ranges::fill(into, std::byte{0});
        return false;
    }
    const auto number = static_cast<page_number>(offset / page_size + 1);
    const auto within = offset % page_size;
    if (within + into.size() > page_size) {
        throw error(errc::storage_failed, "a read crosses the border of a page");
    }
    if (const auto* held = overlay_.find(number)) {
        std::memcpy(into.data(), held->data() + within, into.size());
        return true;
    }
    return read_base(offset, into);
}

// Pages that SQLite never wrote, free ones, may lie behind the end of the file.
bool object_image::read_base(std::uint64_t offset, std::span<std::byte> into) {
    if (!on_disk_) {
        std::ranges::fill(into, std::byte{0});
        if (offset < page_size) {
            std::memcpy(into.data(), empty_database().data() + offset, into.size());
        }
        return true;
    }
    if (ahead_ != nullptr && offset + into.size() <= ahead_bytes_) {
        std::memcpy(into.data(), ahead_.get() + offset, into.size());
    } else {
        open_file();
        const auto count = file_->read(offset, into);
        if (count < into.size()) {
            require_whole(static_cast<page_number>(offset / page_size));
        }
        std::ranges::fill(into.subspan(count), std::byte{0});
    }
    // A file closed by a program that used a write-ahead log is complete but asks for one.
    for (const auto at : {write_version_at, read_version_at}) {
        if (offset <= at && at < offset + into.size() && into[at - offset] == std::byte{2}) {
            into[at - offset] = std::byte{1};
        }
    }
    return true;
}

/// Errors: `errc::storage_failed` when the file has only `found` pages.
void object_image::require_whole(page_number found) const {
    if (found < file_pages_) {
        throw error(errc::storage_failed, path() + " was cut short: of its " +
                                              std::to_string(file_pages_) + " pages " +
                                              std::to_string(found) + " are left");
    }
}

void object_image::write(page_number number, page_view content) {
    overlay_.write(number, content);
    page_count_ = std::max(page_count_, number);
    count_overlay();
    if (overlay_.changed_pages() * page_size > node_->limits.turn_bytes_max) {
        throw error(errc::overloaded, "one turn may change at most " +
                                          std::to_string(node_->limits.turn_bytes_max) +
                                          " bytes of pages");
    }
}

void object_image::resize(page_number page_count) {
    overlay_.cut(page_count);
    page_count_ = page_count;
}

bool object_image::changed() const noexcept {
    return changed_pages() || changed_metadata_ != nullptr || marked_;
}

bool object_image::changed_pages() const noexcept {
    return overlay_.changed() || page_count_ != logged_page_count_;
}

void object_image::admit() {
    node_->log->require_sound();
    if (is_catalog()) {
        return;  // without it nothing could start, stop or make room
    }
    node_->log->require_space();
    load_facts();
    const auto& limits = node_->limits;
    if (node_->log->waiting_bytes() > limits.waiting_bytes_max) {
        throw error(errc::overloaded, "more than " + std::to_string(limits.waiting_bytes_max) +
                                          " bytes of commits wait for the disk");
    }
    if (node_->overlay_pages.load() * page_size > limits.overlay_bytes_max) {
        throw error(errc::overloaded, "more than " + std::to_string(limits.overlay_bytes_max) +
                                          " bytes of pages wait for a checkpoint");
    }
}

bool object_image::outgrows_record() const noexcept {
    return overlay_.changed_pages() * page_size > node_->limits.record_bytes_max && !is_catalog();
}

void object_image::admit_pages() {
    if (!committing_) {
        return;  // a rollback syncs, too
    }
    admit();
    if (outgrows_record()) {
        next_file_room_ = node_->log->claim_space(2 * size());  // history keeps a copy
        build_next_file();
    }
}

std::string object_image::next_file_path() const {
    return swap_path(node_->root, identity_, facts_.progress.sequence + 1);
}

void object_image::build_next_file() {
    constexpr std::size_t step = std::size_t{1} << 20;
    const auto file = node_->files->open(next_file_path(), open_mode::create);
    file->truncate(0);
    std::vector<std::byte> buffer(step);
    for (std::uint64_t at = 0; at < size(); at += step) {
        const auto bytes = std::span(buffer).first(std::min<std::uint64_t>(step, size() - at));
        for (std::size_t within = 0; within < bytes.size(); within += page_size) {
            static_cast<void>(read(at + within, bytes.subspan(within, page_size)));
        }
        file->write(at, bytes);
    }
}

// What stays takes space until the next start, and is in the way of nothing.
void object_image::drop_next_file() noexcept {
    if (const auto room = std::move(next_file_room_)) {
        try {
            node_->files->remove(next_file_path());
        } catch (const std::exception&) {
            return;  // the failure before this one is the one to tell of
        }
    }
}

object_header object_image::make_header() {
    object_header header{};
    header.id = identity_.id;
    header.class_number = node_->log->class_number(identity_.class_name);
    header.page_count = page_count_;
    header.incarnation = facts_.progress.incarnation;
    header.previous = facts_.progress.last;
    header.sequence = facts_.progress.sequence + 1;
    return header;
}

log_position object_image::append(record_builder& record, bool first, flush_request flush) {
    const auto place = node_->log->append(record.finish(), flush);
    auto& progress = facts_.progress;
    if (first) {
        progress.incarnation = place.begin;
    }
    ++progress.sequence;
    progress.last = place.begin;
    progress.time = place.time;
    last_end_ = place.end;
    return place.end;
}

/// What migrations have reached is still the last that was done to the pages, when this turn does
/// nothing to them.
void object_image::carry_reached() {
    const auto& now = metadata();
    const auto last = facts_.progress.sequence;
    if (last != 0 && now.known.migration_reached == last && !changed_pages()) {
        auto carried = now;
        carried.known.migration_reached = last + 1;
        change_metadata(std::move(carried));
    }
}

log_position object_image::commit(flush_request flush) {
    load_facts();
    carry_reached();
    if (next_file_room_ != nullptr) {
        return commit_file();
    }
    const bool first = !logged_;
    record_builder record(first ? record_kind::create : record_kind::changes, make_header());
    const bool metadata_changed =
        changed_metadata_ != nullptr && *changed_metadata_ != facts_.metadata;
    if ((first || metadata_changed) && !is_catalog()) {
        record.add_metadata(encode(metadata()));
    }
    overlay_.append_changes(record);
    mark_dirty();
    append(record, first, flush);
    accept();
    if (first) {
        forget_facts();
    }
    if (first || metadata_changed) {
        note_facts();
    }
    request_checkpoints();
    return last_end_;
}

log_position object_image::commit_file() {
    const auto room = std::move(next_file_room_);  // the file belongs to the record from now on
    // What SQLite cuts off at the end of a commit it cuts off after the last chance to refuse.
    node_->files->open(next_file_path(), open_mode::existing)->truncate(size());
    swap(0, metadata());
    accept();
    overlay_.clear();
    count_overlay();
    return last_end_;
}

void object_image::request_checkpoints() {
    if (overlay_.page_count() >= node_->limits.checkpoint_pages &&
        !checkpoint_requested_.exchange(true)) {
        node_->request_checkpoint(shared_from_this());
    }
    // Many objects with a few pages each fill the overlays, too: in time, before turns are refused.
    if (node_->overlay_pages.load() * page_size > node_->limits.overlay_bytes_max / 2 &&
        !node_->relief_requested.exchange(true)) {
        node_->request_relief();
    }
}

/// What this turn changed is in the log.
void object_image::accept() {
    logged_ = true;
    overlay_.accept();
    logged_page_count_ = page_count_;
    if (changed_metadata_ != nullptr) {
        facts_.metadata = std::move(*changed_metadata_);
        changed_metadata_.reset();
    }
    marked_ = false;
    count_overlay();
}

// An object whose turn wants a number before there is anything of it begins as an empty database.
void object_image::create_first() {
    auto header = make_header();
    header.page_count = 1;
    record_builder record(record_kind::create, header);
    record.add_metadata(encode(facts_.metadata));
    record.add_image(1, empty_database());
    mark_dirty();
    append(record, true);
    logged_ = true;
    logged_page_count_ = 1;
    forget_facts();
    note_facts();
}

object_progress object_image::mark_turn() {
    if (!logged_) {
        create_first();
    }
    marked_ = true;
    auto reached = facts_.progress;
    ++reached.sequence;
    return reached;
}

const logged_metadata& object_image::metadata() const noexcept {
    return changed_metadata_ != nullptr ? *changed_metadata_ : facts_.metadata;
}

void object_image::change_metadata(logged_metadata metadata) {
    changed_metadata_ = std::make_unique<logged_metadata>(std::move(metadata));
}

void object_image::make_empty() {
    overlay_.cut(0);
    overlay_.write(1, empty_database());
    page_count_ = 1;
    count_overlay();
}

void object_image::load_facts(cut_file answer) {
    if (facts_loaded_ || is_catalog()) {
        return;
    }
    if (on_disk_) {
        const auto row = node_->known->find(identity_);
        const auto found = look_at_file();
        if (answer == cut_file::is_refused) {
            require_whole(found.page_count);
        }
        if (row) {
            facts_ = row->facts;
        }
        if (facts_.file != found) {
            facts_.file = found;
            adopt(!row);
        }
    }
    facts_loaded_ = true;
}

// Somebody else wrote the file while no node had it: the records do not lead there.
void object_image::adopt(bool first) {
    for (const auto* left_behind : {"-wal", "-journal"}) {
        if (node_->files->exists(path() + left_behind)) {
            throw error(errc::storage_failed,
                        path() + " was changed by another program that did not finish: " + path() +
                            left_behind +
                            " belongs to it. Open it once with that program, or "
                            "remove the second file and lose what only that holds");
        }
    }
    auto next = facts_.progress;
    ++next.sequence;
    const auto copy = node_->past->keep_copy(identity_, next, path());
    auto header = make_header();
    header.page_count = facts_.file.page_count;
    record_builder record(record_kind::adopt, header);
    record.add_metadata(encode(facts_.metadata));
    mark_dirty();
    append(record, first);
    facts_.filed = facts_.progress.sequence;
    note_facts();
    node_->past->note_copy(identity_, copy);
    if (!overlay_.changed() && overlay_.page_count() == 0) {
        mark_clean();
    }
}

file_facts object_image::look_at_file() {
    open_file();
    page first{};
    static_cast<void>(file_->read(0, first));
    return {static_cast<page_number>(file_->size() / page_size), checksum(first)};
}

/// Nothing of what an earlier object of that id was must be found.
void object_image::forget_facts() {
    if (!is_catalog()) {
        node_->known->forget(identity_);
    }
}

void object_image::note_facts() {
    if (!is_catalog()) {
        node_->known->note(identity_, facts_);
    }
}

// Before the append: a node checkpoint that looks between the two must not overlook the record.
void object_image::mark_dirty() {
    if (redo_from_.load() == 0) {
        redo_from_.store(node_->log->durable());
        node_->dirty->add(shared_from_this());
    }
}

void object_image::mark_clean() {
    redo_from_.store(0);
    node_->dirty->remove(*this);
}

void object_image::undo() {
    undo_pages();
    changed_metadata_.reset();
    marked_ = false;
}

void object_image::undo_pages() {
    overlay_.undo();
    page_count_ = logged_page_count_;
    count_overlay();
    drop_next_file();
}

void object_image::count_overlay() {
    // A turn that becomes a file does not wait for a checkpoint, it is one: others need not care.
    const auto own = outgrows_record() ? overlay_.changed_pages() : 0;
    const auto pages = overlay_.page_count() + overlay_.pre_images() + overlay_.spares() - own;
    node_->overlay_pages += pages - counted_pages_;
    counted_pages_ = pages;
}

}  // namespace dormouse
