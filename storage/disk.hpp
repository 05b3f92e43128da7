// Everything the storage node knows about the disk passes through here, so that a test can put a
// disk in its place that loses power, runs full or lies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace dormouse {

/// An open file.
///
/// **Thread safety:** reads and writes of one file may run concurrently when they do not overlap.
/// **Errors:** `errc::storage_failed` naming the file and the reason.
class disk_file {
public:
    disk_file() = default;
    disk_file(const disk_file&) = delete;
    disk_file& operator=(const disk_file&) = delete;
    virtual ~disk_file() = default;

    /// Fills `into` from `offset` on; answers how many bytes there were, fewer only at the end.
    [[nodiscard]] virtual std::size_t read(std::uint64_t offset,
                                           std::span<std::byte> into) const = 0;
    virtual void write(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
    virtual void truncate(std::uint64_t size) = 0;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    /// Returns when everything written, and the size, would survive a power loss.
    virtual void sync() = 0;
};

enum class open_mode {
    existing,
    create,
    reading  ///< An existing file, which need not be writable.
};

/// **Thread safety:** thread-safe. **Errors:** `errc::storage_failed` naming the path.
class disk {
public:
    disk() = default;
    disk(const disk&) = delete;
    disk& operator=(const disk&) = delete;
    virtual ~disk() = default;

    /// Opens for reading and writing. Null when there is no file, unless it is to be created.
    [[nodiscard]] virtual std::unique_ptr<disk_file> open(const std::string& path,
                                                          open_mode mode) = 0;
    /// Removing what is not there is no error.
    virtual void remove(const std::string& path) = 0;
    /// Replaces what `to` names.
    virtual void rename(const std::string& from, const std::string& to) = 0;
    [[nodiscard]] virtual bool exists(const std::string& path) const = 0;
    /// The names in a directory, sorted; none when it is no directory.
    [[nodiscard]] virtual std::vector<std::string> list(const std::string& directory) const = 0;
    virtual void create_directories(const std::string& directory) = 0;
    /// Returns when the names in the directory would survive a power loss.
    virtual void sync_directory(const std::string& directory) = 0;
    /// How much more the file system of `directory` takes.
    [[nodiscard]] virtual std::uint64_t free_bytes(const std::string& directory) const = 0;
    /// Returns when everything ever written to the file system below `directory` would.
    virtual void sync_everything(const std::string& directory) = 0;
};

/// The disk of this machine.
[[nodiscard]] std::shared_ptr<disk> make_posix_disk();

/// A disk that looks like `below`, which is never changed: what is written stays in memory, and
/// goes with this disk. What `below` holds must not change meanwhile.
[[nodiscard]] std::shared_ptr<disk> make_scratch_disk(std::shared_ptr<disk> below);

}  // namespace dormouse
