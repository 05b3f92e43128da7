#include "migrations/handmade_indexes.hpp"

#include "migrations/schema_names.hpp"

#include <algorithm>
#include <utility>

namespace dormouse {
namespace {

std::vector<std::string> indexes_of(lease& turn) {
    std::vector<std::string> names;
    auto rows =
        turn.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL");
    while (rows->step()) {
        names.emplace_back(rows->text(0));
    }
    return names;
}

bool describes(const std::vector<table_description>& tables, const std::string& index) {
    return std::ranges::any_of(
        tables, [&](const auto& table) { return find_index(table, index) != nullptr; });
}

}  // namespace

void handmade_indexes::run_all(lease& turn) {
    for (const auto& migration : history_->migrations) {
        replay(turn, {migration});
        look(turn, migration);
    }
}

void handmade_indexes::look(lease& turn, const stored_migration& ran) {
    auto present = indexes_of(turn);
    std::erase_if(handmade_, [&](const auto& name) { return !contains_name(present, name); });
    for (const auto& name : present) {
        if (!is_generated(ran) && !contains_name(present_, name)) {
            handmade_.push_back(name);
        }
    }
    present_ = std::move(present);
}

bool handmade_indexes::contains(const std::string& index) const {
    return contains_name(handmade_, index) &&
           !(history_->snapshot && describes(history_->snapshot->tables, index));
}

std::vector<table_description> handmade_indexes::remove_undeclared(
    std::vector<table_description> actual, const std::vector<table_description>& declared) const {
    for (auto& table : actual) {
        std::erase_if(table.indexes, [&](const auto& index) {
            return contains(index.name) && !describes(declared, index.name);
        });
    }
    return actual;
}

}  // namespace dormouse
