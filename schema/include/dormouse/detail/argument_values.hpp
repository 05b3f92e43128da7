// Arguments without their C++ types: what JSON or a struct of arguments held, to be checked by code
// that is compiled once.
#pragma once

#include <dormouse/detail/type_expression.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse::detail {

/// Memory that is given out piece by piece and goes as a whole. Moving it moves nothing that was
/// given out.
///
/// **Thread safety:** value.
class memory_block {
public:
    /// Makes room for `size` bytes at once.
    void reserve(std::size_t size);
    [[nodiscard]] std::byte* allocate(std::size_t size, std::size_t alignment);
    [[nodiscard]] std::string_view copy(std::string_view text);

    template <class T>
    [[nodiscard]] std::span<T> allocate_array(std::size_t count) {
        T* first = reinterpret_cast<T*>(allocate(count * sizeof(T), alignof(T)));
        std::uninitialized_value_construct_n(first, count);
        return {first, count};
    }

private:
    std::unique_ptr<std::byte[]> current_;
    std::size_t used_ = 0;
    std::size_t size_ = 0;
    std::vector<std::unique_ptr<std::byte[]>> full_;
};

enum class argument_kind : std::uint8_t {
    missing,
    null,
    boolean,
    number,
    string,
    date,
    array,
    other
};

struct argument_value {
    argument_kind kind = argument_kind::missing;
    bool truth = false;
    bool exact = false;  ///< `integer` is the number, or the date in milliseconds.
    double number = 0;
    std::int64_t integer = 0;
    std::string_view text;
    std::span<const argument_value> elements;
    std::string_view raw;  ///< The JSON it came from; empty when it came from C++.
};

struct argument_field {
    std::string_view name;
    const type_expression* expression;
};

/// Reads the members called like `fields` into `values`, then checks them all.
/// Errors: `errc::invalid_arguments` with one line per problem; `errc::invalid_request` for text
/// that is not JSON.
void read_arguments(std::string_view json, std::span<const argument_field> fields,
                    std::span<argument_value> values, memory_block& memory);

/// Errors: `errc::invalid_arguments` with one line per problem.
void check_arguments(std::span<const argument_field> fields,
                     std::span<const argument_value> values);

}  // namespace dormouse::detail
