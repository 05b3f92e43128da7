// Ids equal workerd's. Of the corpus's files on disk only the ids are compared: what dormouse's
// files look like inside is its own affair (docs/storage_format.md).
#include "tests/conformance/corpus.hpp"

#include <dormouse/error.hpp>
#include <dormouse/object_id.hpp>

#include <regex>

namespace {

using dormouse::object_id;
using simdjson::dom::element;

void from_name(element one, conformance::verdict& verdict) {
    const std::string_view key = one["uniqueKey"];
    verdict.equal("id", std::string_view(one["actorId"]),
                  object_id::from_name(key, std::string_view(one["name"])).to_string());
}

/// The id that `text` is for this class, or why it is none.
std::string parsed(std::string_view key, std::string_view text) {
    try {
        return object_id::parse(key, text).to_string();
    } catch (const dormouse::error& e) {
        return e.what();
    }
}

void from_text(element one, conformance::verdict& verdict) {
    const std::string_view expected = one[bool(one["ok"]) ? "actorId" : "error"];
    verdict.equal("id", expected, parsed(one["uniqueKey"], one["text"]));
}

void unique(element one, conformance::verdict& verdict) {
    const std::string_view id = one["actorId"];
    verdict.equal("id", id, parsed(one["uniqueKey"], id));
}

void ids_in_dump(element one, conformance::verdict& verdict) {
    const std::string dump{std::string_view(one["dump"])};
    const std::regex id("'([0-9a-f]{64})'");
    for (std::sregex_iterator found(dump.begin(), dump.end(), id), end; found != end; ++found) {
        verdict.equal("id", (*found)[1].str(), parsed(one["uniqueKey"], (*found)[1].str()));
    }
}

}  // namespace

int main() {
    const conformance::corpus cases("actor_id");
    return cases.run([](element one, conformance::verdict& verdict) {
        const std::string_view group = one["group"];
        if (group == "idFromString") {
            from_text(one, verdict);
        } else if (group == "newUniqueId") {
            unique(one, verdict);
        } else if (group == "disk-metadata") {
            ids_in_dump(one, verdict);
        } else {
            from_name(one, verdict);
        }
    });
}
