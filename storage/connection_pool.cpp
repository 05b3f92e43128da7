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
    schema_layout layout{layout_pages_.take()};
    read_layout(image, layout);
    auto found = layout.shareable ? take_alike(image, layout) : nullptr;
    if (found != nullptr) {
        layout_pages_.keep(std::move(layout.pages));
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
    return own == nullptr ? nullptr : take(bound_, own->idle_place);
}

std::unique_ptr<connection> connection_pool::take_alike(const object_image& image,
                                                        const schema_layout& layout) {
    const auto is_alike = [&](const auto& idle) {
        return idle->class_name() == image.identity().class_name && idle->layout() == layout;
    };
    const std::lock_guard lock(mutex_);
    if (const auto found = std::ranges::find_if(free_, is_alike); found != free_.end()) {
        return take(free_, found);
    }
    // An awake object's is taken only when there are enough: it would want one again at its next
    // turn.
    if (count_idle() < idle_max_) {
        return nullptr;
    }
    const auto found = std::ranges::find_if(bound_, is_alike);
    if (found == bound_.end()) {
        return nullptr;
    }
    let_go(**found);
    return take(bound_, found);
}

std::unique_ptr<connection> connection_pool::take(idle_list& from, idle_list::iterator chosen) {
    auto taken = std::move(*chosen);
    from.erase(chosen);
    if (taken->image() != nullptr) {
        taken->image()->bound = nullptr;
    }
    return taken;
}

std::unique_ptr<connection> connection_pool::take_surplus() {
    if (!free_.empty()) {
        return take(free_, std::prev(free_.end()));
    }
    let_go(*bound_.front());
    return take(bound_, bound_.begin());
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
    bound_.push_back(std::move(returned));
    bound.idle_place = std::prev(bound_.end());
    if (count_idle() > idle_max_) {
        surplus = take_surplus();
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
        free_.splice(free_.begin(), bound_, found);
    } else {
        own = std::move(*found);
        bound_.erase(found);
    }
}

std::size_t connection_pool::idle() const {
    const std::lock_guard lock(mutex_);
    return count_idle();
}

std::size_t connection_pool::opened() const {
    const std::lock_guard lock(mutex_);
    return opened_;
}

}  // namespace dormouse
