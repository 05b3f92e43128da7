#include "cli/passed_databases.hpp"

#include <boost/regex.hpp>

#include <algorithm>
#include <utility>

namespace dormouse::cli {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr const char* qualification = R"((?:\w*\s*::\s*)*)";

/// C++ without comments and without literals, in which names may stand that mean nothing. Of texts
/// those that may be the name of a database stay, and so do numbers: the ' in them begins nothing.
std::string code_of(const std::string& text) {
    static const boost::regex not_code(
        R"re(("[\w.-]+"|\b\d(?:'?[\w.])*)|//[^\n]*|/\*.*?\*/|R"([^\s()\\]*)\(.*?\)\2"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+')re",
        boost::regex::perl | boost::regex::no_mod_m);
    return boost::regex_replace(text, not_code, "(?1$1: )", boost::format_all);
}

/// From `at` on, up to a character of `stops` or a closing bracket that was opened before.
std::string_view take_until(std::string_view code, std::size_t at, std::string_view stops) {
    std::size_t depth = 0;
    auto end = at;
    for (; end < code.size(); ++end) {
        const char c = code[end];
        if (c == '(' || c == '{' || c == '[') {
            ++depth;
        } else if (c == ')' || c == '}' || c == ']') {
            if (depth == 0) {
                break;
            }
            --depth;
        } else if (depth == 0 && stops.find(c) != npos) {
            break;
        }
    }
    return code.substr(at, end - at);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    const auto last = text.find_last_not_of(blanks);
    return text.substr(0, last == npos ? 0 : last + 1);
}

template <class Found>
void visit_matches(const std::string& code, const boost::regex& wanted, const Found& found) {
    for (boost::sregex_iterator at(code.begin(), code.end(), wanted), end; at != end; ++at) {
        found(*at);
    }
}

std::size_t end_of(const boost::smatch& match) {
    return static_cast<std::size_t>(match.position() + match.length());
}

/// What stands behind `&main_db` in its entry: `, "main", migrations`.
bool has_migrations(std::string_view rest) {
    if (rest.find(".migrations") != npos) {
        return true;
    }
    std::size_t members = 0;
    std::string_view last;
    for (std::size_t at = 0; at < rest.size() && rest[at] == ','; ++members) {
        last = take_until(rest, at + 1, ",");
        at += 1 + last.size();
    }
    return members >= 2 && !trimmed(last).empty() && trimmed(last) != "{}";
}

bool is_part_of(std::string written, std::string_view variable) {
    std::erase_if(written, [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
    written.insert(0, written.starts_with("::") ? "" : "::");
    return ("::" + std::string(variable)).ends_with(written);
}

}  // namespace

passed_databases::passed_databases(const std::string& sources) : code_(code_of(sources)) {
    static const boost::regex member(R"(\.\s*databases\s*(?:=(?!=)|\{))");
    static const boost::regex first_member(
        R"(\bruntime_options(?:\s+\w+)?\s*(?:=\s*)?\{(?!\s*[.}]))"
        R"(|\bruntime(?:\s+\w+)?\s*[({]\s*\{(?!\s*[.}]))");
    for (const auto* place : {&member, &first_member}) {
        visit_matches(code_, *place, [this](const boost::smatch& match) {
            follow(std::string(take_until(code_, end_of(match), ",;")));
        });
    }
}

void passed_databases::follow(const std::string& expression) {
    // What is picked from a value is not the value.
    static const boost::regex name(
        R"((?<![\w.>])([A-Za-z_]\w*)\b(?!\s*(?:\.(?!c?(?:begin|end)\b)|->|\[|::)))");
    expressions_.emplace_back(trimmed(expression));
    visit_matches(expression, name, [this](const boost::smatch& match) { follow_name(match[1]); });
}

void passed_databases::follow_name(const std::string& name) {
    if (std::ranges::find(followed_, name) != followed_.end()) {
        return;
    }
    followed_.push_back(name);
    const auto behind = [this](const boost::smatch& match, std::string_view stops) {
        return std::string(take_until(code_, end_of(match), stops));
    };
    const boost::regex given("\\b" + name + R"(\s*(?:\[[^\]]*\])?\s*=(?!=))");
    const boost::regex declared(R"((?<!return)(?<=[\w>&*:,])(?<!::)\s+)" + name +
                                R"(\s*(?:\[[^\]]*\])?\s*[({])");
    const boost::regex added("\\b" + name +
                             R"(\s*\.\s*(?:push_back|emplace_back|insert|assign|append)\s*\()");
    const boost::regex body("\\b" + name + R"(\s*\([^;{}()]*\)[\w\s:<>&*-]*\{)");
    visit_matches(code_, given, [&](const auto& match) { follow(behind(match, ";")); });
    for (const auto* definition : {&declared, &added, &body}) {
        visit_matches(code_, *definition, [&](const auto& match) { follow(behind(match, "")); });
    }
}

bool passed_databases::all() const {
    const std::string list = std::string(qualification) + R"(databases\s*\(\s*\))";
    const boost::regex whole(list + "|" + list + R"(\s*\.\s*begin\s*\(\s*\)\s*,\s*)" + list +
                             R"(\s*\.\s*end\s*\(\s*\))");
    const boost::regex returned(R"(\breturn\s+)" + list + R"(\s*;)");
    return std::ranges::any_of(expressions_, [&](const auto& expression) {
        return boost::regex_match(expression, whole) || boost::regex_search(expression, returned);
    });
}

passed_database passed_databases::find(std::string_view variable, std::string_view name) const {
    const auto last = variable.rfind(':');
    const std::string own(variable.substr(last == npos ? 0 : last + 1));
    const boost::regex entry("&\\s*(" + std::string(qualification) + own + R"()\b\s*)");
    const boost::regex picked(R"(\bdatabases\s*\(\s*\)\s*,\s*")" + std::string(name) + "\"");
    passed_database found;
    for (const auto& expression : expressions_) {
        visit_matches(expression, entry, [&](const boost::smatch& match) {
            if (is_part_of(match[1], variable)) {
                found.listed = true;
                found.with_migrations = found.with_migrations ||
                                        has_migrations(take_until(expression, end_of(match), ";"));
            }
        });
        if (boost::regex_search(expression, picked)) {
            found = {true, true};
        }
    }
    return found;
}

}  // namespace dormouse::cli
