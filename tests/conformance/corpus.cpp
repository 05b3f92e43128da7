#include "tests/conformance/corpus.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace conformance {
namespace {

using simdjson::dom::element;

/// Of all cases of a corpus, this share at most may be excused.
constexpr double excused_share_max = 0.05;

std::string corpora_directory() {
    const char* given = std::getenv("DORMOUSE_CORPORA");
    return given != nullptr && *given != '\0' ? given : DORMOUSE_TEST_DATA "/corpora";
}

/// simdjson refuses integers that do not fit 64 bits; with an exponent they are doubles, as they
/// are for JavaScript.
std::string with_readable_numbers(const std::string& text) {
    constexpr std::size_t digits_max = 18;
    std::string out;
    out.reserve(text.size() + 64);
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t digits =
            quoted ? 0 : std::min(text.find_first_not_of("0123456789", i), text.size()) - i;
        if (digits == 0) {
            quoted = quoted != (text[i] == '"');
            out += text[i];
            if (quoted && text[i] == '\\') {
                out += text[++i];
            }
            continue;
        }
        out += text.substr(i, digits);
        i += digits - 1;
        const bool integer = std::string_view(".eE").find(text[i + 1]) == std::string_view::npos;
        out += digits > digits_max && integer ? "e0" : "";
        if (!integer) {  // the rest of the number as it stands
            const std::size_t end = text.find_first_not_of("0123456789.eE+-", i + 1);
            out += text.substr(i + 1, end - i - 1);
            i = end - 1;
        }
    }
    return out;
}

std::string file_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot open " + path);
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string canonical_object(simdjson::dom::object object) {
    std::vector<std::pair<std::string, std::string>> members;
    for (const auto member : object) {
        members.emplace_back(member.key, canonical(member.value));
    }
    std::sort(members.begin(), members.end());
    std::string out = "{";
    for (const auto& [key, value] : members) {
        out.append(out.size() > 1 ? "," : "").append("\"").append(key).append("\":").append(value);
    }
    return out + "}";
}

std::string printed(const std::string& text) {
    return text.find('\n') == std::string::npos ? text : "\n" + text;
}

}  // namespace

/// How the cases of one corpus came out.
class tally {
public:
    void add(const std::string& id, const verdict& shown, bool excuse);
    [[nodiscard]] int finish(const std::string& name) const;

private:
    std::size_t passed_ = 0;
    std::size_t failed_ = 0;
    std::size_t excused_ = 0;
    std::map<std::string, std::size_t> compared_;
    std::map<std::string, std::size_t> wrong_;
};

std::string canonical_text(std::string_view json) {
    simdjson::dom::parser parser;
    return canonical(parser.parse(with_readable_numbers(std::string(json))));
}

std::string canonical(element value) {
    simdjson::dom::array array;
    simdjson::dom::object object;
    double number = 0;
    if (value.get(object) == simdjson::SUCCESS) {
        return canonical_object(object);
    }
    if (value.get(array) == simdjson::SUCCESS) {
        std::string out = "[";
        for (const auto element : array) {
            out.append(out.size() > 1 ? "," : "").append(canonical(element));
        }
        return out + "]";
    }
    // 1.0 and 1 are one number; integers beyond a double's precision stay exact.
    if (value.is_double() && value.get(number) == simdjson::SUCCESS &&
        number == std::trunc(number) && std::abs(number) < 9e15) {
        return std::to_string(static_cast<long long>(number));
    }
    return simdjson::to_string(value);
}

void verdict::equal(std::string_view what, std::string_view expected, std::string_view found) {
    ++compared_[std::string(what)];
    if (expected != found) {
        mismatches_.push_back({std::string(what), std::string(expected), std::string(found)});
    }
}

void verdict::equal(std::string_view what, element expected, std::string_view found_json) {
    equal(what, canonical(expected), canonical_text(found_json));
}

void verdict::holds(std::string_view what, bool truth) {
    equal(what, "true", truth ? "true" : "false");
}

void verdict::differs(std::string_view difference) {
    differences_.emplace(difference);
}

corpus::corpus(std::string name) : name_(std::move(name)) {
    document_ = parser_.parse(
        with_readable_numbers(file_text(corpora_directory() + "/" + name_ + ".json")));
    std::ifstream file(DORMOUSE_TEST_DATA "/excused.txt");
    if (!file) {
        throw std::runtime_error("cannot open " DORMOUSE_TEST_DATA "/excused.txt");
    }
    for (std::string line; std::getline(file, line);) {
        const auto space = line.find_first_of(" \t");
        if (line.empty() || line[0] == '#') {
            continue;
        }
        if (space == std::string::npos) {
            throw std::runtime_error("excused.txt: no reason given for " + line);
        }
        excuses_.push_back({line.substr(0, space), line.substr(space + 1)});
    }
}

bool corpus::excused(const std::string& id, const verdict& shown) const {
    return std::any_of(excuses_.begin(), excuses_.end(), [&](const excuse& one) {
        auto matches = [&](const std::string& text) {
            return fnmatch(one.pattern.c_str(), text.c_str(), 0) == 0;
        };
        return matches(name_ + "/" + id) ||
               std::any_of(
                   shown.differences_.begin(), shown.differences_.end(),
                   [&](const auto& difference) { return matches(name_ + ":" + difference); });
    });
}

void tally::add(const std::string& id, const verdict& shown, bool excuse) {
    for (const auto& [what, count] : shown.compared_) {
        compared_[what] += count;
    }
    if (shown.mismatches_.empty()) {
        ++passed_;
        return;
    }
    ++(excuse ? excused_ : failed_);
    if (!excuse) {
        std::cout << "  " << id << "\n";
    }
    for (const auto& wrong : shown.mismatches_) {
        ++wrong_[wrong.what];
        if (!excuse) {
            std::cout << "    " << wrong.what << ": expected " << printed(wrong.expected)
                      << "\n    found " << printed(wrong.found) << "\n";
        }
    }
}

int tally::finish(const std::string& name) const {
    for (const auto& [what, count] : compared_) {
        const auto wrong = wrong_.find(what);
        std::cout << "  " << what << ": " << count - (wrong == wrong_.end() ? 0 : wrong->second)
                  << " of " << count << "\n";
    }
    std::cout << name << ": " << passed_ << " passed, " << failed_ << " failed, " << excused_
              << " excused" << std::endl;
    const std::size_t all = passed_ + failed_ + excused_;
    const bool too_many =
        static_cast<double>(excused_) > excused_share_max * static_cast<double>(all);
    if (too_many) {
        std::cout << name << ": more than 5 % of the cases are excused" << std::endl;
    }
    return failed_ > 0 || too_many || all == 0 ? 1 : 0;
}

int corpus::run(const std::function<void(element, verdict&)>& judge) const {
    tally counted;
    for (const element one : document_["cases"].get_array()) {
        const std::string id{std::string_view(one["id"])};
        verdict shown;
        try {
            judge(one, shown);
        } catch (const std::exception& e) {
            shown.equal("exception", "none", e.what());
        }
        counted.add(id, shown, excused(id, shown));
    }
    return counted.finish(name_);
}

}  // namespace conformance
