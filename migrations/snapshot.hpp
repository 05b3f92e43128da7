// A migration is the difference between two schemas: what the migrations so far have made, and what
// the program declares now. A snapshot keeps the first one, in a file beside the migrations.
#pragma once

#include <dormouse/table_description.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// A view, which Drizzle knows and a program's schema does not declare.
struct view_description {
    std::string name;
    std::string select;

    friend bool operator==(const view_description&, const view_description&) = default;
};

/// The schema after one migration.
///
/// **Thread safety:** value.
struct schema_snapshot {
    static constexpr std::string_view first_id = "0000000000000";

    std::string id{first_id};
    std::string previous_id;  ///< Of the migration before; empty: there is none.
    std::vector<table_description> tables;
    std::vector<view_description> views;
};

}  // namespace dormouse
