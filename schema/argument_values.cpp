#include "schema/type_text.hpp"

#include <dormouse/detail/argument_values.hpp>
#include <dormouse/detail/json_text.hpp>
#include <dormouse/timestamp.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <unordered_map>
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

void read_elements(json_reader& reader, argument_value& value, memory_block& memory) {
    std::vector<argument_value> elements;
    reader.enter_array();
    while (reader.next_element()) {
        elements.push_back(read_argument(reader, memory));
    }
    auto kept = memory.allocate_array<argument_value>(elements.size());
    std::copy(elements.begin(), elements.end(), kept.begin());
    value.elements = kept;
}

/// The number that a key is, if JavaScript would put it before all others.
std::optional<std::uint32_t> index_of(std::string_view key) {
    std::uint32_t index = 0;
    const char* end = key.data() + key.size();
    const auto parsed = std::from_chars(key.data(), end, index);
    const bool plain = !key.empty() && parsed.ec == std::errc{} && parsed.ptr == end &&
                       (key == "0" || key[0] != '0') && index != 0xFFFFFFFF;
    return plain ? std::optional(index) : std::nullopt;
}

/// Keys that are numbers come first, in their order.
void put_in_order(std::vector<argument_member>& members) {
    const auto others = std::stable_partition(members.begin(), members.end(), [](const auto& one) {
        return index_of(one.key).has_value();
    });
    std::stable_sort(members.begin(), others, [](const auto& left, const auto& right) {
        return index_of(left.key) < index_of(right.key);
    });
}

void read_object(json_reader& reader, argument_value& value, memory_block& memory) {
    std::vector<argument_member> members;
    std::unordered_map<std::string_view, std::size_t>
        known;  // of a key given twice, the last counts
    reader.enter_object();
    while (auto name = reader.next_member()) {
        const std::string_view key = memory.copy(*name);
        const argument_value member = read_argument(reader, memory);
        const auto [found, added] = known.try_emplace(key, members.size());
        if (added) {
            members.push_back({key, member});
        } else {
            members[found->second].value = member;
        }
    }
    put_in_order(members);
    auto kept = memory.allocate_array<argument_member>(members.size());
    std::copy(members.begin(), members.end(), kept.begin());
    value.members = kept;
}

std::string date_text(double milliseconds) {
    return to_iso8601(
        timestamp(std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds))));
}

void append_number(std::string& out, const argument_value& value) {
    value.exact ? append_json_number(out, value.integer) : append_json_number(out, value.number);
}

}  // namespace

argument_value read_argument(json_reader& reader, memory_block& memory) {
    argument_value value;
    const std::size_t begin = reader.position();
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
            const json_number number = reader.read_number();
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
            value.kind = argument_kind::object;
            read_object(reader, value, memory);
            break;
    }
    value.raw = reader.text_since(begin);
    return value;
}

void append_argument(std::string& out, const argument_value& value) {
    if (!value.raw.empty()) {
        out += value.raw;
        return;
    }
    std::string_view separator;
    switch (value.kind) {
        case argument_kind::missing:
        case argument_kind::null:
            out += "null";
            break;
        case argument_kind::boolean:
            out += value.truth ? "true" : "false";
            break;
        case argument_kind::number:
            append_number(out, value);
            break;
        case argument_kind::string:
        case argument_kind::url:
            append_json_string(out, value.text);
            break;
        case argument_kind::date:
            out += std::isnan(value.number) ? "null" : '"' + date_text(value.number) + '"';
            break;
        case argument_kind::array:
            out += '[';
            for (const auto& one : value.elements) {
                out += std::exchange(separator, ",");
                append_argument(out, one);
            }
            out += ']';
            break;
        case argument_kind::object:
            out += '{';
            for (const auto& one : value.members) {
                if (one.value.kind != argument_kind::missing) {
                    out += std::exchange(separator, ",");
                    append_json_string(out, one.key);
                    out += ':';
                    append_argument(out, one.value);
                }
            }
            out += '}';
            break;
    }
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
