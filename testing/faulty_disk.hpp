// A disk in memory that loses power, fails and runs full. What was not synced when the power went
// survives, vanishes or tears, sector by sector and name by name, as a seed decides.
#pragma once

#include "storage/disk.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace dormouse {

/// The operations that change something, for faults to be told apart by.
enum class disk_operation { write, sync, truncate, create, remove, rename };

/// **Thread safety:** one thread. **Lifetime:** outlives the files opened on it.
class faulty_disk final : public disk {
public:
    explicit faulty_disk(std::uint64_t seed = 1) : random_(seed) {}

    /// Nothing reaches the disk any more; every operation fails.
    void lose_power();
    /// The disk as it is found afterwards.
    void restore_power();
    /// After `lose_power`: it was only the program that went, and what the operating system had
    /// taken of it is still there, synced or not.
    void restart_program();
    /// Loses power in the middle of the operation that comes after `operations` more.
    void lose_power_after(std::uint64_t operations) { fuse_ = operations; }
    [[nodiscard]] bool powered() const noexcept { return powered_; }
    /// Operations so far that changed something.
    [[nodiscard]] std::uint64_t operations() const noexcept { return operations_; }

    /// Asked before each operation: true makes it fail without effect.
    std::function<bool(disk_operation, const std::string& path)> fails;

    /// What the disk says is free.
    static constexpr std::uint64_t plenty = std::uint64_t{1} << 40;
    std::uint64_t room = plenty;

    std::unique_ptr<disk_file> open(const std::string& path, open_mode mode) override;
    void remove(const std::string& path) override;
    void rename(const std::string& from, const std::string& to) override;
    bool exists(const std::string& path) const override { return names_.contains(path); }
    std::vector<std::string> list(const std::string& directory) const override;
    void create_directories(const std::string& directory) override;
    void sync_directory(const std::string& directory) override;
    void sync_everything(const std::string& directory) override;
    std::uint64_t free_bytes(const std::string& /*directory*/) const override { return room; }

    /// A file's content now, for damaging it.
    [[nodiscard]] std::vector<std::byte>& content(const std::string& path);

private:
    struct change {
        std::uint64_t offset = 0;
        std::vector<std::byte> bytes;
        bool truncates = false;
    };
    struct inode {
        std::vector<std::byte> now;
        std::vector<std::byte> durable;
        std::vector<change> unsynced;
    };
    using inode_pointer = std::shared_ptr<inode>;
    class handle;

    /// False when the power goes with this operation.
    bool begin(disk_operation operation, const std::string& path);
    void require_power(const std::string& path) const;
    void settle(inode& lost);
    void settle_names();
    void set_durable(const std::string& path, const inode_pointer& content);
    bool coin(double probability);
    static void sync(inode& synced);

    std::mt19937_64 random_;
    std::map<std::string, inode_pointer> names_;
    std::map<std::string, inode_pointer> durable_names_;
    std::vector<std::map<std::string, inode_pointer>>
        unsynced_names_;  // one change each; null: gone
    std::optional<std::uint64_t> fuse_;
    std::uint64_t operations_ = 0;
    bool powered_ = true;
};

}  // namespace dormouse
