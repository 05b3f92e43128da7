#include "runtime/development.hpp"

#include <algorithm>
#include <utility>

namespace dormouse {

development::development(std::filesystem::path cache, dormouse::clock& clock)
    : cache_(cache), watch_(std::move(cache)), clock_(&clock) {}

development::service development::serve(const object_class& declared) {
    const std::lock_guard lock(mutex_);
    follow_cache();
    return {&current_edition(declared), state_->epoch_of(declared.file_name)};
}

// `state.json` is written after everything it stands for.
void development::follow_cache() {
    if (!watch_.changed() && state_) {
        return;
    }
    state_.reset();
    for (auto& [name, served] : classes_) {
        served.is_current = false;
    }
    state_ = cache_.load(clock_->now());
}

const object_class& development::current_edition(const object_class& declared) {
    auto& served = classes_[declared.class_name];
    if (served.is_current) {
        return served.editions.back().kind;
    }
    auto pushed = cache_.migrations(declared.file_name);
    const auto is_same = [](const stored_migration& a, const stored_migration& b) {
        return a.name == b.name && a.sql == b.sql;
    };
    auto& editions = served.editions;
    if (editions.empty() || !std::ranges::equal(editions.back().pushed, pushed, is_same)) {
        std::list<edition> added;  // complete, or not at all
        auto& made = added.emplace_back(edition{std::move(pushed), {}, declared});
        const auto files = declared.migrations.files();
        made.files.assign(files.begin(), files.end());
        for (const auto& migration : made.pushed) {
            made.files.push_back({migration.name, migration.sql});
        }
        made.kind.migrations = migration_list(made.files);
        made.kind.edition = editions.size() + 1;
        editions.splice(editions.end(), added);
    }
    served.is_current = true;
    return editions.back().kind;
}

}  // namespace dormouse
