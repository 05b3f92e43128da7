#include "schema/js_regex_parse.hpp"

#include "schema/js_regex.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace dormouse::detail {
namespace {

using unit_range = std::pair<char16_t, char16_t>;
using ranges = std::vector<unit_range>;

constexpr int groups_depth_max = 200;

bool is_digit(char16_t c) {
    return c >= u'0' && c <= u'9';
}
bool is_letter(char16_t c) {
    return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z');
}
std::optional<unsigned> hex_value(char16_t c) {
    if (is_digit(c)) {
        return static_cast<unsigned>(c - u'0');
    }
    const char16_t lower = static_cast<char16_t>(c | 0x20);
    if (lower >= u'a' && lower <= u'f') {
        return static_cast<unsigned>(lower - u'a' + 10);
    }
    return std::nullopt;
}

// Arrays, as definitions may be read before main begins.
constexpr std::array<unit_range, 1> digits{{{u'0', u'9'}}};
constexpr std::array<unit_range, 4> word_units{
    {{u'0', u'9'}, {u'A', u'Z'}, {u'_', u'_'}, {u'a', u'z'}}};
constexpr std::array<unit_range, 10> spaces{{{9, 13},
                                             {32, 32},
                                             {0xA0, 0xA0},
                                             {0x1680, 0x1680},
                                             {0x2000, 0x200A},
                                             {0x2028, 0x2029},
                                             {0x202F, 0x202F},
                                             {0x205F, 0x205F},
                                             {0x3000, 0x3000},
                                             {0xFEFF, 0xFEFF}}};
constexpr std::array<unit_range, 3> line_ends{{{10, 10}, {13, 13}, {0x2028, 0x2029}}};

ranges listed(std::span<const unit_range> of) {
    return {of.begin(), of.end()};
}

ranges complement(std::span<const unit_range> of) {
    ranges out;
    unsigned next = 0;
    for (const auto& [low, high] : of) {
        if (low > next) {
            out.emplace_back(static_cast<char16_t>(next), static_cast<char16_t>(low - 1));
        }
        next = high + 1U;
    }
    if (next <= 0xFFFF) {
        out.emplace_back(static_cast<char16_t>(next), static_cast<char16_t>(0xFFFF));
    }
    return out;
}

/// The class that `\d` and its like stand for.
std::optional<ranges> escaped_class(char16_t letter) {
    switch (letter) {
        case u'd':
            return listed(digits);
        case u'D':
            return complement(digits);
        case u'w':
            return listed(word_units);
        case u'W':
            return complement(word_units);
        case u's':
            return listed(spaces);
        case u'S':
            return complement(spaces);
        default:
            return std::nullopt;
    }
}

class regex_parser {
public:
    explicit regex_parser(std::string_view pattern) : source_(pattern), text_(utf16(pattern)) {
        count_groups();
    }

    parsed_regex run() {
        parsed_regex out;
        out.syntax = parse_choice();
        if (at_ < text_.size()) {
            fail("Unmatched ')'");
        }
        out.groups = groups_seen_;
        out.has_back_references = back_references_;
        return out;
    }

private:
    [[noreturn]] void fail(std::string_view what) const {
        throw error(errc::invalid_arguments, "Invalid regular expression: /" +
                                                 std::string(source_) + "/: " + std::string(what));
    }
    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
    [[nodiscard]] char16_t peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : u'\0';
    }
    [[nodiscard]] bool next_is(std::u16string_view token) const {
        return std::u16string_view(text_).substr(at_).starts_with(token);
    }
    bool take(std::u16string_view token) {
        const bool there = !at_end() && next_is(token);
        at_ += there ? token.size() : 0;
        return there;
    }

    /// Groups must be known before the first back reference is read.
    void count_groups() {
        bool in_class = false;
        for (std::size_t i = 0; i < text_.size(); ++i) {
            const char16_t c = text_[i];
            if (c == u'\\') {
                ++i;
            } else if (c == u'[') {
                in_class = true;
            } else if (c == u']') {
                in_class = false;
            } else if (c == u'(' && !in_class) {
                count_group(i + 1);
            }
        }
    }
    void count_group(std::size_t begin) {
        const auto rest = std::u16string_view(text_).substr(begin);
        if (!rest.starts_with(u"?")) {
            ++group_count_;
            return;
        }
        if (!rest.starts_with(u"?<") || rest.starts_with(u"?<=") || rest.starts_with(u"?<!")) {
            return;
        }
        ++group_count_;
        has_names_ = true;
        const auto end = rest.find(u'>');
        if (end != std::u16string_view::npos) {
            names_.emplace(std::u16string(rest.substr(2, end - 2)), group_count_);
        }
    }

    regex_syntax parse_choice() {
        if (++depth_ > groups_depth_max) {
            fail("Regular expression too large");
        }
        std::vector<regex_syntax> options;
        options.push_back(parse_sequence());
        while (take(u"|")) {
            options.push_back(parse_sequence());
        }
        --depth_;
        if (options.size() == 1) {
            return std::move(options[0]);
        }
        regex_syntax out;
        out.part = regex_part::choice;
        out.children = std::move(options);
        return out;
    }

    regex_syntax parse_sequence() {
        regex_syntax out;
        out.part = regex_part::sequence;
        while (!at_end() && peek() != u'|' && peek() != u')') {
            out.children.push_back(parse_term());
        }
        return out;
    }

    regex_syntax parse_term() {
        const std::size_t begin = at_;
        regex_syntax atom = parse_atom();
        const bool quantifiable =
            atom.part != regex_part::text_begin && atom.part != regex_part::text_end &&
            atom.part != regex_part::word_boundary && atom.part != regex_part::not_word_boundary &&
            atom.part != regex_part::look_behind;
        std::uint32_t low = 0;
        std::uint32_t high = 0;
        const std::size_t before = at_;
        if (at_ == begin || !take_quantifier(low, high)) {
            return atom;
        }
        if (!quantifiable) {
            at_ = before;
            fail("Nothing to repeat");
        }
        regex_syntax out;
        out.part = regex_part::repeat;
        out.low = low;
        out.high = high;
        out.lazy = take(u"?");
        out.children.push_back(std::move(atom));
        return out;
    }

    bool take_quantifier(std::uint32_t& low, std::uint32_t& high) {
        high = regex_syntax::unbounded;
        if (take(u"*")) {
            low = 0;
            return true;
        }
        if (take(u"+")) {
            low = 1;
            return true;
        }
        if (take(u"?")) {
            low = 0;
            high = 1;
            return true;
        }
        return peek() == u'{' && take_braces(low, high);
    }

    /// `{2}`, `{2,}`, `{2,4}`; anything else is text.
    bool take_braces(std::uint32_t& low, std::uint32_t& high) {
        const std::size_t before = at_++;
        if (take_count(low)) {
            high = low;
            if (take(u",") && !take_count(high)) {
                high = regex_syntax::unbounded;
            }
            if (take(u"}")) {
                if (low > high) {
                    fail("numbers out of order in {} quantifier");
                }
                return true;
            }
        }
        at_ = before;
        return false;
    }
    bool take_count(std::uint32_t& count) {
        if (!is_digit(peek())) {
            return false;
        }
        constexpr std::uint32_t count_max = 1'000'000'000;
        std::uint64_t value = 0;
        for (; is_digit(peek()); ++at_) {
            value = std::min<std::uint64_t>(value * 10 + (peek() - u'0'), count_max);
        }
        count = static_cast<std::uint32_t>(value);
        return true;
    }

    static regex_syntax simple(regex_part part) {
        regex_syntax out;
        out.part = part;
        return out;
    }
    static regex_syntax unit(char16_t c) {
        regex_syntax out = simple(regex_part::unit);
        out.unit = c;
        return out;
    }
    static regex_syntax set(ranges of, bool negated) {
        regex_syntax out = simple(regex_part::set);
        out.ranges = std::move(of);
        out.negated = negated;
        return out;
    }

    regex_syntax parse_atom() {
        const char16_t c = peek();
        switch (c) {
            case u'^':
                ++at_;
                return simple(regex_part::text_begin);
            case u'$':
                ++at_;
                return simple(regex_part::text_end);
            case u'(':
                ++at_;
                return parse_group();
            case u'.':
                ++at_;
                return set(listed(line_ends), true);
            case u'[':
                ++at_;
                return parse_class();
            case u'\\':
                ++at_;
                return parse_escape();
            case u'*':
            case u'+':
            case u'?':
                fail("Nothing to repeat");
            default:
                break;
        }
        std::uint32_t low = 0;
        std::uint32_t high = 0;
        if (c == u'{' && take_braces(low, high)) {
            fail("Nothing to repeat");
        }
        ++at_;
        return unit(c);
    }

    regex_syntax close_group(regex_syntax inside) {
        if (!take(u")")) {
            fail("Unterminated group");
        }
        return inside;
    }
    regex_syntax look(regex_part part, bool negated) {
        regex_syntax out = simple(part);
        out.negated = negated;
        out.children.push_back(close_group(parse_choice()));
        return out;
    }

    regex_syntax parse_group() {
        if (take(u"?:")) {
            return close_group(parse_choice());
        }
        if (take(u"?=")) {
            return look(regex_part::look_ahead, false);
        }
        if (take(u"?!")) {
            return look(regex_part::look_ahead, true);
        }
        if (take(u"?<=")) {
            return look(regex_part::look_behind, false);
        }
        if (take(u"?<!")) {
            return look(regex_part::look_behind, true);
        }
        if (take(u"?<")) {
            take_group_name();
        } else if (peek() == u'?') {
            fail("Invalid group");
        }
        regex_syntax out = simple(regex_part::group);
        out.high = ++groups_seen_;
        out.children.push_back(close_group(parse_choice()));
        return out;
    }

    std::u16string take_name(std::string_view complaint) {
        const auto end = text_.find(u'>', at_);
        if (end == std::u16string::npos || end == at_ || is_digit(peek())) {
            fail(complaint);
        }
        std::u16string name = text_.substr(at_, end - at_);
        const bool good = std::all_of(name.begin(), name.end(), [](char16_t c) {
            return is_letter(c) || is_digit(c) || c == u'_' || c == u'$' || c > 127;
        });
        if (!good) {
            fail(complaint);
        }
        at_ = end + 1;
        return name;
    }
    void take_group_name() {
        const std::u16string name = take_name("Invalid capture group name");
        if (std::find(names_taken_.begin(), names_taken_.end(), name) != names_taken_.end()) {
            fail("Duplicate capture group name");
        }
        names_taken_.push_back(name);
    }

    regex_syntax back_reference(std::uint32_t number) {
        back_references_ = true;
        regex_syntax out = simple(regex_part::back_reference);
        out.high = number;
        return out;
    }

    regex_syntax parse_escape() {
        if (at_end()) {
            fail("\\ at end of pattern");
        }
        const char16_t c = peek();
        if (c == u'b' || c == u'B') {
            ++at_;
            return simple(c == u'b' ? regex_part::word_boundary : regex_part::not_word_boundary);
        }
        if (auto members = escaped_class(c)) {
            ++at_;
            return set(std::move(*members), false);
        }
        if (c >= u'1' && c <= u'9') {
            const std::size_t before = at_;
            std::uint32_t number = 0;
            take_count(number);
            if (number <= group_count_) {
                return back_reference(number);
            }
            at_ = before;
        }
        if (c == u'k' && has_names_) {
            ++at_;
            return named_reference();
        }
        return unit(parse_unit_escape());
    }

    regex_syntax named_reference() {
        if (!take(u"<")) {
            fail("Invalid named reference");
        }
        const auto found = names_.find(take_name("Invalid named reference"));
        if (found == names_.end()) {
            fail("Invalid named capture referenced");
        }
        return back_reference(found->second);
    }

    std::optional<char16_t> take_hex(std::size_t count) {
        unsigned value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto digit = hex_value(peek(i));
            if (!digit) {
                return std::nullopt;
            }
            value = value * 16 + *digit;
        }
        at_ += count;
        return static_cast<char16_t>(value);
    }
    char16_t take_octal() {
        unsigned value = 0;
        for (int i = 0; i < 3 && peek() >= u'0' && peek() <= u'7'; ++i) {
            const unsigned next = value * 8 + static_cast<unsigned>(peek() - u'0');
            if (next > 255) {
                break;
            }
            value = next;
            ++at_;
        }
        return static_cast<char16_t>(value);
    }

    /// The one unit that an escape stands for; what means nothing stands for itself.
    char16_t parse_unit_escape() {
        const char16_t c = peek();
        if (c >= u'0' && c <= u'7') {
            return take_octal();
        }
        ++at_;
        switch (c) {
            case u'f':
                return u'\f';
            case u'n':
                return u'\n';
            case u'r':
                return u'\r';
            case u't':
                return u'\t';
            case u'v':
                return u'\v';
            case u'x':
                return take_hex(2).value_or(c);
            case u'u':
                return take_hex(4).value_or(c);
            case u'c':
                if (is_letter(peek())) {
                    return static_cast<char16_t>(text_[at_++] % 32);
                }
                --at_;
                return u'\\';
            default:
                return c;
        }
    }

    /// One member of a class: a unit, or a class of its own.
    std::optional<char16_t> take_class_member(ranges& members) {
        if (peek() != u'\\') {
            return text_[at_++];
        }
        ++at_;
        if (at_end()) {
            fail("\\ at end of pattern");
        }
        if (auto nested = escaped_class(peek())) {
            ++at_;
            members.insert(members.end(), nested->begin(), nested->end());
            return std::nullopt;
        }
        if (take(u"b")) {
            return u'\b';
        }
        return parse_unit_escape();
    }

    regex_syntax parse_class() {
        const bool negated = take(u"^");
        ranges members;
        while (!take(u"]")) {
            if (at_end()) {
                fail("Unterminated character class");
            }
            const auto low = take_class_member(members);
            if (peek() != u'-' || peek(1) == u']' || at_ + 1 >= text_.size()) {
                if (low) {
                    members.emplace_back(*low, *low);
                }
                continue;
            }
            ++at_;
            const auto high = take_class_member(members);
            add_range(members, low, high);
        }
        return set(std::move(members), negated);
    }
    void add_range(ranges& members, std::optional<char16_t> low, std::optional<char16_t> high) {
        if (low && high) {
            if (*low > *high) {
                fail("Range out of order in character class");
            }
            members.emplace_back(*low, *high);
            return;
        }
        // One end is a class: the hyphen is a member.
        members.emplace_back(u'-', u'-');
        if (low || high) {
            members.emplace_back(low ? *low : *high, low ? *low : *high);
        }
    }

    std::string_view source_;
    std::u16string text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::uint32_t group_count_ = 0;
    std::uint32_t groups_seen_ = 0;
    bool has_names_ = false;
    bool back_references_ = false;
    std::map<std::u16string, std::uint32_t> names_;
    std::vector<std::u16string> names_taken_;
};

}  // namespace

parsed_regex parse_regex(std::string_view pattern) {
    return regex_parser(pattern).run();
}

}  // namespace dormouse::detail
