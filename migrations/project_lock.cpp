#include "migrations/project_lock.hpp"

#include "migrations/dev_cache.hpp"
#include "migrations/project_file.hpp"

#include <dormouse/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace dormouse {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
    throw error(errc::storage_failed,
                path.string() + ": " + std::generic_category().message(errno));
}

std::string holder_named_in(const std::filesystem::path& path) {
    const auto text = read_project_file(path).value_or("");
    const auto blank = text.find(' ');
    return blank == std::string::npos
               ? "another process"
               : "process " + text.substr(0, blank) + ", '" + text.substr(blank + 1) + "'";
}

}  // namespace

project_lock::open_file::open_file(const std::filesystem::path& path, int flags)
    : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) {
        fail(path);
    }
}

project_lock::open_file::~open_file() {
    ::close(descriptor_);
}

project_lock::project_lock(const std::filesystem::path& cache, std::string_view command)
    : lock_(file_in(cache), O_RDONLY | O_CREAT) {
    const auto path = file_in(cache);
    take(path);
    note_.emplace(path, O_WRONLY | O_TRUNC);
    const auto text = std::to_string(::getpid()) + " " + std::string(command);
    if (::write(*note_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        fail(path);
    }
}

std::filesystem::path project_lock::file_in(const std::filesystem::path& cache) {
    dev_cache(cache).create();
    return cache / "lock";
}

void project_lock::take(const std::filesystem::path& path) const {
    if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) {
        return;
    }
    if (errno != EWOULDBLOCK) {
        fail(path);
    }
    throw error(errc::storage_locked, "the project's " + path.parent_path().string() +
                                          " is in use by " + holder_named_in(path) +
                                          ". Run the command again when that has ended");
}

}  // namespace dormouse
