// The options of the programs that tests are run by.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

namespace dormouse::test {

/// The number behind `name`.
inline std::uint64_t option(int argc, char** argv, const char* name, std::uint64_t otherwise) {
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::strcmp(argv[i], name) == 0) {
            return std::stoull(argv[i + 1]);
        }
    }
    return otherwise;
}

}  // namespace dormouse::test
