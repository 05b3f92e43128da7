// What a migration does is known only by running it. A scratch database is an empty object of the
// very storage that objects live in, with its settings and its rules of what SQL may do, and gone
// afterwards.
#pragma once

#include <dormouse/lease.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// **Thread safety:** actor-confined. **Errors:** `errc::storage_failed` when the directory for
/// temporary files cannot be used.
class scratch_database {
public:
    scratch_database();
    scratch_database(const scratch_database&) = delete;
    scratch_database& operator=(const scratch_database&) = delete;
    ~scratch_database();

    /// One turn, from beginning to end; foreign keys are not enforced in it.
    [[nodiscard]] lease& turn();

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace dormouse
