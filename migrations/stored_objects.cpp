#include "migrations/baseline.hpp"
#include "migrations/deferred_work.hpp"
#include "migrations/failure_cause.hpp"
#include "migrations/object_stage.hpp"
#include "migrations/protected_run.hpp"
#include "migrations/statements.hpp"

#include <dormouse/error.hpp>
#include <dormouse/stored_objects.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

namespace dormouse {
namespace {

std::string title_of(const object_key& key) {
    return key.name.empty() ? key.id : key.name;
}

std::vector<inspected_object> choose(node_inspection& inspected, const stored_objects& objects) {
    std::string only;
    if (!objects.instance.empty()) {
        only = inspected.find(objects.class_name + "/" + objects.instance).id;
    }
    std::vector<inspected_object> chosen;
    inspected.visit({.class_name = objects.class_name}, [&](const inspected_object& found) {
        if (only.empty() || found.known.id == only) {
            chosen.push_back(found);
        }
    });
    return chosen;
}

object_key key_of(const inspected_object& object) {
    return {object.known.class_name, object.known.id, object.known.metadata.name};
}

/// Tells how many of all objects have been seen to.
class counted_objects {
public:
    counted_objects(std::string_view stage, std::size_t total, const progress_listener& progress)
        : stage_(stage), total_(total), progress_(&progress) {}
    void count_one() {
        ++done_;
        if (*progress_) {
            (*progress_)(stage_, done_, total_);
        }
    }

private:
    std::string_view stage_;
    std::size_t total_;
    std::size_t done_ = 0;
    const progress_listener* progress_;
};

/// Lets `visit` have a copy of the object. Answers what it fails with; empty: with nothing.
template <class Visit>
std::string visit_copy(node_inspection& inspected, object_stage& stage, const object_key& key,
                       const Visit& visit) {
    std::string problem;
    std::unique_ptr<object_storage> entered;
    try {
        inspected.export_object(key, {}, stage.copy());
        entered = stage.enter(key, stage.copy());
        visit(*entered);
    } catch (const error& failed) {
        problem = failed.what();
    }
    std::filesystem::remove(stage.copy());
    if (entered != nullptr) {
        stage.leave(key, std::move(entered));
    }
    return problem;
}

/// Looks at copies: reading a journal needs the database, and the database is not to be touched.
class planning {
public:
    explicit planning(const stored_objects& objects)
        : list_(objects.migrations), inspected_(objects.directory) {}

    void run(const stored_objects& objects, const std::function<void(const object_plan&)>& found,
             const progress_listener& progress) {
        const auto chosen = choose(inspected_, objects);
        counted_objects counted("planning", chosen.size(), progress);
        for (const auto& object : chosen) {
            found(plan(object));
            counted.count_one();
        }
    }

private:
    object_plan plan(const inspected_object& object) {
        const auto key = key_of(object);
        object_plan planned{title_of(key), {}, {}, quarantine_of(object.known.metadata)};
        auto problem =
            visit_copy(inspected_, stage_, key, [&](object_storage& copy) { look(copy, planned); });
        if (!problem.empty()) {
            planned.problem = std::move(problem);
        }
        return planned;
    }

    void look(object_storage& object, object_plan& planned) {
        auto applied = read_status(object, list_, stage_.node()).applied;
        if (!applied.empty()) {
            planned.reached = std::move(applied.back());
        }
        planned.plan = plan_migrations(object, list_);
    }

    [[nodiscard]] std::string quarantine_of(const object_metadata& known) const {
        const bool quarantined =
            known.state == object_state::quarantined && known.attempted_version == list_.version();
        return quarantined ? "quarantined, because these migrations have failed in it " +
                                 std::to_string(known.migration_attempts) +
                                 " times: " + known.migration_error
                           : std::string();
    }

    migration_list list_;
    node_inspection inspected_;
    object_stage stage_;
};

planned_group group_of(const object_plan& planned) {
    planned_group group{planned.reached,
                        planned.plan.adopted_journal,
                        planned.plan.adopted,
                        {},
                        0,
                        planned.problem,
                        0,
                        planned.object};
    for (const auto& chunk : planned.plan.chunks) {
        ++group.chunks;
        if (group.pending.empty() || group.pending.back() != chunk.name) {
            group.pending.push_back(chunk.name);
        }
    }
    return group;
}

timestamp now_on_this_machine() {
    return std::chrono::floor<timestamp::duration>(std::chrono::system_clock::now());
}

object_baseline take_baseline(object_storage& object, const migration_list& list,
                              std::string_view last) {
    try {
        return {{}, record_baseline(object, list, last, now_on_this_machine), {}};
    } catch (const error& failed) {
        if (is_of_surroundings(failed)) {
            throw;
        }
        return {{}, {}, failed.what()};
    }
}

std::vector<object_key> find_keys(const stored_objects& objects) {
    node_inspection inspected(objects.directory);
    std::vector<object_key> keys;
    for (const auto& object : choose(inspected, objects)) {
        keys.push_back(key_of(object));
    }
    return keys;
}

}  // namespace

void visit_plans(const stored_objects& objects,
                 const std::function<void(const object_plan&)>& found,
                 const progress_listener& progress) {
    planning(objects).run(objects, found, progress);
}

std::vector<planned_group> group_plans(const stored_objects& objects,
                                       const progress_listener& progress) {
    using likeness = std::tuple<std::string, std::string, std::vector<std::string>,
                                std::vector<std::string>, std::size_t, std::string>;
    std::map<likeness, planned_group> groups;
    const auto add = [&](const object_plan& planned) {
        auto group = group_of(planned);
        likeness key{group.reached, group.adopted_journal, group.adopted,
                     group.pending, group.chunks,          cause_without_counts(group.problem)};
        ++groups.try_emplace(std::move(key), std::move(group)).first->second.objects;
    };
    visit_plans(objects, add, progress);
    std::vector<planned_group> sorted;
    sorted.reserve(groups.size());
    for (auto& [key, group] : groups) {
        sorted.push_back(std::move(group));
    }
    return sorted;
}

std::vector<object_baseline> preview_baselines(const stored_objects& objects, std::string_view last,
                                               const progress_listener& progress) {
    const migration_list list(objects.migrations);
    require_listed(list, last);
    node_inspection inspected(objects.directory);
    object_stage stage;
    const auto chosen = choose(inspected, objects);
    counted_objects counted("baseline", chosen.size(), progress);
    std::vector<object_baseline> results;
    for (const auto& object : chosen) {
        const auto key = key_of(object);
        object_baseline previewed;
        auto problem = visit_copy(inspected, stage, key, [&](object_storage& copy) {
            previewed = take_baseline(copy, list, last);
        });
        if (!problem.empty()) {
            previewed.refusal = std::move(problem);
        }
        previewed.object = title_of(key);
        results.push_back(std::move(previewed));
        counted.count_one();
    }
    return results;
}

std::vector<object_baseline> record_baselines(const stored_objects& objects, std::string_view last,
                                              const progress_listener& progress) {
    const migration_list list(objects.migrations);
    require_listed(list, last);
    const auto keys = find_keys(objects);
    deferred_work background;
    storage_options options;
    options.directory = objects.directory;
    storage_node node(std::move(options), background);
    counted_objects counted("baseline", keys.size(), progress);
    std::vector<object_baseline> results;
    for (const auto& key : keys) {
        auto object = node.open(key);
        results.push_back(take_baseline(*object, list, last));
        results.back().object = title_of(key);
        node.close(std::move(object), [] {});
        background.run_all();
        counted.count_one();
    }
    return results;
}

}  // namespace dormouse
