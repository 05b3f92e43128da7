#include "cli/progress_bar.hpp"

#include <algorithm>

namespace dormouse::cli {

void progress_bar::show(std::string_view stage, std::uint64_t done, std::uint64_t total) {
    const auto percent = total == 0 ? 100 : std::min(done, total) * 100 / total;
    if (stage == stage_ && percent == percent_) {
        return;
    }
    stage_ = stage;
    percent_ = percent;
    if (style_ == style::bar) {
        draw(percent);
    } else if (percent == 100) {
        *to_ << stage_ << ": done\n";
    }
}

void progress_bar::draw(std::uint64_t percent) {
    constexpr std::uint64_t width = 40;
    const auto filled = percent * width / 100;
    *to_ << "\r[" << std::string(filled, '#') << std::string(width - filled, ' ') << "] " << percent
         << "% " << stage_ << "\x1b[K" << std::flush;
    drawn_ = true;
}

void progress_bar::clear() {
    if (drawn_) {
        *to_ << "\r\x1b[K" << std::flush;
        drawn_ = false;
    }
}

}  // namespace dormouse::cli
