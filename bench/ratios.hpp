// A single number in nanoseconds says more about the machine than about the code. These benchmarks
// report medians of interleaved repetitions, and ratios to a yardstick measured in the same run.
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

namespace bench {

/// Runs the registered benchmarks and prints, per operation, the median of each and `<name>/ratio`
/// for each (benchmark, yardstick) pair. `operations` is how many operations one iteration does.
int run_with_ratios(int argc, char** argv, int operations,
                    const std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace bench
