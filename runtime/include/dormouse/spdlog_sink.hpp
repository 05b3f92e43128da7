// Connects the runtime to a program that logs with spdlog, without spdlog in dormouse's headers.
#pragma once

#include <dormouse/log.hpp>

#include <memory>

namespace spdlog {
class logger;
}

namespace dormouse {

/// Writes `[component] text` to `logger`. Null gives a sink that is silent.
[[nodiscard]] std::shared_ptr<log_sink> make_spdlog_sink(std::shared_ptr<spdlog::logger> logger);

}  // namespace dormouse
