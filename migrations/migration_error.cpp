#include <dormouse/migration_error.hpp>

#include <utility>

namespace dormouse {
namespace {

constexpr std::size_t shown_statement_bytes = 200;

// An inline migration is named by its number, as do-orm does; a file by its name and chunk.
std::string title(const migration_failure& failure) {
    const auto& name = failure.name;
    const bool numbered = name.size() == 5 && name.front() == 'm' &&
                          name.find_first_not_of("0123456789", 1) == std::string::npos;
    if (numbered) {
        return "Migration " + std::to_string(std::stoi(name.substr(1))) + " failed";
    }
    return "Migration " + name + "[" + std::to_string(failure.chunk) + "] failed";
}

std::string describe(const migration_failure& failure) {
    auto text = title(failure);
    if (!failure.sql.empty()) {
        text += "\n  Statement";
        if (failure.statement > 0) {
            text += " " + std::to_string(failure.statement);
        }
        text += ": " + failure.sql.substr(0, shown_statement_bytes);
        text += failure.sql.size() > shown_statement_bytes ? "…" : "";
    }
    text += "\n  Error: " + failure.cause;
    text += "\n  State: " + std::to_string(failure.applied_before) +
            " migration(s) were applied before this attempt";
    return text;
}

}  // namespace

migration_error::migration_error(migration_failure failure)
    : error(errc::migration_failed, describe(failure)), failure_(std::move(failure)) {}

}  // namespace dormouse
