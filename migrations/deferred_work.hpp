// Work in the background of a storage node that nobody waits for: whoever owns the node runs it
// when it suits.
#pragma once

#include <dormouse/storage_node.hpp>

#include <deque>
#include <functional>
#include <utility>

namespace dormouse {

/// **Thread safety:** one thread. **Lifetime:** outlives the node; run everything before it goes.
class deferred_work final : public background_runner {
public:
    void run_later(background_lane /*lane*/, std::function<void()> work) override {
        work_.push_back(std::move(work));
    }
    void run_all() {
        while (!work_.empty()) {
            auto next = std::move(work_.front());
            work_.pop_front();
            next();
        }
    }

private:
    std::deque<std::function<void()>> work_;
};

}  // namespace dormouse
