// A renamed table looks like one that went and another that came. Nobody is asked which it was:
// whoever renames says so.
#pragma once

#include <dormouse/table_description.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace dormouse {

/// A hint that was followed, now or before, by the place of its table and the name that it gave.
struct followed_rename {
    std::string hint;
    std::size_t table = 0;  ///< In `renamed_schema::tables`.
    std::string new_name;
    bool of_column = false;
};

/// A schema, and the statements that lead to it.
struct renamed_schema {
    std::vector<table_description> tables;
    std::vector<std::string> statements;  ///< Each without ";".
    std::vector<followed_rename> followed;
};

/// `tables` with the names that `hints` give them. A hint is `old:new` for a table and
/// `table.old:new` for a column, where the table may be called by either of its names. A hint whose
/// new name is there already, and whose old one is not, was followed before and changes nothing, so
/// it may stay in a program. Hints are followed at once: `a:b` and `b:c` move two names on, `a:b`
/// and `b:a` swap them; where there is no `b` yet, the first two make `a` a `c`.
/// Errors: `errc::invalid_arguments` for a hint that is malformed, names nothing, or a name that
/// is taken; it says what there is.
[[nodiscard]] renamed_schema rename_in_schema(std::vector<table_description> tables,
                                              std::span<const std::string> hints);

/// What was renamed to a name that nothing has would be dropped under it, with what it holds.
/// Errors: `errc::invalid_arguments` for a hint whose new name is not in `declared`; it says what
/// is.
void require_declared(const renamed_schema& renamed,
                      const std::vector<table_description>& declared);

/// Those of the hints that are still to be followed on the way from `tables`, with the names that
/// are found there. A schema tells its renames for good, to databases that never had the old name,
/// too. An old name may be told as SQL has it or as the program had it, `fullName`.
/// Errors: `errc::invalid_arguments` for a hint that is malformed.
[[nodiscard]] std::vector<std::string> pending_renames(const std::vector<table_description>& tables,
                                                       std::span<const std::string> hints);

}  // namespace dormouse
