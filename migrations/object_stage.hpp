// What a migration does to an object is seen by letting it happen to a copy. The stage is a node of
// its own, which has one object at a time.
#pragma once

#include "migrations/deferred_work.hpp"

#include <dormouse/storage_node.hpp>

#include <filesystem>
#include <memory>

namespace dormouse {

/// A directory for temporary files, removed with everything in it.
class scratch_folder {
public:
    /// Errors: `errc::storage_failed`.
    scratch_folder();
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder();
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// **Thread safety:** one thread. **Lifetime:** every object has left before it goes.
class object_stage {
public:
    object_stage();
    object_stage(const object_stage&) = delete;
    object_stage& operator=(const object_stage&) = delete;

    /// Lets a copy of an object enter: the SQLite database in the file `copy`.
    [[nodiscard]] std::unique_ptr<object_storage> enter(const object_key& key,
                                                        const std::filesystem::path& copy);
    void leave(const object_key& key, std::unique_ptr<object_storage> object);

    [[nodiscard]] storage_node& node() noexcept { return node_; }
    /// Where the file of a copy may be until it enters.
    [[nodiscard]] std::filesystem::path copy() const { return folder_.path() / "copy.sqlite"; }

private:
    scratch_folder folder_;
    deferred_work background_;
    storage_node node_;
};

}  // namespace dormouse
