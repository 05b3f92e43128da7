#include <dormouse/spdlog_sink.hpp>

#include <spdlog/logger.h>

#include <utility>

namespace dormouse {
namespace {

spdlog::level::level_enum level_for(log_level level) {
    switch (level) {
        case log_level::debug:
            return spdlog::level::debug;
        case log_level::info:
            return spdlog::level::info;
        case log_level::warning:
            return spdlog::level::warn;
        case log_level::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

class spdlog_sink final : public log_sink {
public:
    explicit spdlog_sink(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}

    void write(log_level level, std::string_view component,
               std::string_view text) noexcept override {
        if (logger_ != nullptr) {
            logger_->log(level_for(level), "[{}] {}", component,
                         text);  // spdlog reports its own failures
        }
    }

private:
    std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace

std::shared_ptr<log_sink> make_spdlog_sink(std::shared_ptr<spdlog::logger> logger) {
    return std::make_shared<spdlog_sink>(std::move(logger));
}

}  // namespace dormouse
