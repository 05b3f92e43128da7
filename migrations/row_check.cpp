#include "migrations/row_check.hpp"

namespace dormouse {
namespace {
constexpr std::string_view prefix = "refuse where ";
}

std::string row_check_name(std::string_view problem) {
    return std::string(prefix).append(problem);
}

std::optional<std::string_view> checked_problem(std::string_view column_name) {
    if (!column_name.starts_with(prefix)) {
        return std::nullopt;
    }
    return column_name.substr(prefix.size());
}

std::string describe_refusal(std::string_view problem, std::int64_t rows) {
    return "refused, because " + std::string(problem) + " in " + std::to_string(rows) + " row(s)";
}

}  // namespace dormouse
