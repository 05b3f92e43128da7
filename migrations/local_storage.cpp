#include "migrations/local_storage.hpp"

#include "migrations/deferred_work.hpp"

#include <dormouse/error.hpp>
#include <dormouse/storage_node.hpp>

#include <set>
#include <system_error>

namespace dormouse {
namespace {

/// A node would make a data directory of any other.
bool holds_data(const std::filesystem::path& directory) {
    std::error_code absent;
    if (std::filesystem::is_directory(directory / "log", absent)) {
        return true;
    }
    if (!std::filesystem::exists(directory, absent) ||
        std::filesystem::is_empty(directory, absent)) {
        return false;
    }
    throw error(errc::storage_failed,
                directory.string() + " is no data directory of a node: it has no log");
}

std::vector<object_key> find_objects(storage_node& node,
                                     const std::optional<std::string>& class_name) {
    std::vector<object_key> keys;
    node.visit({}, [&](const object_info& found) {
        if (!class_name || found.class_name == *class_name) {
            keys.push_back({found.class_name, found.id, found.metadata.name});
        }
    });
    return keys;
}

/// Folders that have become empty; what others have put there stays.
void remove_if_empty(const std::filesystem::path& class_directory) {
    std::error_code kept;
    std::vector<std::filesystem::path> shards;
    for (const auto& entry : std::filesystem::directory_iterator(class_directory, kept)) {
        shards.push_back(entry.path());
    }
    for (const auto& shard : shards) {
        if (std::filesystem::is_directory(shard, kept)) {
            std::filesystem::remove(shard, kept);
        }
    }
    std::filesystem::remove(class_directory, kept);
}

}  // namespace

std::vector<std::filesystem::path> purge_local_storage(const std::filesystem::path& directory,
                                                       const std::optional<std::string>& class_name,
                                                       const progress_listener& progress) {
    if (!holds_data(directory)) {
        return {};
    }
    std::set<std::string> purged;
    {
        deferred_work background;
        storage_options options;
        options.directory = directory;
        storage_node node(std::move(options), background);
        const auto keys = find_objects(node, class_name);
        std::uint64_t done = 0;
        for (const auto& key : keys) {
            node.destroy(key);
            background.run_all();
            purged.insert(key.class_name);
            if (progress) {
                progress("destroying objects", ++done, keys.size());
            }
        }
        background.run_all();
    }
    std::vector<std::filesystem::path> folders;
    for (const auto& name : purged) {
        folders.push_back(directory / name);
        remove_if_empty(folders.back());
        remove_if_empty(directory / "archive" / name);
    }
    return folders;
}

}  // namespace dormouse
