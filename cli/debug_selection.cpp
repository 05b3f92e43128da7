#include "cli/debug_selection.hpp"

#include <algorithm>

namespace dormouse::cli {
namespace {

/// `*` stands for any text, the empty one too. Goes back to the last star only, which is enough:
/// an earlier one could take no more than it lets through.
bool matches(std::string_view pattern, std::string_view name) {
    constexpr auto none = std::string_view::npos;
    std::size_t at = 0;
    std::size_t star = none;
    std::size_t resumed = 0;
    for (std::size_t i = 0; i < name.size();) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            resumed = i;
        } else if (at < pattern.size() && pattern[at] == name[i]) {
            ++at;
            ++i;
        } else if (star != none) {
            at = star + 1;
            i = ++resumed;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == none;
}

std::string_view take_word(std::string_view& list) {
    constexpr std::string_view separators = ", \t";
    list.remove_prefix(std::min(list.find_first_not_of(separators), list.size()));
    const auto word = list.substr(0, list.find_first_of(separators));
    list.remove_prefix(word.size());
    return word;
}

}  // namespace

bool selects_logger(std::string_view selection, std::string_view name) {
    bool selected = false;
    while (!selection.empty()) {
        const auto word = take_word(selection);
        if (word.starts_with('-') && matches(word.substr(1), name)) {
            return false;
        }
        selected = selected || (!word.empty() && !word.starts_with('-') && matches(word, name));
    }
    return selected;
}

}  // namespace dormouse::cli
