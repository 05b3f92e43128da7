// The exclusive right to a data directory.
#pragma once

#include <filesystem>
#include <string>

namespace dormouse {

enum class lock_kind {
    exclusive,  ///< To change it.
    shared      ///< To look at it, together with others who do. Writes nothing, needs no lock file.
};

/// Held through a lock file that names the holder; given back when it goes, or the process does.
class directory_lock {
public:
    /// Errors: `errc::storage_locked`, naming the holder; `errc::storage_failed`.
    explicit directory_lock(const std::filesystem::path& directory,
                            lock_kind kind = lock_kind::exclusive);

private:
    class open_file {
    public:
        open_file(const std::filesystem::path& path, lock_kind kind);
        open_file(const open_file&) = delete;
        open_file& operator=(const open_file&) = delete;
        ~open_file();
        operator int() const noexcept { return descriptor_; }

    private:
        int descriptor_;
    };

    [[nodiscard]] bool try_lock(lock_kind kind) const;
    [[nodiscard]] std::string find_holder() const;
    [[nodiscard]] std::string read_holder() const;
    void write_holder() const;

    open_file descriptor_;
};

}  // namespace dormouse
