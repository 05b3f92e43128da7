#include "migrations/json_writer.hpp"

#include <dormouse/detail/json_text.hpp>
#include <dormouse/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace dormouse {

void json_writer::new_line() {
    if (layout_ == json_layout::indented) {
        out_.append("\n").append(depth_ * 2, ' ');
    }
}

void json_writer::begin_value() {
    if (!keyed_) {
        if (!first_) {
            out_ += ',';
        }
        if (depth_ > 0) {
            new_line();
        }
    }
    keyed_ = false;
    first_ = false;
}

void json_writer::begin(char bracket) {
    begin_value();
    out_ += bracket;
    ++depth_;
    first_ = true;
}

void json_writer::end(char bracket) {
    --depth_;
    if (!first_) {
        new_line();
    }
    out_ += bracket;
    first_ = false;
}

void json_writer::begin_object() {
    begin('{');
}

void json_writer::begin_object(std::string_view name) {
    key(name);
    begin('{');
}

void json_writer::begin_array(std::string_view name) {
    key(name);
    begin('[');
}

void json_writer::key(std::string_view name) {
    begin_value();
    detail::append_json_string(out_, name);
    out_ += layout_ == json_layout::indented ? ": " : ":";
    keyed_ = true;
}

void json_writer::text(std::string_view value) {
    begin_value();
    detail::append_json_string(out_, value);
}

void json_writer::raw(std::string_view json) {
    begin_value();
    out_ += json;
}

void json_writer::text(std::string_view name, std::string_view value) {
    key(name);
    text(value);
}

void json_writer::truth(std::string_view name, bool value) {
    key(name);
    raw(value ? "true" : "false");
}

void json_writer::texts(std::string_view name, const std::vector<std::string>& values) {
    begin_array(name);
    for (const auto& value : values) {
        text(value);
    }
    end_array();
}

bool is_json_number(std::string_view text) {
    constexpr std::string_view starts = "-0123456789";
    if (text.empty() || starts.find(text.front()) == std::string_view::npos) {
        return false;
    }
    try {
        detail::json_reader reader(text);
        (void)reader.read_number();
        reader.finish();
        return true;
    } catch (const error&) {
        return false;
    }
}

std::string to_base36(std::uint64_t number) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 36).ptr;
    return {digits.data(), end};
}

}  // namespace dormouse
