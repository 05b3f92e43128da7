#include "cli/interruption.hpp"

#include <dormouse/error.hpp>

namespace dormouse::cli {
namespace {

volatile std::sig_atomic_t signalled = 0;

void note_signal(int) {
    signalled = 1;
}

}  // namespace

interruption::interruption() {
    signalled = 0;
    struct sigaction noted {};
    noted.sa_handler = note_signal;
    noted.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);  // one of them is unsigned
    ::sigemptyset(&noted.sa_mask);
    for (std::size_t i = 0; i < signals.size(); ++i) {
        ::sigaction(signals.at(i), &noted, &before_.at(i));
    }
}

interruption::~interruption() {
    for (std::size_t i = 0; i < signals.size(); ++i) {
        ::sigaction(signals.at(i), &before_.at(i), nullptr);
    }
}

void interruption::check() {
    if (signalled != 0) {
        throw error(errc::shutting_down, "interrupted");
    }
}

}  // namespace dormouse::cli
