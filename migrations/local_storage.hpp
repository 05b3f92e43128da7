// An epoch leaves the objects of the one before where they are. When they are in the way, or too
// many, they are destroyed: not by removing files, of which the node's log and catalog would still
// speak, but by the node itself.
#pragma once

#include <dormouse/node_inspection.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dormouse {

/// Destroys every object of one class, or of all, with all its past, and removes the folders that
/// are then empty. Answers the folders of the classes. A data directory that does not exist, or is
/// empty, has none.
/// Errors: `errc::storage_locked` when a program holds the directory, naming it;
/// `errc::storage_failed`, when it is no node's data directory among others.
[[nodiscard]] std::vector<std::filesystem::path> purge_local_storage(
    const std::filesystem::path& directory, const std::optional<std::string>& class_name,
    const progress_listener& progress);

}  // namespace dormouse
