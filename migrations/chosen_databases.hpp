// Which databases of a project a command works on, and what it says while it does.
#pragma once

#include <dormouse/project.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

struct migration_hints;

/// Tells a project's log what a command does, step by step.
///
/// **Thread safety:** one thread. **Lifetime:** shorter than the project's.
class step_log {
public:
    step_log(const project& in, bool verbose)
        : to_(in.log.get()), level_(verbose ? log_level::info : log_level::debug) {}

    void cli(std::string_view text) const { write("database:cli", text); }
    void migrations(std::string_view text) const { write("database:migrations", text); }

private:
    void write(std::string_view component, std::string_view text) const {
        if (to_ != nullptr) {
            to_->write(level_, component, text);
        }
    }

    log_sink* to_;
    log_level level_;
};

using chosen_databases = std::vector<const declared_database*>;

/// The one called `name`, or all when it is empty.
/// Errors: `errc::unknown_database` listing those there are.
[[nodiscard]] chosen_databases choose_databases(const project& in, std::string_view name);

/// Those of them that have tables: of others nothing can be migrated.
[[nodiscard]] chosen_databases choose_databases_with_tables(const project& in,
                                                            std::string_view name,
                                                            const step_log& log);

/// Hints tell of one database's tables.
/// Errors: `errc::invalid_arguments` when there are hints and several databases.
void require_one_database(const migration_hints& hints, const chosen_databases& chosen);

[[nodiscard]] timestamp now_in(const project& in);

}  // namespace dormouse
