// Everything a runtime can be told when it starts, in one place.
#pragma once

#include <dormouse/databases.hpp>
#include <dormouse/log.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <type_traits>
#include <typeindex>

namespace dormouse {

/// Only development serves what is meant for developers.
enum class runtime_mode : std::uint8_t { production, development };

/// Development when the environment variable DORMOUSE_MODE is "development"; production when it is
/// that, or empty, or not there. Errors: `errc::invalid_arguments` for anything else.
[[nodiscard]] runtime_mode mode_from_environment();

/// What the environment variable DORMOUSE_CACHE names, as `<program>-db watch` does, else
/// `.dormouse` in the folder the program runs in.
[[nodiscard]] std::filesystem::path cache_from_environment();

/// A reference to the embedding program's own services, found again by type with
/// `context::env<T>()`.
class environment_reference {
public:
    environment_reference() = default;
    template <class T>
    requires(!std::is_const_v<T> && !std::is_same_v<T, environment_reference>)
        environment_reference(T& services)
    noexcept : address_(&services), type_(typeid(T)) {}

    [[nodiscard]] void* address() const noexcept { return address_; }
    [[nodiscard]] std::type_index type() const noexcept { return type_; }

private:
    void* address_ = nullptr;
    std::type_index type_ = typeid(void);
};

struct runtime_options {
    std::span<const database_entry> databases{};  ///< `dormouse::databases()`
    std::filesystem::path directory = "data";     ///< Held by this process alone.
    runtime_mode mode = mode_from_environment();
    /// Where the commands keep what was pushed, and the epoch; read in development only.
    std::filesystem::path cache = cache_from_environment();
    bool is_default = true;  ///< Calls that name no runtime come here.

    std::size_t loops = 1;
    std::size_t threads_per_loop = 0;  ///< 0: one for each core.

    std::chrono::milliseconds idle_timeout{10'000};  ///< An object without work sleeps this long
                                                     ///< after its last answer.
    std::size_t awake_objects_max = 10'000;  ///< Above, the least recently used idle ones sleep.
    std::uint32_t calls_per_object_max = 1'000;  ///< Further calls fail with `errc::overloaded`.
    std::chrono::milliseconds shutdown_grace{
        10'000};  ///< How long stopping waits for calls to end.

    std::chrono::milliseconds maintenance_grace{
        10'000};  ///< How long an object's calls may go on when it is to be restored, say.

    environment_reference env{};      ///< Outlives the runtime.
    std::shared_ptr<log_sink> log{};  ///< Null is silent.
};

}  // namespace dormouse
