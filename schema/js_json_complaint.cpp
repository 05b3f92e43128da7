// What JSON.parse says about a text that is not JSON. ArkType passes it on, so callers see it.
#include "schema/type_text.hpp"

#include <algorithm>
#include <array>

namespace dormouse::detail {
namespace {

class json_critic {
public:
    explicit json_critic(std::string_view text) : text_(text) {}

    std::optional<std::string> run() {
        if (value() && skip_space() < text_.size()) {
            at_position("Unexpected non-whitespace character after JSON", "");
        }
        return complaint_;
    }

private:
    static constexpr int depth_max = 512;  // as everywhere; upstream has no such limit

    std::size_t skip_space() {
        while (at_ < text_.size() &&
               std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) {
            ++at_;
        }
        return at_;
    }
    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
    bool take(char c) {
        const bool there = !at_end() && text_[at_] == c;
        at_ += there ? 1 : 0;
        return there;
    }

    bool complain(std::string what) {
        if (!complaint_) {
            complaint_ = std::move(what);
        }
        return false;
    }
    bool at_position(std::string_view what, std::string_view where = " in JSON") {
        return complain(std::string(what) + std::string(where) + " at position " +
                        std::to_string(utf16_length(text_.substr(0, at_))));
    }
    bool end() { return complain("Unexpected end of JSON input"); }

    /// An unexpected character: the token and some of its surroundings.
    bool token() {
        if (at_end()) {
            return end();
        }
        const char c = peek();
        if (c == '"') {
            return at_position("Unexpected string");
        }
        if ((c >= '0' && c <= '9') || c == '-') {
            return at_position("Unexpected number");
        }
        if (text_ == "NaN" || text_ == "Infinity" || text_ == "undefined" ||
            text_ == "[object Object]") {
            return complain("\"" + std::string(text_) + "\" is not valid JSON");
        }
        const std::u16string all = utf16(text_);
        const std::size_t position = utf16_length(text_.substr(0, at_));
        constexpr std::size_t around = 10;
        const bool whole = all.size() <= 2 * around;
        const bool near_begin = whole || position < around;
        const bool near_end = whole || position + around >= all.size();
        std::string source = near_begin ? "\"" : "...\"";
        source += utf8_between(near_begin ? 0 : position - around,
                               near_end ? all.size() : position + around);
        source += near_end ? "\"" : "\"...";
        return complain("Unexpected token '" + std::string(character()) + "', " + source +
                        " is not valid JSON");
    }
    /// The character; of one beyond the basic plane only half would be named, which is no text.
    [[nodiscard]] std::string_view character() const {
        const std::size_t size = character_size(at_);
        return size == 4 ? std::string_view("\uFFFD") : text_.substr(at_, size);
    }
    [[nodiscard]] std::size_t character_size(std::size_t at) const {
        std::size_t size = 1;
        while (at + size < text_.size() &&
               (static_cast<unsigned char>(text_[at + size]) & 0xC0) == 0x80) {
            ++size;
        }
        return size;
    }
    [[nodiscard]] std::string utf8_between(std::size_t begin, std::size_t finish) const {
        std::string out;
        std::size_t unit = 0;
        for (std::size_t i = 0; i < text_.size();) {
            const std::size_t size = character_size(i);
            if (unit >= begin && unit < finish) {
                out += text_.substr(i, size);
            }
            unit += size == 4 ? 2 : 1;
            i += size;
        }
        return out;
    }

    bool value() {
        skip_space();
        if (at_end()) {
            return end();
        }
        const char c = peek();
        if (c == '{') {
            return object();
        }
        if (c == '[') {
            return array();
        }
        if (c == '"') {
            return string();
        }
        if (c == '-' || (c >= '0' && c <= '9')) {
            return number();
        }
        for (const std::string_view word : {"true", "false", "null"}) {
            if (c == word[0]) {
                return literal(word);
            }
        }
        return token();
    }

    bool literal(std::string_view word) {
        for (const char c : word) {
            if (!take(c)) {
                return token();
            }
        }
        return true;
    }

    bool digits() {
        const std::size_t begin = at_;
        while (peek() >= '0' && peek() <= '9') {
            ++at_;
        }
        return at_ > begin;
    }
    bool number() {
        if (take('-') && !(peek() >= '0' && peek() <= '9')) {
            return at_position("No number after minus sign");
        }
        if (take('0')) {
            if (peek() >= '0' && peek() <= '9') {
                return at_position("Unexpected number");
            }
        } else {
            digits();
        }
        if (take('.') && !digits()) {
            return at_position("Unterminated fractional number");
        }
        if (take('e') || take('E')) {
            if (!take('+')) {
                take('-');
            }
            if (!digits()) {
                return at_position("Exponent part is missing a number");
            }
        }
        return true;
    }

    bool escape() {
        const char c = peek();
        if (c == 'u') {
            ++at_;
            for (int i = 0; i < 4; ++i) {
                const char h = peek();
                const bool hex =
                    (h >= '0' && h <= '9') || (h >= 'a' && h <= 'f') || (h >= 'A' && h <= 'F');
                if (!hex) {
                    return at_position("Bad Unicode escape");
                }
                ++at_;
            }
            return true;
        }
        if (at_end()) {
            return at_position("Unterminated string");
        }
        if (std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) {
            return at_position("Bad escaped character");
        }
        ++at_;
        return true;
    }
    bool string() {
        ++at_;
        while (!take('"')) {
            if (at_end()) {
                return at_position("Unterminated string");
            }
            if (static_cast<unsigned char>(peek()) < 0x20) {
                return at_position("Bad control character in string literal");
            }
            if (take('\\') ? !escape() : (++at_, false)) {
                return false;
            }
        }
        return true;
    }

    bool enter() {
        ++at_;
        return ++depth_ <= depth_max || complain("nested too deeply");
    }

    bool array() {
        if (!enter()) {
            return false;
        }
        skip_space();
        if (!take(']')) {
            do {
                if (!value()) {
                    return false;
                }
                skip_space();
            } while (take(','));
            if (!take(']')) {
                return at_position("Expected ',' or ']' after array element");
            }
        }
        --depth_;
        return true;
    }

    bool member() {
        if (!string()) {
            return false;
        }
        skip_space();
        if (!take(':')) {
            return at_position("Expected ':' after property name");
        }
        return value();
    }
    bool object() {
        if (!enter()) {
            return false;
        }
        skip_space();
        if (!take('}')) {
            if (peek() != '"') {
                return at_position("Expected property name or '}'");
            }
            for (;;) {
                if (!member()) {
                    return false;
                }
                skip_space();
                if (!take(',')) {
                    break;
                }
                skip_space();
                if (peek() != '"') {
                    return at_position("Expected double-quoted property name");
                }
            }
            if (!take('}')) {
                return at_position("Expected ',' or '}' after property value");
            }
        }
        --depth_;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::optional<std::string> complaint_;
};

}  // namespace

std::optional<std::string> json_complaint(std::string_view text) {
    return json_critic(text).run();
}

}  // namespace dormouse::detail
