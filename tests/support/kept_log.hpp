// A log whose lines a test reads.
#pragma once

#include <dormouse/log.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dormouse::test {

class kept_log final : public log_sink {
public:
    void write(log_level /*level*/, std::string_view component,
               std::string_view text) noexcept override {
        lines.push_back(std::string(component) + ": " + std::string(text));
    }
    std::vector<std::string> lines;
};

}  // namespace dormouse::test
