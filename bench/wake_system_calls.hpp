// What the system alone takes of a wake, which no library can go below: the system calls that
// waking makes, without the library.
#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <string>
#include <vector>

namespace bench {

/// Opens the databases of objects one after the other as a runtime does whose connections are all
/// in use: each takes the place of another, whose file is closed.
class system_calls_of_a_wake {
public:
    /// Of the objects that a node keeps below `directory`.
    explicit system_calls_of_a_wake(const std::filesystem::path& directory);
    system_calls_of_a_wake(const system_calls_of_a_wake&) = delete;
    system_calls_of_a_wake& operator=(const system_calls_of_a_wake&) = delete;
    ~system_calls_of_a_wake();

    /// What each object took, in microseconds.
    [[nodiscard]] std::vector<double> time_each();

private:
    void wake(const std::string& path);

    std::vector<std::string> paths_;
    std::deque<int> opened_;
    std::vector<std::byte> beginning_;
    int events_;
};

}  // namespace bench
