// What a node knows after its start, without the node: recovery has run, nothing is going to be
// committed.
#pragma once

#include "storage/connection_pool.hpp"
#include "storage/history.hpp"
#include "storage/object_image.hpp"
#include "storage/recovered_catalog.hpp"

#include <optional>
#include <string>

namespace dormouse {

/// **Thread safety:** confined. **Lifetime:** shorter than that of `on`, which it writes to.
/// **Errors:** `errc::storage_failed`.
class scratch_node {
public:
    scratch_node(disk& on, const std::string& root);

    [[nodiscard]] catalog& known() noexcept { return *catalog_; }
    [[nodiscard]] history& past() noexcept { return past_; }
    [[nodiscard]] const recovery_report& recovered() const noexcept { return report_; }

private:
    recovery_report report_;
    commit_log log_;
    history past_;
    image_services services_;
    dirty_images dirty_;  // its images use the services when they go
    std::optional<catalog> catalog_;
};

}  // namespace dormouse
