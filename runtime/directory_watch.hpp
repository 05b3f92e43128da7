// Tells whether something happened in a directory since it was last asked, for less than a look at
// its files costs.
#pragma once

#include <filesystem>

namespace dormouse {

/// Watches the names in a directory and what is written to them, not what lies deeper. A directory
/// that is not there, or has been replaced, counts as changed until it is watched.
///
/// **Thread safety:** confined.
class directory_watch {
public:
    /// Errors: `errc::storage_failed` when the system allows no further watch.
    explicit directory_watch(std::filesystem::path directory);
    directory_watch(const directory_watch&) = delete;
    directory_watch& operator=(const directory_watch&) = delete;
    ~directory_watch();

    [[nodiscard]] bool changed();

private:
    [[nodiscard]] bool take_events();
    void watch();

    std::filesystem::path directory_;
    int queue_;
    int watched_ = -1;
};

}  // namespace dormouse
