// The corpora record what upstream's tools did with thousands of inputs. A conformance program
// replays one corpus against dormouse; all that differs between the programs is what they do with a
// case, so that is all they write:
//
//     int main() {
//         conformance::corpus cases("snake_case");
//         return cases.run([](simdjson::dom::element one, conformance::verdict& verdict) {
//             const std::string_view snake = one["snake"];
//             verdict.equal("snake", snake, to_snake_case(std::string_view(one["input"])));
//         });
//     }
//
// A case passes when every comparison made for it holds. A failing one is excused when
// tests/data/excused.txt has a pattern for it: the reason is written once, for the behaviour. A
// difference that no id tells is named by the program: `verdict.differs("keeps-milliseconds")`.
#pragma once

#include <simdjson.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

/// What one case showed.
///
/// **Thread safety:** one thread. **Lifetime:** of one case.
class verdict {
public:
    /// Both texts must be the same; `what` names the property.
    void equal(std::string_view what, std::string_view expected, std::string_view found);
    /// Both values must be the same, whatever the order of an object's keys.
    void equal(std::string_view what, simdjson::dom::element expected, std::string_view found_json);
    /// For what is not a comparison of texts.
    void holds(std::string_view what, bool truth);
    /// The case shows a documented difference: it may be excused as CORPUS:DIFFERENCE.
    void differs(std::string_view difference);

private:
    friend class corpus;
    friend class tally;
    struct mismatch {
        std::string what;
        std::string expected;
        std::string found;
    };
    std::map<std::string, std::size_t> compared_;
    std::vector<mismatch> mismatches_;
    std::set<std::string> differences_;
};

/// The cases of DORMOUSE_CORPORA/<name>.json, or of the copy in tests/data/corpora.
///
/// **Thread safety:** one thread. **Lifetime:** the elements it hands out live as long as it does.
class corpus {
public:
    /// Errors: throws `simdjson_error` for a file that is missing or not JSON.
    explicit corpus(std::string name);

    /// The whole file, for what stands beside the cases.
    [[nodiscard]] simdjson::dom::element document() const { return document_; }

    /// Judges every case, then prints
    ///     <name>: N passed, M failed, K excused
    /// and each failing case. An exception is a failure of the case it left.
    /// Answers the program's exit code: 1 if a case failed or too many are excused.
    [[nodiscard]] int run(const std::function<void(simdjson::dom::element, verdict&)>& judge) const;

private:
    struct excuse {
        std::string pattern;
        std::string reason;
    };
    [[nodiscard]] bool excused(const std::string& id, const verdict& shown) const;

    std::string name_;
    simdjson::dom::parser parser_;
    simdjson::dom::element document_;
    std::vector<excuse> excuses_;
};

/// `value` as JSON without white space, keys sorted: equal texts are equal values.
[[nodiscard]] std::string canonical(simdjson::dom::element value);
/// The same for JSON text. Errors: throws `simdjson_error` for what is none.
[[nodiscard]] std::string canonical_text(std::string_view json);

}  // namespace conformance
