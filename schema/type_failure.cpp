#include "schema/type_failure.hpp"

#include "schema/type_node.hpp"
#include "schema/type_text.hpp"

#include <dormouse/detail/json_text.hpp>

#include <algorithm>
#include <cmath>

namespace dormouse::detail {
namespace {

/// Inside an object upstream writes each backslash of a text twice.
std::string doubled_backslashes(std::string_view text) {
    std::string out;
    for (char c : text) {
        out.append(c == '\\' ? 2 : 1, c);
    }
    return out;
}

void append_nested(std::string& out, const argument_value& value) {
    switch (value.kind) {
        case argument_kind::missing:
            out += "\"undefined\"";
            break;
        case argument_kind::null:
            out += "null";
            break;
        case argument_kind::boolean:
            out += value.truth ? "true" : "false";
            break;
        case argument_kind::number:
            append_json_number(out, value.number);
            break;
        case argument_kind::date:
        case argument_kind::url:
        case argument_kind::string:
            append_json_string(out, doubled_backslashes(value.text));
            break;
        case argument_kind::array: {
            std::string_view separator = "[";
            for (const auto& one : value.elements) {
                out += separator;
                append_nested(out, one);
                separator = ",";
            }
            out += separator == "[" ? "[]" : "]";
            break;
        }
        case argument_kind::object: {
            std::string_view separator = "{";
            for (const auto& one : value.members) {
                out += separator;
                append_json_string(out, one.key);
                out += ':';
                append_nested(out, one.value);
                separator = ",";
            }
            out += separator == "{" ? "{}" : "}";
            break;
        }
    }
}

std::string with_place(const std::string& place, const std::string& problem) {
    if (place.empty()) {
        return problem;
    }
    return (place[0] == '[' ? "value at " : "") + place + " " + problem;
}

std::string must_be(const std::string& expected, const std::string& actual) {
    return "must be " + expected + (actual.empty() ? "" : " (was " + actual + ")");
}

/// What the branches of a union want, place by place.
std::string united_text(const std::vector<failure>& parts) {
    std::vector<std::pair<std::string, std::vector<const failure*>>> places;
    for (const auto& part : parts) {
        const std::string place = text_of(part.path);
        auto known = std::find_if(places.begin(), places.end(),
                                  [&](const auto& one) { return one.first == place; });
        if (known == places.end()) {
            known = places.insert(places.end(), {place, {}});
        }
        known->second.push_back(&part);
    }
    std::vector<std::string> texts;
    for (const auto& [place, there] : places) {
        std::vector<std::string> expected;
        for (const auto* one : there) {
            expected.push_back(one->expected_text());
        }
        // Not joined as a union of units is: the same words once are one word.
        std::vector<std::string> unique;
        std::copy_if(expected.begin(), expected.end(), std::back_inserter(unique),
                     [&](const auto& text) {
                         return std::find(unique.begin(), unique.end(), text) == unique.end();
                     });
        const std::string first = there[0]->actual_text();
        const bool same = std::all_of(there.begin(), there.end(),
                                      [&](const auto* one) { return one->actual_text() == first; });
        texts.push_back((place.empty() ? "" : place + " ") +
                        must_be(joined_branches(unique), same ? first : printed(there[0]->data)));
    }
    return joined_branches(texts);
}

void append_step(std::string& out, const path_step& step) {
    if (step.is_element) {
        out.append("[").append(std::to_string(step.element)).append("]");
    } else {
        append_access(out, step.key);
    }
}

}  // namespace

std::string printed(const argument_value& value) {
    std::string out;
    switch (value.kind) {
        case argument_kind::missing:
            return "undefined";
        case argument_kind::number:
            return number_text(value.number);
        case argument_kind::string:
            append_json_string(out, value.text);
            return out;
        case argument_kind::date:
            return std::isnan(value.number) ? "Invalid Date" : described_date(value.number);
        case argument_kind::url:
            return "URL";
        default:
            append_nested(out, value);
            return out;
    }
}

std::string text_of(const value_path& path) {
    std::string out;
    for (const auto& step : path) {
        append_step(out, step);
    }
    return out;
}

std::string failure::expected_text() const {
    if (kind == failure_kind::united) {
        return united_text(parts);
    }
    if (kind == failure_kind::single) {
        return expected;
    }
    std::string out;
    for (const auto& part : parts) {
        out.append(out.empty() ? "  \u25E6 " : "\n  \u25E6 ").append(part.expected_text());
    }
    return out;
}

std::string failure::actual_text() const {
    return kind == failure_kind::single ? actual : printed(data);
}

std::string failure::message() const {
    const std::string place = text_of(path);
    switch (kind) {
        case failure_kind::united: {
            const std::string text = expected_text();
            return text.starts_with('[') ? "value at " + text : text;
        }
        case failure_kind::several:
            return with_place(place, "(" + actual_text() + ") must be...\n" + expected_text());
        case failure_kind::single:
            break;
    }
    return with_place(place, problem.empty() ? must_be(expected, actual) : problem);
}

void failure_list::add(failure added, const value_path& current, const argument_value& data) {
    if (count_ >= kept_max) {
        count_ = kept_max + 1;
        return;
    }
    const auto [place, first] = at_place_.try_emplace(text_of(added.path), list_.size());
    if (first) {
        list_.push_back(std::move(added));
        ++count_;
        return;
    }
    failure& known = list_[place->second];
    if (known.is_never()) {
        return;
    }
    ++count_;
    if (added.is_never()) {
        known = std::move(added);
        return;
    }
    if (known.kind != failure_kind::several) {
        failure both;
        both.kind = failure_kind::several;
        both.path = current;
        both.data = data;
        both.parts.push_back(std::move(known));
        known = std::move(both);
    }
    known.parts.push_back(std::move(added));
}

bool failure_list::affects(const value_path& path) const {
    if (list_.empty()) {
        return false;
    }
    std::string place;
    for (const auto& step : path) {
        if (at_place_.contains(place)) {
            return true;
        }
        append_step(place, step);
    }
    const auto starts_with = [&](const std::string& prefix) {
        const auto next = at_place_.lower_bound(prefix);
        return next != at_place_.end() && next->first.starts_with(prefix);
    };
    return place.empty() || at_place_.contains(place) || starts_with(place + '.') ||
           starts_with(place + '[');
}

std::string failure_list::text() const {
    std::string out;
    for (const auto& one : list_) {
        out.append(out.empty() ? "" : "\n").append(one.message());
    }
    if (overflowed()) {
        out += "\nand there are more problems than these " + std::to_string(kept_max);
    }
    return out;
}

}  // namespace dormouse::detail
