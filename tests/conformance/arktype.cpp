// Definitions are taken or refused, values judged, changed and complained about as ArkType does it.
#include "schema/type_check.hpp"
#include "schema/type_definition.hpp"
#include "tests/conformance/corpus.hpp"

#include <dormouse/detail/json_text.hpp>
#include <dormouse/error.hpp>
#include <dormouse/timestamp.hpp>
#include <dormouse/type_expression.hpp>

#include <chrono>
#include <cmath>

namespace {

using namespace dormouse::detail;
using simdjson::dom::element;

/// The value as the corpus writes it: what JSON has no form for as an object with one tag.
std::string tagged(const argument_value& value) {
    std::string out;
    std::string_view separator;
    switch (value.kind) {
        case argument_kind::missing:
            return R"({"$undefined":true})";
        case argument_kind::number:
            if (!std::isfinite(value.number)) {
                return R"({"$number":")" + number_text(value.number) + "\"}";
            }
            return number_text(value.number);
        case argument_kind::date: {
            const std::chrono::milliseconds at(static_cast<std::int64_t>(value.number));
            return std::isnan(value.number)
                       ? R"({"$date":null})"
                       : R"({"$date":")" + dormouse::to_iso8601(dormouse::timestamp(at)) + "\"}";
        }
        case argument_kind::url:
            append_json_string(out, value.text);
            return R"({"$url":)" + out + "}";
        case argument_kind::array:
            out += '[';
            for (const auto& one : value.elements) {
                out += std::exchange(separator, ",");
                out += tagged(one);
            }
            return out + "]";
        case argument_kind::object:
            out += '{';
            for (const auto& one : value.members) {
                out += std::exchange(separator, ",");
                append_json_string(out, one.key);
                out += ":" + tagged(one.value);
            }
            return out + "}";
        default:
            append_argument(out, value);
            return out;
    }
}

void judge_input(const dormouse::type_expression& type, element input,
                 conformance::verdict& verdict) {
    std::string_view text;
    const std::string json = input["inputText"].get(text) == simdjson::SUCCESS
                                 ? std::string(text)
                                 : simdjson::to_string(element(input["input"]));
    memory_block memory;
    json_reader reader(json);
    argument_value value = read_argument(reader, memory);
    const std::string unchanged = tagged(value);
    const std::string problems = check(*type.node(), value, memory);
    const bool ok = input["ok"];
    verdict.equal("verdict", ok ? "accepted" : "refused of " + json,
                  problems.empty() ? "accepted" : "refused of " + json);
    if (!ok) {
        verdict.equal("message", std::string_view(input["error"]), problems);
        return;
    }
    element output;
    const bool changes = input["output"].get(output) == simdjson::SUCCESS;
    verdict.equal("output",
                  changes ? conformance::canonical(output) : conformance::canonical_text(unchanged),
                  conformance::canonical_text(tagged(value)));
}

/// The definition's type; nothing for a refused one, with the complaint.
std::optional<dormouse::type_expression> defined(element one, std::string& complaint) {
    try {
        return dormouse::type_expression::parse(simdjson::to_string(element(one["args"])));
    } catch (const dormouse::error& e) {
        complaint = e.what();
        return std::nullopt;
    }
}

}  // namespace

int main() {
    const conformance::corpus cases("arktype");
    return cases.run([](element one, conformance::verdict& verdict) {
        element said;
        const bool taken = one["error"].get(said) != simdjson::SUCCESS;
        std::string complaint;
        const auto type = defined(one, complaint);
        if (complaint.starts_with("A definition cannot refer to itself")) {
            verdict.differs("self-reference");
        }
        verdict.equal("definition", taken ? "taken" : "refused", type ? "taken" : "refused");
        if (!taken) {
            const std::string_view expected = one["error"];
            if (expected.find('\0') != std::string_view::npos) {
                verdict.differs("nul-in-complaint");
            }
            verdict.equal("complaint", expected, complaint);
            return;
        }
        for (const element input : one["inputs"].get_array()) {
            if (type) {
                judge_input(*type, input, verdict);
            }
        }
    });
}
