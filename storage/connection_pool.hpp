// An awake object needs a connection only while it is its turn, and most are idle. Connections are
// lent for a turn and then wait, still pointed at the object that used them last, until it or
// another object of the same layout needs one.
#pragma once

#include "storage/connection.hpp"
#include "storage/spare.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace dormouse {

/// **Thread safety:** thread-safe.
class connection_pool {
public:
    /// `idle_max` bounds the connections that wait; those in use are as many as there are turns.
    connection_pool(std::size_t idle_max, steady_ticks ticks);

    /// A connection that points at `image`, which the caller has entered.
    /// Errors: `errc::storage_failed`.
    [[nodiscard]] std::unique_ptr<connection> lend(object_image& image);
    void give_back(std::unique_ptr<connection> returned) noexcept;
    /// `image` is about to go.
    void forget(object_image& image) noexcept;

    [[nodiscard]] std::size_t idle() const;
    /// How often a connection had to be opened.
    [[nodiscard]] std::size_t opened() const;

private:
    using idle_list = std::list<std::unique_ptr<connection>>;

    [[nodiscard]] std::size_t count_idle() const noexcept { return bound_.size() + free_.size(); }
    [[nodiscard]] std::unique_ptr<connection> take_bound(object_image& image);
    [[nodiscard]] std::unique_ptr<connection> take_alike(const object_image& image,
                                                         const schema_layout& layout);
    [[nodiscard]] std::unique_ptr<connection> take(idle_list& from, idle_list::iterator chosen);
    [[nodiscard]] std::unique_ptr<connection> take_surplus();
    static void let_go(connection& idle) noexcept;

    std::size_t idle_max_;
    steady_ticks ticks_;
    mutable std::mutex mutex_;
    idle_list bound_;  // those that an awake object has used; the longest idle first
    idle_list free_;   // those whose object has gone; the last freed, whose memory is warm, first
    std::size_t opened_ = 0;
    spare<std::vector<std::byte>> layout_pages_;  // every wake needs a layout, if only to compare
};

}  // namespace dormouse
