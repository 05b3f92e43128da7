#include "storage/page_overlay.hpp"

#include <algorithm>
#include <utility>

namespace dormouse {

const page* page_overlay::find(page_number number) const noexcept {
    const auto found = slots_.find(number);
    return found == slots_.end() ? nullptr : found->second.now.get();
}

page_overlay::slot& page_overlay::touch(page_number number) {
    auto& held = slots_[number];
    if (!held.touched) {
        touched_.push_back(number);
        held.touched = true;
        held.logged = std::move(held.now);
        pre_images_ += held.logged != nullptr ? 1 : 0;
    }
    return held;
}

std::size_t page_overlay::spares() const noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(spares_, [](const auto& spare) { return spare != nullptr; }));
}

std::unique_ptr<page> page_overlay::take_spare() {
    for (auto& spare : spares_) {
        if (spare != nullptr) {
            return std::move(spare);
        }
    }
    return std::make_unique_for_overwrite<page>();
}

void page_overlay::keep_spare(std::unique_ptr<page> unused) noexcept {
    const auto place =
        std::ranges::find_if(spares_, [](const auto& spare) { return spare == nullptr; });
    if (place != spares_.end()) {
        *place = std::move(unused);
    }
}

void page_overlay::write(page_number number, page_view content) {
    auto& held = touch(number);
    if (held.now == nullptr) {
        held.now = take_spare();
    }
    std::ranges::copy(content, held.now->begin());
}

void page_overlay::cut(page_number count) {
    std::vector<page_number> behind;
    for (const auto& [number, held] : slots_) {
        if (number > count && held.now != nullptr) {
            behind.push_back(number);
        }
    }
    for (const auto number : behind) {
        touch(number).now.reset();
    }
}

void page_overlay::append_changes(record_builder& record) const {
    for (const auto number : touched_) {
        const auto& held = slots_.at(number);
        if (held.now == nullptr) {
            continue;
        }
        if (held.logged != nullptr) {
            record.add_delta(number, *held.logged, *held.now);
        } else {
            record.add_image(number, *held.now);
        }
    }
}

void page_overlay::accept() {
    for (const auto number : touched_) {
        const auto found = slots_.find(number);
        if (found->second.now == nullptr) {
            slots_.erase(found);
        } else {
            keep_spare(std::move(found->second.logged));
            found->second.touched = false;
        }
    }
    touched_.clear();
    pre_images_ = 0;
}

void page_overlay::undo() {
    for (const auto number : touched_) {
        const auto found = slots_.find(number);
        if (found->second.logged == nullptr) {
            slots_.erase(found);
        } else {
            found->second.now = std::move(found->second.logged);
            found->second.touched = false;
        }
    }
    touched_.clear();
    pre_images_ = 0;
}

// An empty map keeps its table: what an idle object does not need goes back.
void page_overlay::clear() {
    slots_ = slot_map();
    touched_ = std::vector<page_number>();
    spares_ = {};
    pre_images_ = 0;
}

}  // namespace dormouse
