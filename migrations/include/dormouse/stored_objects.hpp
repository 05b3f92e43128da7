// Objects migrate by themselves, each when it wakes. Of a node that is stopped somebody may want to
// know what its objects are going to do, before a release is started on them; and may have to tell
// them that their tables, made in another way, need not be made again.
#pragma once

#include <dormouse/migration_file.hpp>
#include <dormouse/migration_status.hpp>
#include <dormouse/node_inspection.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// Objects of one class in a data directory, and the migrations their program has.
///
/// **Thread safety:** value. **Lifetime:** `migrations` outlives the functions it is given to.
struct stored_objects {
    std::filesystem::path directory;  ///< That no node holds.
    std::string class_name;
    std::span<const migration_file> migrations;
    std::string instance{};  ///< The name, or the id, of one of them; empty: all.
};

/// What an object would do at its next wake.
struct object_plan {
    std::string object;   ///< Its name, or its id when it has none.
    std::string reached;  ///< The last migration it has seen; empty: none.
    migration_plan plan;
    std::string problem;  ///< Why that wake will fail, if that is known without running anything.
};

/// Objects that would do the same.
struct planned_group {
    std::string reached;
    std::string adopted_journal;
    std::vector<std::string> adopted;
    std::vector<std::string> pending;  ///< Migrations, in order.
    std::size_t chunks = 0;            ///< Of them.
    std::string problem;
    std::size_t objects = 0;
    std::string example;  ///< One of them.
};

// These change nothing. They block, and take room for one object at a time in the system's
// directory for temporary files.
// Errors: those of `node_inspection`; `errc::invalid_id` when there is no such object;
// `errc::invalid_arguments` for a list of migrations that is none.

/// Calls `found` for each object, in the order of ids.
void visit_plans(const stored_objects& objects,
                 const std::function<void(const object_plan&)>& found,
                 const progress_listener& progress = {});

/// The same, put together: those that have come furthest last.
[[nodiscard]] std::vector<planned_group> group_plans(const stored_objects& objects,
                                                     const progress_listener& progress = {});

/// What became of an object that was to take a baseline.
struct object_baseline {
    std::string object;
    std::vector<std::string> recorded;  ///< Migrations; none when it had seen them already.
    std::string refusal;                ///< Why nothing was recorded; empty: it was.
};

/// Records in each object every migration up to `last` as applied, without running anything, as
/// `object_admin::baseline` does. An object that is refused keeps no other from its baseline. Opens
/// the data directory as a node does.
/// Errors: `errc::invalid_arguments` when there is no such migration, naming those there are;
/// `errc::storage_locked`, `errc::storage_failed`, `errc::storage_full`; `errc::invalid_id`.
[[nodiscard]] std::vector<object_baseline> record_baselines(const stored_objects& objects,
                                                            std::string_view last,
                                                            const progress_listener& progress = {});

/// What `record_baselines` would answer, found out on copies: changes nothing. Takes room for one
/// object at a time in the system's directory for temporary files.
[[nodiscard]] std::vector<object_baseline> preview_baselines(
    const stored_objects& objects, std::string_view last, const progress_listener& progress = {});

}  // namespace dormouse
