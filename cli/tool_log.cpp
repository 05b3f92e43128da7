#include "cli/tool_log.hpp"

#include "cli/debug_selection.hpp"

#include <string>

namespace dormouse::cli {
namespace {

class tool_log final : public log_sink {
public:
    tool_log(std::ostream& to, std::string_view selection) : to_(&to), selection_(selection) {}

    void write(log_level level, std::string_view component,
               std::string_view text) noexcept override {
        if (level >= log_level::info || selects_logger(selection_, component)) {
            *to_ << component << ' ' << text << '\n';
        }
    }

private:
    std::ostream* to_;
    std::string selection_;
};

}  // namespace

std::shared_ptr<log_sink> make_tool_log(std::ostream& to, std::string_view selection) {
    return std::make_shared<tool_log>(to, selection);
}

}  // namespace dormouse::cli
