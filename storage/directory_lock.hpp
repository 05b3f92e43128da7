// The exclusive right to a data directory.
#pragma once

#include <filesystem>
#include <string>

namespace dormouse {

/// Held through a lock file that names the holder; given back when it goes, or the process does.
class directory_lock {
public:
    /// Errors: `errc::storage_locked`, naming the holder; `errc::storage_failed`.
    explicit directory_lock(const std::filesystem::path& directory);

private:
    class open_file {
    public:
        explicit open_file(const std::filesystem::path& path);
        open_file(const open_file&) = delete;
        open_file& operator=(const open_file&) = delete;
        ~open_file();
        operator int() const noexcept { return descriptor_; }

    private:
        int descriptor_;
    };

    [[nodiscard]] std::string read_holder() const;
    void write_holder() const;

    open_file descriptor_;
};

}  // namespace dormouse
