#include "schema/argument_check.hpp"

#include <dormouse/detail/argument_values.hpp>
#include <dormouse/detail/json_text.hpp>
#include <dormouse/error.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace dormouse::detail {
namespace {

std::string_view read_text(json_reader& reader, memory_block& memory) {
    if (auto plain = reader.read_plain_string()) {
        return memory.copy(*plain);
    }
    std::string decoded;
    reader.read_string(decoded);
    return memory.copy(decoded);
}

argument_value read_value(json_reader& reader, memory_block& memory);

void read_elements(json_reader& reader, argument_value& value, memory_block& memory) {
    std::vector<argument_value> elements;
    reader.enter_array();
    while (reader.next_element()) {
        elements.push_back(read_value(reader, memory));
    }
    auto kept = memory.allocate_array<argument_value>(elements.size());
    std::copy(elements.begin(), elements.end(), kept.begin());
    value.elements = kept;
}

argument_value read_value(json_reader& reader, memory_block& memory) {
    argument_value value;
    std::size_t begin = reader.position();
    switch (reader.kind()) {
        case json_kind::null:
            value.kind = argument_kind::null;
            reader.read_null();
            break;
        case json_kind::boolean:
            value.kind = argument_kind::boolean;
            value.truth = reader.read_boolean();
            break;
        case json_kind::number: {
            json_number number = reader.read_number();
            value.kind = argument_kind::number;
            value.number = number.value;
            value.integer = number.integer;
            value.exact = number.exact;
            break;
        }
        case json_kind::string:
            value.kind = argument_kind::string;
            value.text = read_text(reader, memory);
            break;
        case json_kind::array:
            value.kind = argument_kind::array;
            read_elements(reader, value, memory);
            break;
        case json_kind::object:
            value.kind = argument_kind::other;
            reader.skip();
            break;
    }
    value.raw = reader.text_since(begin);
    return value;
}

std::size_t find_argument(std::span<const argument_field> fields, std::string_view name) {
    std::size_t i = 0;
    while (i < fields.size() && fields[i].name != name) {
        ++i;
    }
    return i;
}

/// As ArkType reports them: required arguments first, then optional ones, each by name.
std::vector<std::size_t> report_order(std::span<const argument_field> fields) {
    std::vector<std::size_t> order(fields.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
        return std::pair(fields[left].expression->optional, fields[left].name) <
               std::pair(fields[right].expression->optional, fields[right].name);
    });
    return order;
}

void read_members(json_reader& reader, std::span<const argument_field> fields,
                  std::span<argument_value> values, memory_block& memory) {
    reader.enter_object();
    while (auto name = reader.next_member()) {
        std::size_t wanted = find_argument(fields, *name);
        if (wanted == fields.size()) {
            reader.skip();
        } else {
            values[wanted] = read_value(reader, memory);
        }
    }
}

}  // namespace

void read_arguments(std::string_view json, std::span<const argument_field> fields,
                    std::span<argument_value> values, memory_block& memory) {
    json_reader reader(json);
    json_kind kind = reader.kind();
    if (kind == json_kind::object) {
        read_members(reader, fields, values, memory);
    } else {
        reader.skip();  // an array is an object without the arguments' keys
    }
    reader.finish();
    if (kind != json_kind::array && kind != json_kind::object) {
        throw error(errc::invalid_arguments,
                    "must be an object (was " + std::string(kind_name(kind)) + ")");
    }
    check_arguments(fields, values);
}

void check_arguments(std::span<const argument_field> fields,
                     std::span<const argument_value> values) {
    bool good = true;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        good = good && fits(*fields[i].expression, values[i]);
    }
    if (good) {
        return;
    }
    std::string text;
    for (std::size_t i : report_order(fields)) {
        append_problems(text, fields[i].name, *fields[i].expression, values[i]);
    }
    throw error(errc::invalid_arguments, std::move(text));
}

void memory_block::reserve(std::size_t size) {
    if (size_ - used_ >= size) {
        return;
    }
    if (current_) {
        full_.push_back(std::move(current_));
    }
    current_ = std::make_unique<std::byte[]>(size);
    size_ = size;
    used_ = 0;
}

std::byte* memory_block::allocate(std::size_t size, std::size_t alignment) {
    auto aligned = [&] { return (used_ + alignment - 1) / alignment * alignment; };
    if (!current_ || aligned() + size > size_) {
        constexpr std::size_t block_bytes_min = 256;
        used_ = size_;
        reserve(std::max(size, block_bytes_min));
    }
    std::byte* given = current_.get() + aligned();
    used_ = aligned() + size;
    return given;
}

std::string_view memory_block::copy(std::string_view text) {
    auto* bytes = reinterpret_cast<char*>(allocate(text.size(), 1));
    std::copy(text.begin(), text.end(), bytes);
    return {bytes, text.size()};
}

}  // namespace dormouse::detail
