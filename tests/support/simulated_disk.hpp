// A disk in memory that loses power: what was written since the last sync survives, vanishes, or
// survives in part, write by write, as a seed decides. SQLite reaches it as a file system of its
// own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse::test {

/// **Thread safety:** one thread. One disk at a time is registered under its name.
class simulated_disk {
public:
    static constexpr std::string_view vfs_name = "dormouse_simulated_disk";

    explicit simulated_disk(std::uint64_t seed);
    simulated_disk(const simulated_disk&) = delete;
    simulated_disk& operator=(const simulated_disk&) = delete;
    ~simulated_disk();

    /// From now on nothing that is written reaches the disk.
    void lose_power();
    /// The disk as it is found afterwards.
    void restore_power();
    /// Every sync fails from now on.
    void fail_syncs(bool failing) { syncs_fail_ = failing; }

    struct file {
        struct change {
            std::size_t offset = 0;
            std::string bytes;
            bool truncates = false;
        };
        std::string now;      ///< What a reader sees.
        std::string durable;  ///< What was last synced.
        std::vector<change> unsynced;
        void write(std::size_t offset, std::string_view bytes);
        void truncate(std::size_t size);
        void sync();
    };

    // The file system's operations.
    [[nodiscard]] bool powered() const noexcept { return powered_; }
    [[nodiscard]] bool syncs_fail() const noexcept { return syncs_fail_; }
    [[nodiscard]] std::shared_ptr<file> open(const std::string& path);
    void remove(const std::string& path);
    [[nodiscard]] bool exists(const std::string& path) const { return files_.contains(path); }

private:
    void settle(file& lost);

    std::mt19937_64 random_;
    std::map<std::string, std::shared_ptr<file>> files_;
    bool powered_ = true;
    bool syncs_fail_ = false;
};

}  // namespace dormouse::test
