// Commits must not wait until their pages are in the object's file. The overlay keeps the pages
// that changed since the file was last brought up to date, in memory, above the file. It also knows
// what the log knows of each page, so that a commit logs only what changed and a rollback leaves
// nothing.
#pragma once

#include "storage/log_record.hpp"
#include "storage/page.hpp"

#include <array>
#include <memory>
#include <unordered_map>
#include <vector>

namespace dormouse {

/// **Thread safety:** actor-confined.
class page_overlay {
public:
    /// The page as it is now; null when the overlay does not hold it.
    [[nodiscard]] const page* find(page_number number) const noexcept;
    void write(page_number number, page_view content);
    /// Drops the pages behind the first `count`.
    void cut(page_number count);

    /// Something was written or cut since the last `accept`.
    [[nodiscard]] bool changed() const noexcept { return !touched_.empty(); }
    [[nodiscard]] std::size_t changed_pages() const noexcept { return touched_.size(); }
    [[nodiscard]] std::size_t page_count() const noexcept { return slots_.size(); }
    /// Of changed pages, what they were before.
    [[nodiscard]] std::size_t pre_images() const noexcept { return pre_images_; }
    /// Pages of memory that hold nothing now.
    [[nodiscard]] std::size_t spares() const noexcept;

    /// Adds what changed to a record: whole pages where the log does not hold the page's content.
    void append_changes(record_builder& record) const;
    /// What `append_changes` added is in the log.
    void accept();
    /// Back to what was last accepted.
    void undo();

    /// Calls `write(number, page)` for each page. Nothing may be changed since the last `accept`.
    template <class Write>
    void for_each(Write&& write) const {
        for (const auto& [number, held] : slots_) {
            write(number, *held.now);
        }
    }
    /// The file has them all.
    void clear();

private:
    struct slot {
        std::unique_ptr<page> now;     ///< Null: cut off.
        std::unique_ptr<page> logged;  ///< While touched: what the log holds; null: nothing.
        bool touched = false;
    };
    slot& touch(page_number number);
    [[nodiscard]] std::unique_ptr<page> take_spare();
    void keep_spare(std::unique_ptr<page> unused) noexcept;

    using slot_map = std::unordered_map<page_number, slot>;
    slot_map slots_;
    std::vector<page_number> touched_;
    std::size_t pre_images_ = 0;
    // Each commit needs a page for each it changes, and gives it back: from hand to hand, not
    // through the allocator, which would return them to the system and fetch them again.
    std::array<std::unique_ptr<page>, 3> spares_;
};

}  // namespace dormouse
