// What a node knows about an object without opening its database: enough to find it by name, to
// know when it must wake, and to see which objects are broken. It is committed together with the
// object's pages, but lives outside of them, so that going back in time does not change it.
#pragma once

#include <dormouse/bookmark.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace dormouse {

enum class object_state : std::uint8_t {
    active = 0,
    quarantined = 1  ///< Its migrations failed too often.
};

/// **Thread safety:** value.
struct object_metadata {
    std::string name;     ///< What the object was called when first woken; may be empty.
    std::string version;  ///< Digest of the migrations it has run; empty: none.
    std::optional<std::chrono::system_clock::time_point> next_alarm{};  ///< In milliseconds.
    object_state state = object_state::active;
    std::uint32_t migration_attempts = 0;  ///< Begun in a row without success.
    std::string migration_error{};         ///< Of the last that failed.
    std::string attempted_version{};       ///< The version that these attempts were to reach.
    std::optional<std::chrono::system_clock::time_point> last_attempt{};  ///< In milliseconds.
    std::optional<bookmark> before_migration{};  ///< The end of what the first of them found.
    /// The sequence number up to which nothing but attempts has changed the database since they
    /// applied something, while they are neither finished nor undone; 0: there are none.
    std::uint32_t migration_reached = 0;

    bool operator==(const object_metadata&) const = default;
};

}  // namespace dormouse
