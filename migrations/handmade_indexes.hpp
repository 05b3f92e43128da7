// A migration written by hand may make an index that no table declares: it is kept, as triggers and
// views are, and nothing is wrong with it. One that a generated migration made was declared once.
#pragma once

#include "migrations/migration_history.hpp"

#include <dormouse/lease.hpp>
#include <dormouse/table_description.hpp>

#include <string>
#include <vector>

namespace dormouse {

/// The indexes that migrations written by hand have made, and no snapshot describes.
///
/// **Thread safety:** actor-confined.
class handmade_indexes {
public:
    /// `history` must outlive this.
    explicit handmade_indexes(const migration_history& history) : history_(&history) {}

    /// Runs all migrations. Errors: those of `replay`.
    void run_all(lease& turn);
    /// Sees what `ran` has made, which was the last one to run.
    void look(lease& turn, const stored_migration& ran);

    [[nodiscard]] bool contains(const std::string& index) const;
    /// `actual` without those of them that `declared` does not have.
    [[nodiscard]] std::vector<table_description> remove_undeclared(
        std::vector<table_description> actual,
        const std::vector<table_description>& declared) const;

private:
    const migration_history* history_;
    std::vector<std::string> present_;
    std::vector<std::string> handmade_;
};

}  // namespace dormouse
