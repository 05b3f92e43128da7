// A library is a guest in someone's process: it prints nothing. It tells the embedding program's
// log what an operator should know, through an interface that names no logging library.
#pragma once

#include <cstdint>
#include <string_view>

namespace dormouse {

enum class log_level : std::uint8_t { debug, info, warning, error };

/// Receives what the runtime has to say.
///
/// **Thread safety:** thread-safe. **Lifetime:** outlives the runtime it was given to.
class log_sink {
public:
    virtual ~log_sink() = default;
    /// `component` says which part speaks, for example "migrations". Must not throw.
    virtual void write(log_level level, std::string_view component,
                       std::string_view text) noexcept = 0;
};

}  // namespace dormouse
