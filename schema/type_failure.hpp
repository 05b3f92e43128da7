// A failed check, and how it reads.
#pragma once

#include <dormouse/detail/argument_values.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse::detail {

struct path_step {
    std::string_view key;
    std::size_t element = 0;
    bool is_element = false;
};
using value_path = std::vector<path_step>;

/// `a.b[0]["c d"]`
[[nodiscard]] std::string text_of(const value_path& path);

enum class failure_kind : std::uint8_t { single, united, several };

/// One value that does not fit. Of a union that failed: why each branch did. Of a place that failed
/// several checks: each of them.
struct failure {
    failure_kind kind = failure_kind::single;
    value_path path;
    std::string expected;
    std::string actual;
    std::string problem;  ///< Instead of "must be EXPECTED (was ACTUAL)".
    std::vector<failure> parts;
    argument_value data;

    /// A value that can be nothing at all.
    [[nodiscard]] bool is_never() const { return kind == failure_kind::united && parts.empty(); }
    [[nodiscard]] std::string expected_text() const;
    [[nodiscard]] std::string actual_text() const;
    [[nodiscard]] std::string message() const;
};

/// The failures of one check: one for each place, in the order in which places failed first. A
/// caller decides how many there could be, so only the first hundred are kept.
class failure_list {
public:
    static constexpr std::size_t kept_max = 100;

    /// `current` is where the check stands, `data` the value there.
    void add(failure added, const value_path& current, const argument_value& data);
    /// Those that were not kept count too.
    [[nodiscard]] std::size_t count() const { return count_; }
    /// There was one more than is kept: looking for others is of no use.
    [[nodiscard]] bool overflowed() const { return count_ > kept_max; }
    /// The place failed, or one around it or within it.
    [[nodiscard]] bool affects(const value_path& path) const;
    [[nodiscard]] std::string text() const;

private:
    std::vector<failure> list_;
    std::map<std::string, std::size_t, std::less<>> at_place_;  // where in the list
    std::size_t count_ = 0;
};

/// The value as JavaScript code would write it, for messages.
[[nodiscard]] std::string printed(const argument_value& value);

}  // namespace dormouse::detail
