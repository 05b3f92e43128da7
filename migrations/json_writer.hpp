// Writes the JSON files of migrations: small objects, in the order their authors expect, indented
// so that people can read and merge them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

enum class json_layout : std::uint8_t { compact, indented };

/// **Thread safety:** value.
class json_writer {
public:
    explicit json_writer(json_layout layout) : layout_(layout) {}

    void begin_object();
    void begin_object(std::string_view key);
    void end_object() { end('}'); }
    void begin_array(std::string_view key);
    void end_array() { end(']'); }

    void key(std::string_view key);
    /// Values: after `key`, or inside an array.
    void text(std::string_view value);
    void raw(std::string_view json);

    void text(std::string_view key, std::string_view value);
    void truth(std::string_view key, bool value);
    void texts(std::string_view key, const std::vector<std::string>& values);

    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    void begin_value();
    void begin(char bracket);
    void end(char bracket);
    void new_line();

    json_layout layout_;
    std::string out_;
    std::size_t depth_ = 0;
    bool first_ = true;  // nothing stands before it in its brackets
    bool keyed_ = false;
};

/// `text` is a number as JSON has it.
[[nodiscard]] bool is_json_number(std::string_view text);

[[nodiscard]] std::string to_base36(std::uint64_t number);

}  // namespace dormouse
