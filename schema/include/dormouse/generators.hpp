// A column's default may need the clock or randomness, and a test must be able to repeat both.
// Generators therefore ask a context, which the runtime ties to its own clock and its own random
// source.
//
// A generator is any default-constructible callable that takes `generator_context&` or nothing, for
// example a lambda without captures. It runs once per row written.
#pragma once

#include <dormouse/timestamp.hpp>

#include <cstdint>
#include <string>

namespace dormouse {

/// The clock and the random source of one object.
///
/// **Thread safety:** actor-confined.
class generator_context {
public:
    [[nodiscard]] virtual timestamp now() = 0;
    /// 64 uniformly random bits.
    [[nodiscard]] virtual std::uint64_t random() = 0;

protected:
    ~generator_context() = default;
};

struct uuid_generator {
    [[nodiscard]] std::string operator()(generator_context& context) const;
};

struct now_generator {
    [[nodiscard]] timestamp operator()(generator_context& context) const { return context.now(); }
};

/// A random (version 4) UUID in lower case.
inline constexpr uuid_generator uuid{};

/// The current time.
inline constexpr now_generator now{};

}  // namespace dormouse
