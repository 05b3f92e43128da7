#include "bench/report.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <utility>

namespace bench {

void report::add(std::string name, double value, std::string unit) {
    results_.push_back({std::move(name), value, std::move(unit)});
}

int report::finish(int argc, char** argv) const {
    for (const auto& found : results_) {
        std::printf("%-32s %14.3f %s\n", found.name.c_str(), found.value, found.unit.c_str());
    }
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::string_view(argv[i]) != "--json") {
            continue;
        }
        std::ofstream file(argv[i + 1]);
        file << R"({"results":[)";
        const char* separator = "";
        for (const auto& found : results_) {
            file << std::exchange(separator, ",") << R"({"name":")" << found.name << R"(","value":)"
                 << found.value << R"(,"unit":")" << found.unit << "\"}";
        }
        file << "]}\n";
        if (!file.flush()) {
            std::fprintf(stderr, "cannot write %s\n", argv[i + 1]);
            return 1;
        }
    }
    return 0;
}

double quantile(std::vector<double> values, double share) {
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(rank));
    return values[rank];
}

double median(std::vector<double> values) {
    return quantile(std::move(values), 0.5);
}

}  // namespace bench
