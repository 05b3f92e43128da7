// Whoever develops wants to begin afresh at any moment, while the program runs. Nothing is deleted
// for that: in development the key of an object has a suffix, the epoch, and with another epoch
// every key is another object's.
#pragma once

#include <dormouse/timestamp.hpp>

#include <string>
#include <string_view>

namespace dormouse {

/// Milliseconds since 1970 in base 36.
[[nodiscard]] std::string make_epoch(timestamp moment);

/// The key by which development finds the object that a caller knows by `key`. Callers, clients
/// among them, never see it.
[[nodiscard]] std::string epoch_key(std::string_view key, std::string_view epoch);

}  // namespace dormouse
