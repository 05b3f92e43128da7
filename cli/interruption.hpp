// Work on copies of objects leaves what tenants have stored in temporary files, when it is ended in
// the middle. Whoever ends it waits for the object that is at hand, and the copies go.
#pragma once

#include <array>
#include <csignal>

namespace dormouse::cli {

/// While it is there, a first SIGINT, SIGTERM or SIGHUP is noted, to be asked for. A second one
/// ends the process at once, as always.
///
/// **Thread safety:** one at a time in a process.
class interruption {
public:
    interruption();
    interruption(const interruption&) = delete;
    interruption& operator=(const interruption&) = delete;
    ~interruption();

    /// Errors: `errc::shutting_down` once there was a signal.
    static void check();

private:
    static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};
    std::array<struct sigaction, signals.size()> before_{};
};

}  // namespace dormouse::cli
