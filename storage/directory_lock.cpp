#include "storage/directory_lock.hpp"

#include <dormouse/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace dormouse {
namespace {

std::string last_failure() {
    return std::generic_category().message(errno);
}

}  // namespace

directory_lock::open_file::open_file(const std::filesystem::path& path, lock_kind kind)
    : descriptor_(kind == lock_kind::exclusive
                      ? ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)
                      : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    const bool unneeded = kind == lock_kind::shared && errno == ENOENT;
    if (descriptor_ < 0 && !unneeded) {
        throw error(errc::storage_failed, "cannot open " + path.string() + ": " + last_failure());
    }
}

directory_lock::open_file::~open_file() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

directory_lock::directory_lock(const std::filesystem::path& directory, lock_kind kind)
    : descriptor_(directory / "dormouse.lock", kind) {
    if (descriptor_ < 0) {
        return;  // no node has ever had it
    }
    if (!try_lock(kind)) {
        throw error(errc::storage_locked,
                    "the data directory " + directory.string() + " is in use by " + find_holder());
    }
    if (kind == lock_kind::exclusive) {
        write_holder();
    }
}

bool directory_lock::try_lock(lock_kind kind) const {
    const int operation = kind == lock_kind::exclusive ? LOCK_EX : LOCK_SH;
    if (::flock(descriptor_, operation | LOCK_NB) == 0) {
        return true;
    }
    if (errno != EWOULDBLOCK) {
        throw error(errc::storage_failed, "cannot lock the data directory: " + last_failure());
    }
    return false;
}

// Those who look do not write who they are.
std::string directory_lock::find_holder() const {
    return try_lock(lock_kind::shared) ? "a program that looks at it, such as dormouse-node"
                                       : "process " + read_holder();
}

std::string directory_lock::read_holder() const {
    std::array<char, 32> text{};
    const auto length = ::pread(descriptor_, text.data(), text.size(), 0);
    return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "unknown";
}

void directory_lock::write_holder() const {
    const auto text = std::to_string(::getpid());
    if (::ftruncate(descriptor_, 0) != 0 ||
        ::pwrite(descriptor_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
        throw error(errc::storage_failed, "cannot write the lock file: " + last_failure());
    }
}

}  // namespace dormouse
