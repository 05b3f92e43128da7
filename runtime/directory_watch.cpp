#include "runtime/directory_watch.hpp"

#include <dormouse/error.hpp>

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace dormouse {

directory_watch::directory_watch(std::filesystem::path directory)
    : directory_(std::move(directory)), queue_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (queue_ < 0) {
        throw error(errc::storage_failed, "cannot watch " + directory_.string() + ": " +
                                              std::generic_category().message(errno));
    }
}

directory_watch::~directory_watch() {
    ::close(queue_);
}

bool directory_watch::changed() {
    if (watched_ >= 0) {
        return take_events();
    }
    watch();  // before anybody looks: what changes from now on is told the next time
    return true;
}

void directory_watch::watch() {
    constexpr std::uint32_t events = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM |
                                     IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    watched_ = ::inotify_add_watch(queue_, directory_.c_str(), events);
}

bool directory_watch::take_events() {
    alignas(inotify_event) std::array<char, 4096> buffer{};
    bool any = false;
    for (;;) {
        const auto count = ::read(queue_, buffer.data(), buffer.size());
        if (count <= 0) {
            return any;
        }
        any = true;
        for (std::size_t at = 0; at < static_cast<std::size_t>(count);) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            if ((event.mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
                ::inotify_rm_watch(queue_, watched_);
                watched_ = -1;
            }
            at += sizeof event + event.len;
        }
    }
}

}  // namespace dormouse
