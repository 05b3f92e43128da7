// `./dev soak power --seeds N [--first S]`: the simulation of power losses with as many seeds as
// wanted.
#include "tests/storage/power_simulation.hpp"
#include "tests/support/command_line.hpp"

#include <cstdint>
#include <cstdio>

namespace {

unsigned long long printable(std::uint64_t number) {
    return number;
}

}  // namespace

int main(int argc, char** argv) {
    using dormouse::test::option;
    const auto seeds = option(argc, argv, "--seeds", 1'000);
    const auto first = option(argc, argv, "--first", 1);
    dormouse::test::power_result total;
    std::uint64_t failed = 0;
    for (auto seed = first; seed < first + seeds; ++seed) {
        const auto result = dormouse::test::simulate_power_losses(seed);
        total.crashes += result.crashes;
        total.commits += result.commits;
        total.restores += result.restores;
        total.wishes += result.wishes;
        total.swaps += result.swaps;
        total.adoptions += result.adoptions;
        total.recoveries_cut += result.recoveries_cut;
        total.kept_unacknowledged += result.kept_unacknowledged;
        total.lost_unacknowledged += result.lost_unacknowledged;
        if (!result.failure.empty()) {
            ++failed;
            std::printf("seed %llu: %s\n", printable(seed), result.failure.c_str());
        }
    }
    std::printf(
        "%llu commits, %llu restores, %llu of them wished for, %llu other swaps, %llu files "
        "adopted, %llu recoveries cut, unacknowledged: %llu kept, %llu lost\n",
        printable(total.commits), printable(total.restores), printable(total.wishes),
        printable(total.swaps), printable(total.adoptions), printable(total.recoveries_cut),
        printable(total.kept_unacknowledged), printable(total.lost_unacknowledged));
    std::printf("%llu seeds, %llu crashes, %llu failed\n", printable(seeds),
                printable(total.crashes), printable(failed));
    return failed == 0 ? 0 : 1;
}
