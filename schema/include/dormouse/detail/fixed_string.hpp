// Text as a template argument, and text and lists that are put together while compiling.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace dormouse::detail {

/// A string literal that can be a template argument.
template <std::size_t Size>
struct fixed_string {
    char text[Size]{};

    constexpr fixed_string(const char (&literal)[Size]) {
        for (std::size_t i = 0; i < Size; ++i) {
            text[i] = literal[i];
        }
    }
    [[nodiscard]] constexpr std::string_view view() const { return {text, Size - 1}; }
};

/// Text with its own storage, for constants. Growing past the capacity does not compile.
template <std::size_t Capacity>
class short_text {
public:
    constexpr void push_back(char c) {
        if (size_ == Capacity) {
            throw "dormouse: this name or text is too long";
        }
        text_[size_++] = c;
    }
    constexpr void append(std::string_view text) {
        for (char c : text) {
            push_back(c);
        }
    }
    [[nodiscard]] constexpr std::string_view view() const { return {text_.data(), size_}; }
    [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
    constexpr operator std::string_view() const { return view(); }

private:
    std::array<char, Capacity> text_{};
    std::size_t size_ = 0;
};

/// A few values with their own storage, for constants. Growing past the capacity does not compile.
template <class T, std::size_t Capacity>
class short_list {
public:
    constexpr T& push_back(const T& added) {
        if (size_ == Capacity) {
            throw "dormouse: this table has too many indexes, foreign keys, checks or key columns";
        }
        return values_[size_++] = added;
    }
    [[nodiscard]] constexpr std::span<const T> view() const {
        return std::span(values_).first(size_);
    }
    [[nodiscard]] constexpr std::size_t size() const { return size_; }

private:
    std::array<T, Capacity> values_{};
    std::size_t size_ = 0;
};

}  // namespace dormouse::detail
