// SQLite does not look into a trigger or a view when a table that it uses is dropped and made anew.
// One that uses a column which is no more is noticed by the first statement that sets it off: a
// program's own INSERT.
#pragma once

#include "migrations/attached_objects.hpp"

#include <dormouse/lease.hpp>

#include <optional>
#include <string>
#include <vector>

namespace dormouse {

struct broken_object {
    attached_object object;
    std::string cause;  ///< "no such column: bio"
};

/// What SQLite says of a view, or of a trigger and others of its table; nothing when they can run,
/// and of an index.
[[nodiscard]] std::optional<std::string> complaint_about(lease& turn,
                                                         const attached_object& object);

/// The views and triggers that cannot run. Triggers are taken away and made again to find out, so
/// that none is blamed for another: for a scratch database.
[[nodiscard]] std::vector<broken_object> find_broken_objects(lease& turn);

}  // namespace dormouse
