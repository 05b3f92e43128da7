// SQLite answers most questions about a schema by pragmas. Checks, generated columns and the parts
// of an index it only keeps as the text that created them.
#pragma once

#include <dormouse/table_description.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

/// What only the text of a CREATE TABLE says.
struct table_text {
    std::vector<check_description> checks;                ///< Without a name where it has none.
    std::map<std::string, std::string> generated;         ///< column -> expression
    std::map<std::string, std::string> collations;        ///< column -> COLLATE
    std::vector<std::vector<std::string>> deferred_keys;  ///< Columns of foreign keys.
    bool autoincrement = false;
    bool strict = false;
    bool without_rowid = false;
};

/// `sql` must be a CREATE TABLE that SQLite has accepted.
[[nodiscard]] table_text read_table_text(std::string_view sql);

/// What only the text of a CREATE INDEX says.
struct index_text {
    std::vector<std::string> terms;  ///< As they are written, names in quotes perhaps.
    std::string where;
};

/// `sql` must be a CREATE INDEX that SQLite has accepted.
[[nodiscard]] index_text read_index_text(std::string_view sql);

}  // namespace dormouse
