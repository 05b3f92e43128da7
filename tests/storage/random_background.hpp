// Background work that runs when a test says so, in an order drawn from a seed.
#pragma once

#include <dormouse/storage_node.hpp>

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <random>
#include <utility>

namespace dormouse::test {

/// Runs background work in an order drawn from a seed, each lane in its own order.
class random_background final : public background_runner {
public:
    explicit random_background(std::mt19937_64& random) : random_(&random) {}

    void run_later(background_lane lane, std::function<void()> work) override {
        lanes_.at(static_cast<std::size_t>(lane)).push_back(std::move(work));
    }

    bool run_step() {
        const auto first = (*random_)() % lanes_.size();
        for (std::size_t i = 0; i < lanes_.size(); ++i) {
            auto& lane = lanes_.at((first + i) % lanes_.size());
            if (!lane.empty()) {
                const auto work = std::move(lane.front());
                lane.pop_front();
                work();
                return true;
            }
        }
        return false;
    }

    void clear() { lanes_ = {}; }

private:
    std::mt19937_64* random_;
    std::array<std::deque<std::function<void()>>, 2> lanes_;
};

}  // namespace dormouse::test
