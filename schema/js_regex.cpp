#include "schema/js_regex.hpp"

#include "schema/js_regex_parse.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace dormouse::detail {
namespace {

constexpr std::size_t program_size_max = 50'000;
constexpr std::size_t visits_max = std::size_t{1} << 24;  // of places of the pattern
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
            // A sweep comes from the other end: where it accepts, a match begins, or has ended.
            into_.looks_[look].swept_backwards = !backwards;
            emit_part(*syntax, parsed.has_back_references ? backwards : !backwards);
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

    /// The first and last group in it; the first is 0 where there is none.
    static std::pair<std::uint32_t, std::uint32_t> groups_in(const regex_syntax& part) {
        std::pair<std::uint32_t, std::uint32_t> out{0, 0};
        if (part.part == regex_part::group) {
            out = {part.high, part.high};
        }
        for (const auto& child : part.children) {
            const auto inner = groups_in(child);
            out.first = out.first == 0 ? inner.first : out.first;
            out.second = std::max(out.second, inner.second);
        }
        return out;
    }
    /// Every iteration begins with none of its groups matched.
    void emit_iteration(const regex_syntax& child, bool backwards) {
        if (into_.has_back_references_) {
            const auto [first, last] = groups_in(child);
            if (first != 0) {
                emit({op::forget, false, 2 * first, 2 * last + 1});
            }
        }
        emit_part(child, backwards);
    }

    void emit_repeat(const regex_syntax& part, bool backwards) {
        const regex_syntax& child = part.children[0];
        for (std::uint32_t i = 0; i < part.low; ++i) {
            const std::uint32_t before = here();
            emit_iteration(child, backwards);
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
            emit_iteration(child, backwards);
        }
        for (const auto split : splits) {
            link(split, part.lazy, split + 1, here());
        }
    }

    void emit_loop(const regex_syntax& part, bool backwards) {
        const std::uint32_t slot = into_.slots_++;
        const auto split = emit({op::split});
        emit({op::loop_mark, false, slot});
        emit_iteration(part.children[0], backwards);
        emit({op::loop_check, false, slot});
        emit({op::jump, false, split});
        link(split, part.lazy, split + 1, here());
    }

    js_regex& into_;
    std::vector<pending_look> pending_;
};

/// A text, and what can be asked of a position in it.
class regex_text {
public:
    regex_text(const js_regex& regex, std::u16string_view text) : regex_(regex), text_(text) {}

protected:
    using op = js_regex::op;

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
    [[nodiscard]] bool holds_at(op what, std::size_t position) const {
        switch (what) {
            case op::text_begin:
                return position == 0;
            case op::text_end:
                return position == text_.size();
            case op::word_boundary:
                return at_boundary(position);
            default:
                return !at_boundary(position);
        }
    }
    [[nodiscard]] bool at_boundary(std::size_t position) const {
        const bool before = position > 0 && is_word(text_[position - 1]);
        const bool after = position < text_.size() && is_word(text_[position]);
        return before != after;
    }

    const js_regex& regex_;
    std::u16string_view text_;
};

/// One search without back references. A match is looked for at all positions at once: the text is
/// gone over a single time, with the set of the places of the program that a match can have
/// reached. What a look answers at each position is found by such a sweep of its own, once.
class regex_sweeps : regex_text {
public:
    regex_sweeps(const js_regex& regex, std::u16string_view text)
        : regex_text(regex, text), looks_(regex.looks_.size()) {}

    regex_outcome search() {
        const bool found = sweep(0, false, nullptr);
        return visits_ > visits_max ? regex_outcome::too_much_work
               : found              ? regex_outcome::match
                                    : regex_outcome::no_match;
    }

private:
    struct place_set {
        std::vector<std::uint32_t> waiting;   // for a unit of the text
        std::vector<std::size_t> entered_at;  // the last step in which each place was reached
        std::vector<std::uint32_t> open;
    };

    /// Whether the program accepts anywhere; with `all`, goes on and marks each position where.
    bool sweep(std::uint32_t begin, bool backwards, std::vector<bool>* all) {
        place_set places;
        places.entered_at.resize(regex_.program_.size());
        std::vector<std::uint32_t> before;
        bool any = false;
        for (std::size_t step = 0; step <= text_.size() && visits_ <= visits_max; ++step) {
            const std::size_t position = backwards ? text_.size() - step : step;
            before.swap(places.waiting);
            places.waiting.clear();
            places.open.assign(1, begin);
            for (const auto at : before) {
                std::size_t next = backwards ? position + 1 : position - 1;
                if (take_unit(regex_.program_[at], next)) {
                    places.open.push_back(at + 1);
                }
            }
            const bool accepted = enter_open(places, step + 1, position);
            any = any || accepted;
            if (all != nullptr) {
                (*all)[position] = accepted;
            } else if (any) {
                return true;
            }
        }
        return any;
    }

    /// Enters the open places and all that can be reached from them without a unit.
    bool enter_open(place_set& places, std::size_t step, std::size_t position) {
        bool accepted = false;
        while (!places.open.empty() && ++visits_ <= visits_max) {
            const std::uint32_t at = places.open.back();
            places.open.pop_back();
            if (std::exchange(places.entered_at[at], step) == step) {
                continue;
            }
            const auto& one = regex_.program_[at];
            switch (one.what) {
                case op::accept:
                    accepted = true;
                    break;
                case op::unit:
                case op::set:
                    places.waiting.push_back(at);
                    break;
                case op::split:
                    places.open.push_back(one.y);
                    [[fallthrough]];
                case op::jump:
                    places.open.push_back(one.x);
                    break;
                default:
                    if (goes_on(one, position)) {
                        places.open.push_back(at + 1);
                    }
                    break;
            }
        }
        return accepted;
    }

    bool goes_on(const js_regex::instruction& one, std::size_t position) {
        switch (one.what) {
            case op::save:
            case op::loop_mark:
            case op::loop_check:  // no place is entered twice, so a loop ends by itself
                return true;
            case op::look:
                return look_holds(one.x, position);
            default:
                return holds_at(one.what, position);
        }
    }
    bool look_holds(std::uint32_t index, std::size_t position) {
        const auto& look = regex_.looks_[index];
        if (looks_[index].empty()) {
            std::vector<bool> answers(text_.size() + 1);
            sweep(look.begin, look.swept_backwards, &answers);
            looks_[index] = std::move(answers);
        }
        return looks_[index][position] != look.negated;
    }

    std::vector<std::vector<bool>> looks_;
    std::size_t visits_ = 0;
};

/// One search with back references: one way after the other, in a fixed number of steps.
class regex_backtracking : regex_text {
public:
    regex_backtracking(const js_regex& regex, std::u16string_view text)
        : regex_text(regex, text), slots_(regex.slots_, nowhere) {}

    regex_outcome search() {
        for (std::size_t start = 0; start <= text_.size() && !too_much(); ++start) {
            choices tried;
            if (matches(0, start, tried)) {
                return regex_outcome::match;
            }
        }
        return too_much() ? regex_outcome::too_much_work : regex_outcome::no_match;
    }

private:
    static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

    /// Where to go on when a way leads nowhere; or a slot to put back on the way there.
    struct choice {
        std::uint32_t at;
        std::size_t position;
        std::uint32_t slot;
        bool restores;
    };
    using choices = std::vector<choice>;

    [[nodiscard]] bool too_much() const { return steps_ > steps_max; }

    /// Where it matches, what was tried stays in `tried`.
    bool matches(std::uint32_t begin, std::size_t position, choices& tried) {
        tried.push_back({begin, position, 0, false});
        while (!tried.empty() && !too_much()) {
            const choice next = tried.back();
            tried.pop_back();
            if (next.restores) {
                slots_[next.slot] = next.position;
            } else if (follow(next.at, next.position, tried)) {
                return true;
            }
        }
        return false;
    }

    /// Follows one way to its end: true if the pattern ends there.
    bool follow(std::uint32_t at, std::size_t position, choices& tried) {
        while (++steps_ <= steps_max) {
            const auto& one = regex_.program_[at];
            switch (one.what) {
                case op::accept:
                    return true;
                case op::jump:
                    at = one.x;
                    continue;
                case op::split:
                    tried.push_back({one.y, position, 0, false});
                    at = one.x;
                    continue;
                case op::save:
                case op::loop_mark:
                    set_slot(one.x, position, tried);
                    break;
                case op::forget:
                    steps_ += one.y - one.x;
                    for (std::uint32_t slot = one.x; slot <= one.y; ++slot) {
                        set_slot(slot, nowhere, tried);
                    }
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
                    if (!holds(one, position, tried)) {
                        return false;
                    }
                    break;
            }
            ++at;
        }
        return false;
    }

    void set_slot(std::uint32_t slot, std::size_t position, choices& tried) {
        if (slots_[slot] != position) {
            tried.push_back({0, slots_[slot], slot, true});
            slots_[slot] = position;
        }
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

    bool holds(const js_regex::instruction& one, std::size_t position, choices& tried) {
        switch (one.what) {
            case op::loop_check:
                return slots_[one.x] != position;
            case op::look:
                return look_holds(regex_.looks_[one.x], position, tried);
            default:
                return holds_at(one.what, position);
        }
    }
    /// A look is not entered again, but the groups it matched are forgotten when the way past it
    /// leads nowhere; those of a negated look at once.
    bool look_holds(const js_regex::look& look, std::size_t position, choices& tried) {
        choices inside;
        const bool found = matches(look.begin, position, inside);
        std::erase_if(inside, [](const choice& one) { return !one.restores; });
        if (!look.negated) {
            tried.insert(tried.end(), inside.begin(), inside.end());
            return found;
        }
        for (auto one = inside.rbegin(); one != inside.rend(); ++one) {
            slots_[one->slot] = one->position;
        }
        return !found;
    }

    std::vector<std::size_t> slots_;
    std::size_t steps_ = 0;
};

js_regex::js_regex(std::string_view pattern, std::string_view flags) : ignores_case_(flags == "i") {
    regex_compiler(*this).compile(parse_regex(pattern));
}

regex_outcome js_regex::search(std::u16string_view text) const {
    return has_back_references_ ? regex_backtracking(*this, text).search()
                                : regex_sweeps(*this, text).search();
}

}  // namespace dormouse::detail
