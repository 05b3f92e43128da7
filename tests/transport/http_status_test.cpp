#include "transport/http_status.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace dormouse {
namespace {

/// The rows "| `name` | 404 | ..." of the documentation.
std::map<std::string, int> documented() {
    std::map<std::string, int> found;
    std::ifstream page(DORMOUSE_DOCS "/transport.md");
    const std::regex row(R"(^\| `([a-z_]+)` \| (\d{3}) \|.*)");
    std::smatch match;
    for (std::string line; std::getline(page, line);) {
        if (std::regex_match(line, match, row)) {
            found.emplace(match[1], std::stoi(match[2]));
        }
    }
    return found;
}

TEST(HttpStatus, IsWhatTheDocumentationSays) {
    std::map<std::string, int> table;
    for (const auto& [code, status] : http_statuses()) {
        table.emplace(name_of(code), status);
    }

    EXPECT_EQ(table, documented());
}

TEST(HttpStatus, CoversEveryCode) {
    std::set<errc> covered;
    for (const auto& [code, status] : http_statuses()) {
        covered.insert(code);
    }

    for (int value = 1; value <= static_cast<int>(errc::not_found); ++value) {
        EXPECT_TRUE(covered.contains(static_cast<errc>(value)))
            << name_of(static_cast<errc>(value));
    }
}

}  // namespace
}  // namespace dormouse
