// Reads everything in a data directory and compares it with everything else that is there.
#pragma once

#include "storage/scratch_node.hpp"

#include <dormouse/node_inspection.hpp>

#include <functional>
#include <string>
#include <vector>

namespace dormouse {

/// Who hears what is found, and how far it has come.
struct verification_listeners {
    std::function<void(const finding&)> found;
    progress_listener progress;
};

/// **Thread safety:** confined.
class node_verification {
public:
    node_verification(disk& on, std::string root, verification_listeners listeners);

    void check_log();
    [[nodiscard]] bool log_is_sound() const noexcept { return log_is_sound_; }
    /// Whether the catalog is sound enough to compare everything else with it.
    void check_catalog(scratch_node& node);
    void check_objects();
    void check_archives();
    void report_damage(const std::string& path, const std::string& text);

    [[nodiscard]] const verification& result() const noexcept { return result_; }

private:
    struct shard {
        std::string class_name;
        std::string path;
        std::vector<std::string> names;
    };

    [[nodiscard]] std::vector<shard> find_shards(const std::string& directory) const;
    void check_row(const catalog_row& row);
    void check_object(const object_identity& object, const std::string& path);
    void compare(const catalog_row& row, const std::string& path);
    void check_archive_file(const shard& in, const std::string& name);
    void check_archived_log(const std::string& path, const binary_id& id, const generation* known);
    void report(finding_kind kind, const std::string& path, const std::string& text);
    void report_progress(std::string_view stage, std::uint64_t done, std::uint64_t total) const;

    disk* disk_;
    std::string root_;
    verification_listeners listeners_;
    verification result_;
    bool log_is_sound_ = true;
    catalog* known_ = nullptr;  // once it has been found sound
};

}  // namespace dormouse
