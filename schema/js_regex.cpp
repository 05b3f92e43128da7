#include "schema/js_regex.hpp"

#include "schema/js_regex_parse.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace dormouse::detail {
namespace {

constexpr std::size_t program_size_max = 50'000;
constexpr std::size_t places_max = std::size_t{1} << 28;  // of pattern times text: 32 MB of marks
constexpr std::size_t steps_max = 2'000'000;              // with back references

char16_t folded(char16_t c) {
    return c >= u'A' && c <= u'Z' ? static_cast<char16_t>(c | 0x20) : c;
}
bool is_word(char16_t c) {
    return (c >= u'0' && c <= u'9') || (c >= u'A' && c <= u'Z') || (c >= u'a' && c <= u'z') ||
           c == u'_';
}

}  // namespace

std::u16string utf16(std::string_view text) {
    std::u16string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        unsigned code = size == 1 ? lead : lead & (0xFFU >> (size + 1));
        for (std::size_t k = 1; k < size && i + k < text.size(); ++k) {
            code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
        }
        if (code >= 0x10000) {
            out += static_cast<char16_t>(0xD800 + ((code - 0x10000) >> 10));
            out += static_cast<char16_t>(0xDC00 + ((code - 0x10000) & 0x3FF));
        } else {
            out += static_cast<char16_t>(code);
        }
        i += size;
    }
    return out;
}

bool js_regex::unit_set::contains(char16_t unit) const {
    const bool listed = std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
        return unit >= range.first && unit <= range.second;
    });
    return listed != negated;
}

/// Makes the program of a pattern.
class regex_compiler {
public:
    explicit regex_compiler(js_regex& into) : into_(into) {}

    void compile(const parsed_regex& parsed) {
        into_.has_back_references_ = parsed.has_back_references;
        into_.slots_ = 2 * (parsed.groups + 1);
        emit_part(parsed.syntax, false);
        emit({js_regex::op::accept});
        // Looks stand behind, each a program of its own.
        for (std::size_t i = 0; i < pending_.size(); ++i) {
            const auto [syntax, look, backwards] = pending_[i];
            into_.looks_[look].begin = here();
            emit_part(*syntax, backwards);
            emit({js_regex::op::accept});
        }
    }

private:
    using op = js_regex::op;
    struct pending_look {
        const regex_syntax* syntax;
        std::size_t look;
        bool backwards;
    };

    [[nodiscard]] std::uint32_t here() const {
        return static_cast<std::uint32_t>(into_.program_.size());
    }
    std::uint32_t emit(js_regex::instruction one) {
        if (into_.program_.size() >= program_size_max) {
            throw error(errc::invalid_arguments,
                        "Invalid regular expression: Regular expression too large");
        }
        into_.program_.push_back(one);
        return here() - 1;
    }

    void emit_part(const regex_syntax& part, bool backwards) {
        switch (part.part) {
            case regex_part::empty:
                break;
            case regex_part::unit:
                emit({op::unit, backwards, into_.ignores_case_ ? folded(part.unit) : part.unit});
                break;
            case regex_part::set:
                into_.sets_.push_back({part.negated, part.ranges});
                emit({op::set, backwards, static_cast<std::uint32_t>(into_.sets_.size() - 1)});
                break;
            case regex_part::sequence:
                emit_sequence(part, backwards);
                break;
            case regex_part::choice:
                emit_choice(part, backwards);
                break;
            case regex_part::repeat:
                emit_repeat(part, backwards);
                break;
            case regex_part::group:
                emit({op::save, false, 2 * part.high + (backwards ? 1 : 0)});
                emit_part(part.children[0], backwards);
                emit({op::save, false, 2 * part.high + (backwards ? 0 : 1)});
                break;
            case regex_part::text_begin:
                emit({op::text_begin});
                break;
            case regex_part::text_end:
                emit({op::text_end});
                break;
            case regex_part::word_boundary:
                emit({op::word_boundary});
                break;
            case regex_part::not_word_boundary:
                emit({op::not_word_boundary});
                break;
            case regex_part::back_reference:
                emit({op::back_reference, backwards, part.high});
                break;
            case regex_part::look_ahead:
            case regex_part::look_behind:
                emit({op::look, false, static_cast<std::uint32_t>(into_.looks_.size())});
                pending_.push_back(
                    {&part.children[0], into_.looks_.size(), part.part == regex_part::look_behind});
                into_.looks_.push_back({0, part.negated});
                break;
        }
    }

    void emit_sequence(const regex_syntax& part, bool backwards) {
        const std::size_t count = part.children.size();
        for (std::size_t i = 0; i < count; ++i) {
            emit_part(part.children[backwards ? count - 1 - i : i], backwards);
        }
    }

    void emit_choice(const regex_syntax& part, bool backwards) {
        std::vector<std::uint32_t> ends;
        for (std::size_t i = 0; i + 1 < part.children.size(); ++i) {
            const auto split = emit({op::split});
            into_.program_[split].x = here();
            emit_part(part.children[i], backwards);
            ends.push_back(emit({op::jump}));
            into_.program_[split].y = here();
        }
        emit_part(part.children.back(), backwards);
        for (const auto end : ends) {
            into_.program_[end].x = here();
        }
    }

    void link(std::uint32_t split, bool lazy, std::uint32_t inside, std::uint32_t after) {
        into_.program_[split].x = lazy ? after : inside;
        into_.program_[split].y = lazy ? inside : after;
    }

    void emit_repeat(const regex_syntax& part, bool backwards) {
        const regex_syntax& child = part.children[0];
        for (std::uint32_t i = 0; i < part.low; ++i) {
            const std::uint32_t before = here();
            emit_part(child, backwards);
            if (here() == before) {
                return;  // nothing, as often as wanted
            }
        }
        if (part.high == regex_syntax::unbounded) {
            emit_loop(part, backwards);
            return;
        }
        std::vector<std::uint32_t> splits;
        for (std::uint32_t i = part.low; i < part.high; ++i) {
            splits.push_back(emit({op::split}));
            emit_part(child, backwards);
        }
        for (const auto split : splits) {
            link(split, part.lazy, split + 1, here());
        }
    }

    void emit_loop(const regex_syntax& part, bool backwards) {
        const std::uint32_t slot = into_.slots_++;
        const auto split = emit({op::split});
        emit({op::loop_mark, false, slot});
        emit_part(part.children[0], backwards);
        emit({op::loop_check, false, slot});
        emit({op::jump, false, split});
        link(split, part.lazy, split + 1, here());
    }

    js_regex& into_;
    std::vector<pending_look> pending_;
};

/// One search in one text.
class regex_run {
public:
    regex_run(const js_regex& regex, std::u16string_view text)
        : regex_(regex),
          text_(text),
          slots_(regex.slots_, nowhere),
          look_results_(regex.looks_.size() * (text.size() + 1), look_unknown) {
        if (!regex_.has_back_references_) {
            const std::size_t places = regex_.program_.size() * (text.size() + 1);
            too_much_ = places > places_max;
            seen_.resize(too_much_ ? 0 : places);
        }
    }

    regex_outcome search() {
        for (std::size_t start = 0; start <= text_.size() && !too_much_; ++start) {
            if (matches(0, start)) {
                return regex_outcome::match;
            }
        }
        return too_much_ ? regex_outcome::too_much_work : regex_outcome::no_match;
    }

private:
    using op = js_regex::op;
    static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();
    static constexpr char look_unknown = 2;

    /// Where to go on when a way leads nowhere; or a slot to put back on the way there.
    struct choice {
        std::uint32_t at;
        std::size_t position;
        std::uint32_t slot;
        bool restores;
    };

    bool first_visit(std::uint32_t at, std::size_t position) {
        if (regex_.has_back_references_) {
            too_much_ = too_much_ || ++steps_ > steps_max;
            return !too_much_;
        }
        auto seen = seen_[at * (text_.size() + 1) + position];
        if (seen) {
            return false;
        }
        seen = true;
        return true;
    }

    bool matches(std::uint32_t begin, std::size_t position) {
        std::vector<choice> choices{{begin, position, 0, false}};
        while (!choices.empty() && !too_much_) {
            const choice next = choices.back();
            choices.pop_back();
            if (next.restores) {
                slots_[next.slot] = next.position;
            } else if (follow(next.at, next.position, choices)) {
                return true;
            }
        }
        return false;
    }

    /// Follows one way to its end: true if the pattern ends there.
    bool follow(std::uint32_t at, std::size_t position, std::vector<choice>& choices) {
        while (first_visit(at, position)) {
            const auto& one = regex_.program_[at];
            switch (one.what) {
                case op::accept:
                    return true;
                case op::jump:
                    at = one.x;
                    continue;
                case op::split:
                    choices.push_back({one.y, position, 0, false});
                    at = one.x;
                    continue;
                case op::save:
                case op::loop_mark:
                    choices.push_back({0, slots_[one.x], one.x, true});
                    slots_[one.x] = position;
                    break;
                case op::unit:
                case op::set:
                    if (!take_unit(one, position)) {
                        return false;
                    }
                    break;
                case op::back_reference:
                    if (!take_reference(one, position)) {
                        return false;
                    }
                    break;
                default:
                    if (!holds(one, position)) {
                        return false;
                    }
                    break;
            }
            ++at;
        }
        return false;
    }

    bool take_unit(const js_regex::instruction& one, std::size_t& position) const {
        if (one.backwards ? position == 0 : position == text_.size()) {
            return false;
        }
        const char16_t found = text_[one.backwards ? position - 1 : position];
        position = one.backwards ? position - 1 : position + 1;
        if (one.what == op::unit) {
            return (regex_.ignores_case_ ? folded(found) : found) == one.x;
        }
        const auto& set = regex_.sets_[one.x];
        if (!regex_.ignores_case_) {
            return set.contains(found);
        }
        const auto upper = static_cast<char16_t>(folded(found) - 0x20);
        const bool letter = folded(found) >= u'a' && folded(found) <= u'z';
        return set.contains(folded(found)) || (letter && set.contains(upper));
    }

    bool take_reference(const js_regex::instruction& one, std::size_t& position) const {
        const std::size_t begin = slots_[2 * one.x];
        const std::size_t end = slots_[2 * one.x + 1];
        if (begin == nowhere || end == nowhere || end < begin) {
            return true;  // a group that took no part matches nothing
        }
        const auto group = text_.substr(begin, end - begin);
        if (one.backwards) {
            if (position < group.size() ||
                text_.substr(position - group.size(), group.size()) != group) {
                return false;
            }
            position -= group.size();
            return true;
        }
        if (!text_.substr(position).starts_with(group)) {
            return false;
        }
        position += group.size();
        return true;
    }

    bool holds(const js_regex::instruction& one, std::size_t position) {
        switch (one.what) {
            case op::text_begin:
                return position == 0;
            case op::text_end:
                return position == text_.size();
            case op::word_boundary:
                return at_boundary(position);
            case op::not_word_boundary:
                return !at_boundary(position);
            case op::loop_check:
                // Where no place is tried twice, a loop ends by itself.
                return !regex_.has_back_references_ || slots_[one.x] != position;
            default:
                return look_holds(one.x, position);
        }
    }
    [[nodiscard]] bool at_boundary(std::size_t position) const {
        const bool before = position > 0 && is_word(text_[position - 1]);
        const bool after = position < text_.size() && is_word(text_[position]);
        return before != after;
    }
    bool look_holds(std::uint32_t index, std::size_t position) {
        char& known = look_results_[index * (text_.size() + 1) + position];
        if (known == look_unknown || regex_.has_back_references_) {
            known = matches(regex_.looks_[index].begin, position) ? 1 : 0;
        }
        return (known == 1) != regex_.looks_[index].negated;
    }

    const js_regex& regex_;
    std::u16string_view text_;
    std::vector<std::size_t> slots_;
    std::vector<char> look_results_;
    std::vector<bool> seen_;
    std::size_t steps_ = 0;
    bool too_much_ = false;
};

js_regex::js_regex(std::string_view pattern, std::string_view flags) : ignores_case_(flags == "i") {
    regex_compiler(*this).compile(parse_regex(pattern));
}

regex_outcome js_regex::search(std::u16string_view text) const {
    return regex_run(*this, text).search();
}

}  // namespace dormouse::detail
