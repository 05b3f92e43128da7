#include "migrations/undescribed_parts.hpp"

#include "migrations/database_schema.hpp"
#include "migrations/schema_text.hpp"

#include <utility>

namespace dormouse {

undescribed_parts read_undescribed_parts(lease& turn) {
    undescribed_parts parts{read_attached_objects(turn), {}};
    auto rows = turn.prepare(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'create virtual "
        "%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'");
    while (rows->step()) {
        auto text = read_table_text(rows->text(1));
        table_features features{std::string(rows->text(0)), text.strict, text.without_rowid,
                                std::move(text.collations), std::move(text.deferred_keys)};
        if (!features.empty()) {
            parts.features.push_back(std::move(features));
        }
    }
    return parts;
}

}  // namespace dormouse
