#include "bench/wake_system_calls.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace bench {
namespace {

// As many as the library opens and reads ahead.
constexpr std::size_t connections = 64;
constexpr std::size_t read_ahead = std::size_t{16} << 10;

void check(bool fine, const char* what) {
    if (!fine) {
        std::perror(what);
        std::exit(1);
    }
}

}  // namespace

system_calls_of_a_wake::system_calls_of_a_wake(const std::filesystem::path& directory)
    : beginning_(read_ahead), events_(::epoll_create1(EPOLL_CLOEXEC)) {
    check(events_ >= 0, "epoll_create1");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (entry.path().extension() == ".sqlite" && entry.file_size() >= read_ahead) {
            paths_.push_back(entry.path());
        }
    }
    if (paths_.empty()) {
        std::fprintf(stderr, "no object of %zu bytes below %s\n", read_ahead, directory.c_str());
        std::exit(1);
    }
}

system_calls_of_a_wake::~system_calls_of_a_wake() {
    for (const int descriptor : opened_) {
        ::close(descriptor);
    }
    ::close(events_);
}

std::vector<double> system_calls_of_a_wake::time_each() {
    std::vector<double> times;
    for (const auto& path : paths_) {
        const auto begun = std::chrono::steady_clock::now();
        wake(path);
        const std::chrono::duration<double, std::micro> took =
            std::chrono::steady_clock::now() - begun;
        times.push_back(took.count());
    }
    return times;
}

void system_calls_of_a_wake::wake(const std::string& path) {
    if (opened_.size() == connections) {
        ::close(opened_.front());
        opened_.pop_front();
    }
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOATIME);
    check(descriptor >= 0, path.c_str());
    opened_.push_back(descriptor);
    const auto count = ::pread(descriptor, beginning_.data(), beginning_.size(), 0);
    check(count == static_cast<ssize_t>(beginning_.size()), path.c_str());
    epoll_event event{};
    check(::epoll_wait(events_, &event, 1, 0) == 0, "epoll_wait");  // the loop looks for others
}

}  // namespace bench
