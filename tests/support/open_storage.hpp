// A storage node for tests that drive its background themselves.
#pragma once

#include "tests/support/temporary_directory.hpp"

#include <dormouse/storage_node.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace dormouse::test {

/// Keeps background work until it is run.
class queued_background final : public background_runner {
public:
    void run_later(background_lane /*lane*/, std::function<void()> work) override {
        work_.push_back(std::move(work));
    }
    void run_some(int steps) {
        for (; steps > 0 && !work_.empty(); --steps) {
            run_next();
        }
    }
    void run_all() {
        while (!work_.empty()) {
            run_next();
        }
    }

private:
    void run_next() {
        auto next = std::move(work_.front());
        work_.pop_front();
        next();
    }

    std::deque<std::function<void()>> work_;
};

struct open_storage {
    explicit open_storage(std::shared_ptr<disk> on = {}) { start(std::move(on)); }

    void start(std::shared_ptr<disk> on) {
        storage_options options;
        options.directory = directory.path();
        options.on = std::move(on);
        options.segment_bytes = std::uint64_t{64} * 1024;
        node = std::make_unique<storage_node>(std::move(options), background);
    }

    [[nodiscard]] std::unique_ptr<object_storage> open(char digit = 'a') const {
        return node->open({"Test", std::string(64, digit), "name"});
    }

    temporary_directory directory;
    queued_background background;
    std::unique_ptr<storage_node> node;
};

}  // namespace dormouse::test
