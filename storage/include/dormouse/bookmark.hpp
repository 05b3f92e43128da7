// A moment in one object's past, to which the object can be taken back.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace dormouse {

/// The end of one turn of one object. Later bookmarks of an object compare greater, as do their
/// texts.
///
/// **Thread safety:** value.
struct bookmark {
    std::uint64_t incarnation =
        0;                       ///< Which life of the object: it may be destroyed and recreated.
    std::uint32_t sequence = 0;  ///< Counts the commits of that life.
    std::uint64_t position = 0;  ///< A place in the commit log that is not behind the turn.
    std::uint32_t check = 0;     ///< Tells bookmarks of different objects apart.

    friend auto operator<=>(const bookmark&, const bookmark&) = default;
};

/// "iiiiiiiiiiiiiiii-ssssssss-pppppppppppppppp-cccccccc", in hexadecimal digits.
[[nodiscard]] std::string to_string(const bookmark& mark);

/// Errors: `errc::invalid_bookmark`.
[[nodiscard]] bookmark parse_bookmark(std::string_view text);

}  // namespace dormouse
