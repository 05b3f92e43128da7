// What a lease holds on to: one object's image, and during a turn the connection that was lent for
// it.
#pragma once

#include "storage/connection.hpp"
#include "storage/connection_pool.hpp"
#include "storage/object_image.hpp"

#include <dormouse/bookmark.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace dormouse {

/// **Thread safety:** actor-confined.
class object_database {
public:
    /// Keeps `node`, which owns the pool, for as long as it lives.
    object_database(std::shared_ptr<const void> node, std::shared_ptr<object_image> image,
                    connection_pool& pool);
    object_database(const object_database&) = delete;
    object_database& operator=(const object_database&) = delete;
    ~object_database();

    /// The turn's connection, lent by the turn's first use of it.
    [[nodiscard]] connection& use() {
        return lent_ != nullptr && lent_->in_turn() ? *lent_ : begin();
    }
    [[nodiscard]] const std::string& schema_note();
    void keep_schema_note(std::string note);
    [[nodiscard]] ticket commit(flush_request flush);
    void rollback() noexcept;
    [[nodiscard]] bool broken() const noexcept;
    [[nodiscard]] std::uint64_t turn() const noexcept { return turn_; }

    void set_deadline(std::optional<std::chrono::steady_clock::time_point> deadline) noexcept;
    void delete_all();
    [[nodiscard]] bool emptied() const noexcept { return emptied_; }
    [[nodiscard]] object_metadata metadata();
    void set_metadata(object_metadata changed);
    [[nodiscard]] bookmark current_bookmark();
    [[nodiscard]] bookmark bookmark_for_time(std::chrono::system_clock::time_point time);
    [[nodiscard]] bookmark restore_on_next_wake(const bookmark& mark);

    /// Errors: `errc::invalid_state` within a turn.
    void enforce_foreign_keys(bool enforced);
    [[nodiscard]] const std::shared_ptr<object_image>& image() const noexcept { return image_; }

private:
    [[nodiscard]] connection& begin();
    [[nodiscard]] connection& lend();
    void end_turn() noexcept;
    [[nodiscard]] object_image& use_facts();

    std::shared_ptr<const void> node_;  // first, so that it goes last
    std::shared_ptr<object_image> image_;
    connection_pool* pool_;
    std::unique_ptr<connection> lent_;  // in a turn that has used it
    std::optional<std::chrono::steady_clock::time_point> deadline_;
    std::uint64_t turn_ = 0;
    bool foreign_keys_ = true;
    bool emptied_ = false;  // in this turn
};

/// A bookmark of that object.
[[nodiscard]] bookmark make_bookmark(const object_identity& object,
                                     const object_progress& progress);
/// Errors: `errc::invalid_bookmark` when `mark` belongs to another object or another life of this.
void require_bookmark_of(const object_identity& object, const object_progress& progress,
                         const bookmark& mark);

}  // namespace dormouse
