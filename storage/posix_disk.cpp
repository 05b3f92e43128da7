#include "storage/disk.hpp"

#include <dormouse/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace dormouse {
namespace {

[[noreturn]] void fail(const char* operation, const std::string& path, int reason) {
    throw error(errc::storage_failed, std::string("cannot ") + operation + " " + path + ": " +
                                          std::generic_category().message(reason));
}

/// Runs a system call again while signals interrupt it.
template <class Call>
auto retry(Call call) {
    auto result = call();
    while (result < 0 && errno == EINTR) {
        result = call();
    }
    return result;
}

class descriptor {
public:
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

class posix_file final : public disk_file {
public:
    posix_file(int number, std::string path) : file_(number), path_(std::move(path)) {}

    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        std::size_t done = 0;
        while (done < into.size()) {
            const auto count = retry([&] {
                return ::pread(file_.number(), into.data() + done, into.size() - done,
                               static_cast<off_t>(offset + done));
            });
            if (count < 0) {
                fail("read", path_, errno);
            }
            if (count == 0) {
                break;
            }
            done += static_cast<std::size_t>(count);
        }
        return done;
    }

    void write(std::uint64_t offset, std::span<const std::byte> bytes) override {
        while (!bytes.empty()) {
            const auto count = retry([&] {
                return ::pwrite(file_.number(), bytes.data(), bytes.size(),
                                static_cast<off_t>(offset));
            });
            if (count <= 0) {
                fail("write", path_, count < 0 ? errno : ENOSPC);
            }
            offset += static_cast<std::uint64_t>(count);
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
    }

    void truncate(std::uint64_t size) override {
        if (retry([&] { return ::ftruncate(file_.number(), static_cast<off_t>(size)); }) != 0) {
            fail("truncate", path_, errno);
        }
    }

    std::uint64_t size() const override {
        struct stat status {};
        if (::fstat(file_.number(), &status) != 0) {
            fail("look at", path_, errno);
        }
        return static_cast<std::uint64_t>(status.st_size);
    }

    void sync() override {
        if (::fdatasync(file_.number()) != 0) {
            fail("sync", path_, errno);
        }
    }

private:
    descriptor file_;
    std::string path_;
};

class posix_disk final : public disk {
public:
    std::unique_ptr<disk_file> open(const std::string& path, open_mode mode) override {
        const int access = mode == open_mode::reading ? O_RDONLY : O_RDWR;
        const int flags = access | O_CLOEXEC | (mode == open_mode::create ? O_CREAT : 0);
        // A first read would otherwise change the file's inode. Only an owner may ask for that.
        int number = retry([&] { return ::open(path.c_str(), flags | O_NOATIME, 0644); });
        if (number < 0 && errno == EPERM) {
            number = retry([&] { return ::open(path.c_str(), flags, 0644); });
        }
        if (number < 0) {
            if (errno == ENOENT && mode != open_mode::create) {
                return nullptr;
            }
            fail("open", path, errno);
        }
        return std::make_unique<posix_file>(number, path);
    }

    void remove(const std::string& path) override {
        if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
            fail("remove", path, errno);
        }
    }

    void rename(const std::string& from, const std::string& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) {
            fail("rename", from, errno);
        }
    }

    bool exists(const std::string& path) const override {
        return ::access(path.c_str(), F_OK) == 0;
    }

    std::vector<std::string> list(const std::string& directory) const override {
        std::error_code failure;
        std::vector<std::string> names;
        auto entry = std::filesystem::directory_iterator(directory, failure);
        while (!failure && entry != std::filesystem::directory_iterator()) {
            names.push_back(entry->path().filename().string());
            entry.increment(failure);
        }
        if (failure && failure != std::errc::no_such_file_or_directory &&
            failure != std::errc::not_a_directory) {
            fail("list", directory, failure.value());
        }
        std::ranges::sort(names);
        return names;
    }

    void create_directories(const std::string& directory) override {
        std::error_code failure;
        std::filesystem::create_directories(directory, failure);
        if (failure) {
            fail("create", directory, failure.value());
        }
    }

    void sync_directory(const std::string& directory) override {
        const descriptor opened = open_directory(directory);
        if (::fsync(opened.number()) != 0) {
            fail("sync", directory, errno);
        }
    }

    std::uint64_t free_bytes(const std::string& directory) const override {
        struct statvfs status {};
        if (::statvfs(directory.c_str(), &status) != 0) {
            fail("look at the file system of", directory, errno);
        }
        return std::uint64_t{status.f_bavail} * status.f_frsize;
    }

    void sync_everything(const std::string& directory) override {
        const descriptor opened = open_directory(directory);
        if (::syncfs(opened.number()) != 0) {
            fail("sync the file system of", directory, errno);
        }
    }

private:
    static descriptor open_directory(const std::string& directory) {
        const int number =
            retry([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
        if (number < 0) {
            fail("open", directory, errno);
        }
        return descriptor(number);
    }
};

}  // namespace

std::shared_ptr<disk> make_posix_disk() {
    return std::make_shared<posix_disk>();
}

}  // namespace dormouse
