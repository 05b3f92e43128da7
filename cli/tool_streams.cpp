#include <dormouse/tool_streams.hpp>

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace dormouse::cli {
namespace {

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : value;
}

}  // namespace

tool_streams process_streams() {
    // A dumb terminal neither paints nor goes back to the beginning of a line.
    const bool watched = ::isatty(STDERR_FILENO) != 0 && environment("TERM") != "dumb";
    const bool coloured =
        watched && ::isatty(STDOUT_FILENO) != 0 && environment("NO_COLOR").empty();
    return {&std::cout, &std::cerr, watched, coloured};
}

}  // namespace dormouse::cli
