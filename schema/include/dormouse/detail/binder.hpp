// Gives a statement its parameters, in order. Bound text is not copied by SQLite, so what is made
// only for the binding is kept here until the statement is done.
#pragma once

#include <dormouse/detail/argument_values.hpp>
#include <dormouse/statement.hpp>
#include <dormouse/timestamp.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace dormouse::detail {

/// Text and blobs made for one binding. **Lifetime:** outlives the statement's run; does not move.
class bound_memory {
public:
    bound_memory() = default;
    bound_memory(const bound_memory&) = delete;
    bound_memory& operator=(const bound_memory&) = delete;

    [[nodiscard]] std::string_view keep(std::string_view text);

private:
    std::array<char, 128> near_;  // two generated ids and two timestamps fit
    std::size_t used_ = 0;
    memory_block far_;
};

/// Whether a value outlives the statement, or must be copied to do so.
enum class value_life : std::uint8_t { outlives_statement, ends_now };

/// Texts that mean one moment differ by their fraction; they sort from the first to the last.
enum class moment_form : std::uint8_t { first, last };

/// **Thread safety:** actor-confined. **Lifetime:** shorter than the statement and the memory.
class binder {
public:
    binder(statement& target, bound_memory& memory) : target_(&target), memory_(&memory) {}

    void null();
    void integer(std::int64_t value);
    /// Errors: `errc::invalid_arguments` when SQLite has no integer this large.
    void unsigned_integer(std::uint64_t value);
    void real(double value);
    void text(std::string_view value, value_life life = value_life::outlives_statement);
    void blob(std::span<const std::byte> value, value_life life = value_life::outlives_statement);
    void moment(timestamp value);
    void moment(timestamp_seconds value);
    /// The first or last of the texts that a column of such moments reads as `value`.
    void moment(timestamp value, moment_form form);
    void moment(timestamp_seconds value, moment_form form);
    /// For a column of integers. Errors: `errc::invalid_arguments` when the value has a fraction.
    void whole_number(double value);
    /// Errors: `errc::invalid_arguments` when `name` is empty: the value has no name.
    void enumerator(std::string_view name);

    /// Errors: `errc::invalid_arguments` unless the statement has this many parameters.
    void expect_parameters(int count) const;

private:
    statement* target_;
    bound_memory* memory_;
    int parameter_ = 0;
};

}  // namespace dormouse::detail
