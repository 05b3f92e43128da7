// What the host stands on: threads and real time in production, a seeded scheduler with virtual
// time in tests. The host itself cannot tell which.
#pragma once

#include <dormouse/clock.hpp>
#include <dormouse/storage_node.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>

namespace dormouse {

/// **Thread safety:** thread-safe. **Lifetime:** outlives the host.
class environment : public background_runner {
public:
    [[nodiscard]] virtual std::size_t loop_count() const noexcept = 0;
    [[nodiscard]] virtual boost::asio::any_io_executor loop(std::size_t index) = 0;
    [[nodiscard]] virtual std::size_t threads_per_loop() const noexcept = 0;
    [[nodiscard]] virtual dormouse::clock& clock() noexcept = 0;
    /// 64 uniformly random bits.
    [[nodiscard]] virtual std::uint64_t random() = 0;

protected:
    ~environment() = default;
};

}  // namespace dormouse
