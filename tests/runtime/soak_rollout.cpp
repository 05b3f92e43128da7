// `./dev soak rollout --seeds N [--first S] [--objects N]`: the rollout with as many seeds as
// wanted.
#include "tests/runtime/rollout.hpp"
#include "tests/support/command_line.hpp"

#include <cstdint>
#include <cstdio>

int main(int argc, char** argv) {
    using dormouse::test::option;
    const auto seeds = option(argc, argv, "--seeds", 10);
    const auto first = option(argc, argv, "--first", 1);
    const auto objects = option(argc, argv, "--objects", 1'000);
    std::size_t crashes = 0;
    std::size_t interrupted = 0;
    std::size_t failed = 0;
    for (auto seed = first; seed < first + seeds; ++seed) {
        const auto result =
            dormouse::test::roll_out({.seed = seed, .objects = objects, .power_losses = 20});
        crashes += result.crashes;
        interrupted += result.interrupted;
        failed += result.violations.empty() ? 0 : 1;
        for (const auto& violation : result.violations) {
            std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
                        violation.c_str());
        }
    }
    std::printf("%llu seeds, %zu crashes, %zu calls cut off, %zu failed\n",
                static_cast<unsigned long long>(seeds), crashes, interrupted, failed);
    return failed == 0 ? 0 : 1;
}
