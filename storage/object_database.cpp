#include "storage/object_database.hpp"

#include "storage/history.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace dormouse {

object_database::object_database(std::shared_ptr<const void> node,
                                 std::shared_ptr<object_image> image, connection_pool& pool)
    : node_(std::move(node)), image_(std::move(image)), pool_(&pool) {}

object_database::~object_database() {
    rollback();
    pool_->forget(*image_);
}

connection& object_database::begin() {
    auto& lent = lend();
    lent.begin();
    return lent;
}

const std::string& object_database::schema_note() {
    return lend().schema_note();
}

void object_database::keep_schema_note(std::string note) {
    lend().keep_schema_note(std::move(note));
}

connection& object_database::lend() {
    if (lent_ == nullptr) {
        image_entry scope(*image_);
        lent_ = pool_->lend(*image_);
        scope.stay();
        lent_->enforce_foreign_keys(foreign_keys_);
        lent_->deadline = deadline_;
    }
    return *lent_;
}

ticket object_database::commit(flush_request flush) {
    if (lent_ == nullptr) {
        end_turn();
        return {};
    }
    try {
        const auto position = lent_->commit(flush);
        end_turn();
        return position;
    } catch (...) {
        end_turn();
        throw;
    }
}

void object_database::rollback() noexcept {
    if (lent_ != nullptr) {
        lent_->rollback();
    }
    end_turn();
}

void object_database::end_turn() noexcept {
    ++turn_;
    emptied_ = false;
    deadline_.reset();
    if (lent_ != nullptr) {
        pool_->give_back(std::move(lent_));
        image_->leave();
    }
}

bool object_database::broken() const noexcept {
    return lent_ != nullptr && lent_->broken();
}

void object_database::set_deadline(
    std::optional<std::chrono::steady_clock::time_point> deadline) noexcept {
    deadline_ = deadline;
    if (lent_ != nullptr) {
        lent_->deadline = deadline;
    }
}

void object_database::enforce_foreign_keys(bool enforced) {
    if (lent_ != nullptr) {
        throw error(errc::invalid_state, "foreign key enforcement cannot change within a turn");
    }
    foreign_keys_ = enforced;
}

object_image& object_database::use_facts() {
    static_cast<void>(use());
    image_->load_facts();
    return *image_;
}

void object_database::delete_all() {
    use().empty();
    emptied_ = true;
}

object_metadata object_database::metadata() {
    return use_facts().metadata().known;
}

void object_database::set_metadata(object_metadata changed) {
    auto& image = use_facts();
    image.change_metadata({std::move(changed), image.metadata().restore_to});
}

bookmark object_database::current_bookmark() {
    return make_bookmark(image_->identity(), use_facts().mark_turn());
}

bookmark object_database::bookmark_for_time(std::chrono::system_clock::time_point time) {
    auto& image = use_facts();
    if (!image.exists()) {
        return current_bookmark();
    }
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    auto& node = image.node();
    node.log->wait_durable(image.last_commit());
    return make_bookmark(
        image.identity(),
        node.past->find_time(image.identity(), image.progress(),
                             static_cast<std::uint64_t>(std::max<std::int64_t>(milliseconds, 0))));
}

bookmark object_database::restore_on_next_wake(const bookmark& mark) {
    auto& image = use_facts();
    auto& node = image.node();
    const auto undo = image.mark_turn();
    require_bookmark_of(image.identity(), image.progress(), mark);
    node.log->wait_durable(image.last_commit());
    if (mark.sequence != undo.sequence) {
        node.past->require_kept(image.identity(), image.progress(), mark.sequence);
    }
    image.change_metadata({image.metadata().known, mark.sequence});
    return make_bookmark(image.identity(), undo);
}

bookmark make_bookmark(const object_identity& object, const object_progress& progress) {
    std::vector<std::byte> whole;
    const auto add = [&whole](auto bytes) {
        whole.insert(whole.end(), bytes.begin(), bytes.end());
    };
    add(std::as_bytes(std::span(object.class_name)));
    add(std::span(object.id));
    add(std::as_bytes(std::span(&progress.incarnation, 1)));
    return {progress.incarnation, progress.sequence, progress.last, checksum(whole)};
}

void require_bookmark_of(const object_identity& object, const object_progress& progress,
                         const bookmark& mark) {
    if (mark.check != make_bookmark(object, {mark.incarnation, 0, 0, 0}).check) {
        throw error(errc::invalid_bookmark, to_string(mark) + " is a bookmark of another object");
    }
    if (mark.incarnation != progress.incarnation) {
        throw error(errc::invalid_bookmark,
                    to_string(mark) + " is from before this object was destroyed");
    }
}

}  // namespace dormouse
