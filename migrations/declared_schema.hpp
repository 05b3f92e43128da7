// Constants of a program describe its tables, and a compiler does not read the SQL in them. Whether
// SQLite can create what they declare is found out before anything is made of it.
#pragma once

#include <dormouse/project.hpp>

namespace dormouse {

/// Errors: `errc::migration_failed` when the tables cannot be created on an empty database, naming
/// the statement, or when one refers to a table that is not among them.
void require_creatable(const declared_database& database);

}  // namespace dormouse
