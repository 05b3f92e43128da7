// `_snapshot.json`, in the form of Drizzle's SQLite snapshots, version 6.
#pragma once

#include "migrations/snapshot.hpp"

#include <string>
#include <string_view>

namespace dormouse {

/// Indented by two spaces, as Drizzle writes it.
[[nodiscard]] std::string to_snapshot_json(const schema_snapshot& snapshot);

/// Reads what `to_snapshot_json` or Drizzle wrote. Keys it does not know are passed over.
/// Errors: `errc::invalid_request`, saying what is wrong with the text.
[[nodiscard]] schema_snapshot parse_snapshot_json(std::string_view text);

/// Tells one schema from another, as durable-db's state does: 32 bits over the JSON of tables,
/// views and enums, in base 36.
[[nodiscard]] std::string hash_schema(const schema_snapshot& snapshot);

}  // namespace dormouse
