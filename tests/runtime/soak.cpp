// `./dev soak cells --seeds N [--first S]`: the simulation with as many seeds as wanted.
#include "tests/runtime/simulation.hpp"
#include "tests/support/command_line.hpp"

#include <cstdint>
#include <cstdio>

int main(int argc, char** argv) {
    using dormouse::test::option;
    const auto seeds = option(argc, argv, "--seeds", 100);
    const auto first = option(argc, argv, "--first", 1);
    const auto objects = option(argc, argv, "--objects", 1'000);
    std::size_t calls = 0;
    std::size_t crashes = 0;
    std::size_t failed = 0;
    std::size_t lives = 0;
    for (auto seed = first; seed < first + seeds; ++seed) {
        const auto result = dormouse::test::simulate({.seed = seed, .objects = objects});
        calls += result.calls;
        crashes += result.crashes;
        lives += result.lives;
        failed += result.violations.empty() ? 0 : 1;
        for (const auto& violation : result.violations) {
            std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
                        violation.c_str());
        }
    }
    std::printf("%zu calls, %zu lives\n", calls, lives);
    std::printf("%llu seeds, %zu crashes, %zu failed\n", static_cast<unsigned long long>(seeds),
                crashes, failed);
    return failed == 0 ? 0 : 1;
}
