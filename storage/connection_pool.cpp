#include "storage/connection_pool.hpp"

#include "storage/object_image.hpp"

#include <algorithm>
#include <utility>

namespace dormouse {

connection_pool::connection_pool(std::size_t idle_max, steady_ticks ticks)
    : idle_max_(idle_max), ticks_(std::move(ticks)) {}

std::unique_ptr<connection> connection_pool::lend(object_image& image) {
    if (auto own = take_bound(image)) {
        return own;
    }
    auto layout = layout_of(image);
    auto found = layout.shareable ? take_alike(image, layout) : nullptr;
    if (found != nullptr) {
        found->point_at(image);
        return found;
    }
    auto made = std::make_unique<connection>(image, std::move(layout), ticks_);
    const std::lock_guard lock(mutex_);
    ++opened_;
    return made;
}

std::unique_ptr<connection> connection_pool::take_bound(object_image& image) {
    const std::lock_guard lock(mutex_);
    const auto* own = image.bound.load();
    return own == nullptr ? nullptr : take(own->idle_place);
}

std::unique_ptr<connection> connection_pool::take_alike(const object_image& image,
                                                        const schema_layout& layout) {
    const auto is_alike = [&](const auto& idle) {
        return idle->class_name() == image.identity().class_name && idle->layout() == layout;
    };
    const std::lock_guard lock(mutex_);
    auto found = std::ranges::find_if(
        idle_, [&](const auto& idle) { return idle->image() == nullptr && is_alike(idle); });
    // An awake object's is taken only when there are enough: it would want one again at its next
    // turn.
    if (found == idle_.end() && idle_.size() >= idle_max_) {
        found = std::ranges::find_if(idle_, is_alike);
    }
    if (found == idle_.end()) {
        return nullptr;
    }
    let_go(**found);
    return take(found);
}

std::unique_ptr<connection> connection_pool::take(idle_list::iterator chosen) {
    auto taken = std::move(*chosen);
    idle_.erase(chosen);
    if (taken->image() != nullptr) {
        taken->image()->bound = nullptr;
    }
    return taken;
}

// An image without a connection needs no open file. One that is being entered keeps it: it is about
// to get another connection.
void connection_pool::let_go(connection& idle) noexcept {
    auto* image = idle.image();
    if (image != nullptr && image->try_enter()) {
        image->close_file();
        image->leave();
    }
}

void connection_pool::give_back(std::unique_ptr<connection> returned) noexcept {
    std::unique_ptr<connection> surplus;  // closed outside of the lock
    const std::lock_guard lock(mutex_);
    if (returned->is_unsound()) {
        surplus = std::move(returned);
        return;
    }
    auto* image = returned->image();
    auto& bound = *returned;
    image->bound = &bound;
    idle_.push_back(std::move(returned));
    bound.idle_place = std::prev(idle_.end());
    if (idle_.size() > idle_max_) {
        let_go(*idle_.front());
        surplus = take(idle_.begin());
    }
}

void connection_pool::forget(object_image& image) noexcept {
    std::unique_ptr<connection> own;
    const std::lock_guard lock(mutex_);
    const auto* bound = image.bound.exchange(nullptr);
    if (bound == nullptr) {
        return;
    }
    const auto found = bound->idle_place;
    if ((*found)->layout().shareable) {
        (*found)->forget_image();
    } else {
        own = std::move(*found);
        idle_.erase(found);
    }
}

std::size_t connection_pool::idle() const {
    const std::lock_guard lock(mutex_);
    return idle_.size();
}

std::size_t connection_pool::opened() const {
    const std::lock_guard lock(mutex_);
    return opened_;
}

}  // namespace dormouse
