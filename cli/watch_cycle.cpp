#include "cli/watch_cycle.hpp"

#include <utility>

namespace dormouse::cli {

void watch_cycle::note_change(time_point at) {
    build_wanted_ = true;
    build_from_ = at + quiet_;
}

void watch_cycle::note_built() {
    building_ = false;
    restart_wanted_ = !build_wanted_;
}

watch_action watch_cycle::next(time_point now) {
    if (std::exchange(restart_wanted_, false)) {
        return watch_action::restart;
    }
    if (building_ || !build_wanted_ || now < build_from_) {
        return watch_action::wait;
    }
    build_wanted_ = false;
    building_ = true;
    return watch_action::build;
}

}  // namespace dormouse::cli
