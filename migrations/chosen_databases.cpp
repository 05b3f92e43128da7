#include "migrations/chosen_databases.hpp"

#include <dormouse/error.hpp>
#include <dormouse/migration_hints.hpp>

#include <chrono>

namespace dormouse {
namespace {

std::string list_names(const auto& databases, auto name_of) {
    std::string names;
    for (const auto& database : databases) {
        names.append(names.empty() ? "" : ", ").append(name_of(database));
    }
    return names.empty() ? "none" : names;
}

}  // namespace

chosen_databases choose_databases(const project& in, std::string_view name) {
    chosen_databases chosen;
    for (const auto& database : in.databases) {
        if (name.empty() || database.name == name) {
            chosen.push_back(&database);
        }
    }
    if (chosen.empty() && !name.empty()) {
        throw error(errc::unknown_database,
                    "there is no database '" + std::string(name) + "'; there are: " +
                        list_names(in.databases, [](const auto& known) { return known.name; }));
    }
    return chosen;
}

chosen_databases choose_databases_with_tables(const project& in, std::string_view name,
                                              const step_log& log) {
    auto chosen = choose_databases(in, name);
    std::erase_if(chosen, [&](const auto* database) {
        const bool skipped = database->tables.empty();
        log.cli((skipped ? "Skipping " : "Working on ") + database->name +
                (skipped ? ": no tables declared" : ""));
        return skipped;
    });
    return chosen;
}

void require_one_database(const migration_hints& hints, const chosen_databases& chosen) {
    if (!hints.empty() && chosen.size() > 1) {
        throw error(errc::invalid_arguments,
                    "renames and fills tell of one database's tables; name it, one of: " +
                        list_names(chosen, [](const auto* known) { return known->name; }));
    }
}

timestamp now_in(const project& in) {
    return in.clock ? in.clock()
                    : std::chrono::floor<timestamp::duration>(std::chrono::system_clock::now());
}

}  // namespace dormouse
