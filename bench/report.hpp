// What a benchmark found: printed for a reader, written as JSON for a program.
#pragma once

#include <string>
#include <vector>

namespace bench {

/// **Thread safety:** one thread.
class report {
public:
    void add(std::string name, double value, std::string unit);
    /// Prints the results; writes them to the file named behind `--json`, if there is one.
    /// Answers the program's exit code.
    [[nodiscard]] int finish(int argc, char** argv) const;

private:
    struct result {
        std::string name;
        double value;
        std::string unit;
    };
    std::vector<result> results_;
};

/// The middle one of several runs; of an even number, the lower.
[[nodiscard]] double median(std::vector<double> values);
/// The value below which `share` of the values lie.
[[nodiscard]] double quantile(std::vector<double> values, double share);

}  // namespace bench
