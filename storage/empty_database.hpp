// What an object is before its first turn, and after it was emptied.
#pragma once

#include "storage/page.hpp"

namespace dormouse {

/// The one page of a database without tables.
[[nodiscard]] const page& empty_database();

}  // namespace dormouse
