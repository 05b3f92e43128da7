// What an image does with its object's file, between turns.
#include "storage/catalog.hpp"
#include "storage/empty_database.hpp"
#include "storage/history.hpp"
#include "storage/object_image.hpp"

#include <dormouse/error.hpp>

#include <optional>
#include <string>
#include <utility>

namespace dormouse {

void object_image::checkpoint() {
    checkpoint_requested_ = false;
    if (redo_from_.load() == 0 || changed() || node_->log->poisoned()) {
        return;
    }
    // An object that is never at rest would keep the log from ever being cut.
    node_->log->wait_durable(last_end_);
    open_or_create_file();
    try {
        write_file();
        facts_.file = look_at_file();
        facts_.filed = facts_.progress.sequence;
    } catch (const error& failure) {
        node_->log->poison(failure.what());
        throw;
    }
    overlay_.clear();
    count_overlay();
    note_facts();  // before: a node checkpoint in between would find it neither dirty nor noted
    mark_clean();
}

void object_image::swap(std::uint32_t source, logged_metadata metadata) {
    load_facts();
    auto next = facts_.progress;
    ++next.sequence;
    const auto built = next_file_path();
    const auto file = node_->files->open(built, open_mode::existing);
    file->sync();
    node_->files->sync_directory(swap_directory(node_->root));
    std::optional<generation> copy;
    if (source == 0) {
        copy = node_->past->keep_copy(identity_, next, built);
    }
    const bool first = !logged_;
    auto header = make_header();
    header.page_count = static_cast<page_number>(file->size() / page_size);
    auto record = make_swap(header, source, encode(metadata));
    mark_dirty();
    append(record, first);
    node_->log->wait_durable(last_end_);
    facts_.metadata = std::move(metadata);
    replace_file(built);
    if (first) {
        forget_facts();
    }
    note_facts();
    if (copy) {
        node_->past->note_copy(identity_, *copy);
    }
    mark_clean();
}

void object_image::replace_file(const std::string& built) {
    close_file();
    try {
        node_->files->create_directories(directory());
        node_->files->rename(built, path());
        on_disk_ = logged_ = true;
        facts_.file = look_at_file();
        facts_.filed = facts_.progress.sequence;
    } catch (const error& failure) {
        node_->log->poison(failure.what());
        throw;
    }
    page_count_ = logged_page_count_ = file_pages_ = facts_.file.page_count;
}

void object_image::destroy() {
    load_facts();
    if (!logged_) {
        return;
    }
    record_builder record(record_kind::destroy, make_header());
    mark_dirty();
    append(record, false);
    node_->log->wait_durable(last_end_);
    close_file();
    try {
        node_->past->remove_all(identity_);
        node_->files->remove(path());
    } catch (const error& failure) {
        node_->log->poison(failure.what());
        throw;
    }
    node_->known->forget(identity_);
    on_disk_ = logged_ = false;
    file_pages_ = 0;
    facts_ = {};
    page_count_ = logged_page_count_ = 1;
    mark_clean();
}

// Too many open files, say, is no reason to distrust the disk.
void object_image::open_or_create_file() {
    if (on_disk_) {
        open_file();
        return;
    }
    node_->files->create_directories(directory());
    file_ = node_->files->open(path(), open_mode::create);
}

void object_image::write_file() {
    drop_ahead();
    if (!on_disk_) {
        file_->truncate(0);
        file_->write(0, empty_database());
        on_disk_ = true;
    }
    overlay_.for_each(
        [&](page_number number, const page& content) { file_->write(offset_of(number), content); });
    if (file_->size() != size()) {
        file_->truncate(size());
    }
    file_pages_ = page_count_;
}

}  // namespace dormouse
