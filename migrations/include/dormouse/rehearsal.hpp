// A migration that works on an empty database may fail on what a thousand tenants have put into
// theirs, and nobody knows before the release how long it will take. A rehearsal runs what is
// pending on copies of real objects, changes nothing, and says what would happen.
#pragma once

#include <dormouse/migration_file.hpp>
#include <dormouse/node_inspection.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dormouse {

struct rehearsal_request {
    /// A data directory that no node holds.
    std::filesystem::path directory;
    std::string class_name;
    /// Must outlive the rehearsal.
    std::span<const migration_file> migrations;
    /// At most so many objects, spread over all of them; 0: every one.
    std::size_t sample = 0;
    /// The objects as they were then; not given: as they are.
    std::optional<std::chrono::system_clock::time_point> at{};
    std::function<std::chrono::steady_clock::time_point()> ticks = std::chrono::steady_clock::now;
    std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
};

/// What went wrong in the same way in some objects, whatever the number of rows that each of them
/// counts.
struct rehearsed_failure {
    std::string cause;  ///< As the example tells it.
    std::size_t objects = 0;
    std::string example;  ///< One of them: its name, or its id when it has none.
};

/// How many objects took less than `below`, and not less than the bar before.
struct rehearsed_bar {
    std::chrono::microseconds below{};
    std::size_t objects = 0;
};

struct rehearsal_result {
    std::size_t objects = 0;    ///< Of the class.
    std::size_t rehearsed = 0;  ///< Of them.
    std::size_t left_out = 0;   ///< Whose state at the time asked for is not kept.
    std::size_t pending = 0;    ///< Had something to run, and ran it.
    std::size_t failed = 0;
    std::int64_t rows = 0;  ///< Inserted, updated or deleted by migrations, in all.
    /// Of the objects that had something to run: from the open database to the durable commit.
    std::chrono::microseconds p50{};
    std::chrono::microseconds p99{};
    std::chrono::microseconds max{};
    std::vector<rehearsed_bar> histogram;  ///< Each bar twice as wide as the one before.
    /// For all objects of the class, one after the other.
    std::chrono::microseconds projected{};
    std::vector<rehearsed_failure> failures;  ///< The most frequent first.

    /// Nothing failed. That is no answer where there are objects and none was rehearsed.
    [[nodiscard]] bool good() const { return failed == 0 && (rehearsed > 0 || objects == 0); }
};

/// Blocks. Takes room for one object at a time in the system's directory for temporary files, and
/// with `at` memory for every object that is rebuilt.
/// Errors: those of `node_inspection` and of a list of migrations that is none;
/// `errc::invalid_arguments` for a time in the future.
[[nodiscard]] rehearsal_result rehearse(const rehearsal_request& request,
                                        const progress_listener& progress = {});

}  // namespace dormouse
