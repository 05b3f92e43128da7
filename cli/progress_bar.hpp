// How far long work has come, for a person who waits.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace dormouse::cli {

/// A bar that is drawn over itself where a person watches, otherwise one line for each stage that
/// has ended.
///
/// **Thread safety:** confined.
class progress_bar {
public:
    enum class style { bar, lines };

    progress_bar(std::ostream& to, style chosen) : to_(&to), style_(chosen) {}
    progress_bar(const progress_bar&) = delete;
    progress_bar& operator=(const progress_bar&) = delete;
    ~progress_bar() { clear(); }

    void show(std::string_view stage, std::uint64_t done, std::uint64_t total);
    /// Makes room for other lines.
    void clear();

private:
    void draw(std::uint64_t percent);

    std::ostream* to_;
    style style_;
    std::string stage_;
    std::uint64_t percent_ = 0;
    bool drawn_ = false;
};

}  // namespace dormouse::cli
