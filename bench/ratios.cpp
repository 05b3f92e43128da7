#include "bench/ratios.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

namespace bench {
namespace {

/// Collects the time of every repetition instead of printing it.
class collector final : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context& /*context*/) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const auto& run : runs) {
            if (run.run_type == Run::RT_Iteration) {
                times[run.run_name.function_name].push_back(run.GetAdjustedRealTime());
            }
        }
    }
    std::map<std::string, std::vector<double>> times;
};

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace

int run_with_ratios(int argc, char** argv, int operations,
                    const std::vector<std::pair<std::string, std::string>>& pairs) {
    constexpr int rounds = 9;
    benchmark::Initialize(&argc, argv);
    collector results;
    for (int round = 0; round < rounds; ++round) {
        benchmark::RunSpecifiedBenchmarks(&results);
    }
    benchmark::Shutdown();
    for (const auto& [name, times] : results.times) {
        std::printf("%-28s %10.0f ns (median of %zu)\n", name.c_str(), median(times) / operations,
                    times.size());
    }
    for (const auto& [name, yardstick] : pairs) {
        const auto base = median(results.times[yardstick]);
        std::printf("%s/ratio %.2f\n", name.c_str(),
                    base > 0 ? median(results.times[name]) / base : 0.0);
    }
    return 0;
}

}  // namespace bench
