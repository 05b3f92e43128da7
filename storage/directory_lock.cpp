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

directory_lock::open_file::open_file(const std::filesystem::path& path)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) {
        throw error(errc::storage_failed, "cannot open " + path.string() + ": " + last_failure());
    }
}

directory_lock::open_file::~open_file() {
    ::close(descriptor_);
}

directory_lock::directory_lock(const std::filesystem::path& directory)
    : descriptor_(directory / "dormouse.lock") {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            throw error(errc::storage_failed,
                        "cannot lock " + directory.string() + ": " + last_failure());
        }
        throw error(errc::storage_locked, "the data directory " + directory.string() +
                                              " is in use by process " + read_holder());
    }
    write_holder();
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
