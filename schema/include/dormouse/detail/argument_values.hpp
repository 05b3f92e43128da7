// Arguments without their C++ types: what JSON or a struct of arguments held, to be checked by code
// that is compiled once.
#pragma once

#include <dormouse/detail/json_reader.hpp>

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

    /// The same for values that need something to begin with.
    template <class T, class Make>
    [[nodiscard]] std::span<T> allocate_array_of(std::size_t count, Make make) {
        T* first = reinterpret_cast<T*>(allocate(count * sizeof(T), alignof(T)));
        for (std::size_t i = 0; i < count; ++i) {
            std::construct_at(first + i, make());
        }
        return {first, count};
    }

private:
    std::unique_ptr<std::byte[]> current_;
    std::size_t used_ = 0;
    std::size_t size_ = 0;
    std::vector<std::unique_ptr<std::byte[]>> full_;
};

enum class argument_kind : std::uint8_t {
    missing,  ///< Not there at all; as a member's value, JavaScript's undefined.
    null,
    boolean,
    number,
    string,
    date,  ///< `number` is its milliseconds since 1970; from a struct, or made of a text by a
           ///< morph.
    url,   ///< `text` is the address; made of a text by a morph.
    array,
    object
};

struct argument_member;

struct argument_value {
    argument_kind kind = argument_kind::missing;
    bool truth = false;
    bool exact = false;  ///< `integer` is the number, or the date in milliseconds.
    double number = 0;
    std::int64_t integer = 0;
    std::string_view text{};
    std::span<argument_value> elements{};
    std::span<argument_member> members{};  ///< In JavaScript's order, each key once.
    std::string_view raw{};  ///< The JSON it came from; empty when it came from C++ or was changed.
};

struct argument_member {
    std::string_view key;
    argument_value value;
};

/// The value of the JSON text that comes next, without its types.
[[nodiscard]] argument_value read_argument(json_reader& reader, memory_block& memory);

/// The value as JSON; as it stood, where nothing changed it.
void append_argument(std::string& out, const argument_value& value);

}  // namespace dormouse::detail
