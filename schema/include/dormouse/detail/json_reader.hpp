// Reads JSON from front to back, one value at a time, checking everything it passes, what it skips
// included. Numbers are read as JavaScript reads them (too large is infinite), except that integers
// stay exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dormouse::detail {

enum class json_kind : std::uint8_t { null, boolean, number, string, array, object };

struct json_number {
    double value = 0;
    std::int64_t integer = 0;
    bool exact = false;  ///< `integer` is the number.
};

/// **Thread safety:** value. **Lifetime:** shorter than the text it reads.
/// **Errors:** `errc::invalid_request` for text that is not JSON, not UTF-8, too long, or nested
/// too deeply. Reading another kind of value than `kind()` says is a mistake of the caller.
class json_reader {
public:
    static constexpr int depth_max = 512;
    /// Longer texts are refused: twice what the largest message may hold.
    static constexpr std::size_t text_bytes_max = std::size_t{64} * 1024 * 1024;

    explicit json_reader(std::string_view text);

    /// The kind of the value that comes next, judged by its first character.
    [[nodiscard]] json_kind kind();

    void read_null();
    [[nodiscard]] bool read_boolean();
    [[nodiscard]] json_number read_number();
    /// Appends the decoded text to `out`.
    void read_string(std::string& out);
    /// The bytes between the quotes if nothing in them needs decoding; otherwise nothing is read.
    [[nodiscard]] std::optional<std::string_view> read_plain_string();

    /// Begins an object; then call `next_member` and read one value, until it answers nothing.
    void enter_object();
    /// The key, valid until the next call.
    [[nodiscard]] std::optional<std::string_view> next_member();

    /// Begins an array; then call `next_element` and read one value, until it answers false.
    void enter_array();
    [[nodiscard]] bool next_element();

    /// Passes over one value and answers its text.
    std::string_view skip();

    /// Where the next value begins, and the text from there to here once it has been read.
    [[nodiscard]] std::size_t position();
    [[nodiscard]] std::string_view text_since(std::size_t position) const {
        return text_.substr(position, at_ - position);
    }

    /// Refuses anything but white space after the last value.
    void finish();

private:
    void skip_space();
    [[nodiscard]] char peek();
    void expect(char c);
    void expect_word(std::string_view word);
    void enter(char bracket);
    [[nodiscard]] bool next_entry(char bracket);
    void skip_string();
    void skip_digits();
    std::string_view take_number();
    char read_escape();
    unsigned read_hex4();
    void append_escaped_unit(std::string& out);
    [[noreturn]] void fail(std::string_view what) const;

    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    bool at_first_entry_ = false;
    std::string key_;
};

}  // namespace dormouse::detail
