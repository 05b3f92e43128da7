// What a database has and neither a program's schema nor a snapshot describes: it was written by
// hand into a migration. A rebuild keeps it all the same.
#pragma once

#include "migrations/attached_objects.hpp"

#include <dormouse/lease.hpp>

#include <map>
#include <string>
#include <vector>

namespace dormouse {

struct table_features {
    std::string table;
    bool strict = false;
    bool without_rowid = false;
    std::map<std::string, std::string> collations;        ///< column -> COLLATE
    std::vector<std::vector<std::string>> deferred_keys;  ///< Columns of foreign keys.

    [[nodiscard]] bool empty() const {
        return !strict && !without_rowid && collations.empty() && deferred_keys.empty();
    }
};

struct undescribed_parts {
    std::vector<attached_object> attached;  ///< In order of creation.
    std::vector<table_features> features;   ///< Of the tables that have some.
};

/// Indexes that a snapshot describes are among the attached objects, too.
[[nodiscard]] undescribed_parts read_undescribed_parts(lease& turn);

}  // namespace dormouse
