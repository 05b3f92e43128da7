#include "migrations/attached_objects.hpp"

#include "migrations/schema_names.hpp"

#include <dormouse/error.hpp>

#include <algorithm>

namespace dormouse {
namespace {

/// `object` uses one of `names`, as its table or somewhere in it; null when it uses none.
const std::string* find_use(const attached_object& object, const std::vector<std::string>& names) {
    const auto used = std::ranges::find_if(
        names, [&](const std::string& name) { return mentions_name(object.sql, name); });
    return used == names.end() ? nullptr : &*used;
}

void refuse_dropped(const attached_object& object, const std::vector<std::string>& dropped) {
    if (object.type == "index" || contains_name(dropped, object.table)) {
        return;  // it goes with its table
    }
    if (const auto* used = find_use(object, dropped)) {
        throw error(errc::invalid_arguments, "the " + object.type + " " + object.name +
                                                 " uses the table " + *used +
                                                 ", which is dropped; drop the " + object.type +
                                                 " first, in a migration of its own");
    }
}

}  // namespace

std::vector<const attached_object*> find_affected(std::span<const attached_object> attached,
                                                  const replaced_tables& tables) {
    auto away = tables.rebuilt;
    std::vector<const attached_object*> affected;
    for (bool grew = true; grew;) {
        grew = false;
        for (const auto& object : attached) {
            const bool known = std::ranges::find(affected, &object) != affected.end();
            // An index goes with its own table and with no other.
            const bool stays =
                object.type == "index" && !contains_name(tables.rebuilt, object.table);
            if (known || stays || contains_name(tables.dropped, object.table) ||
                find_use(object, away) == nullptr) {
                continue;
            }
            affected.push_back(&object);
            if (object.type == "view") {
                away.push_back(object.name);
                grew = true;
            }
        }
    }
    std::ranges::sort(affected);  // they lie in order of creation
    return affected;
}

std::vector<std::string> drop_statements(std::span<const attached_object* const> objects) {
    std::vector<std::string> statements;
    for (const auto* const type : {"trigger", "view"}) {
        for (const auto* object : objects) {
            if (object->type == type) {
                statements.push_back("DROP " +
                                     std::string(object->type == "view" ? "VIEW " : "TRIGGER ") +
                                     quoted_identifier(object->name));
            }
        }
    }
    return statements;
}

set_aside set_aside_attached(std::span<const attached_object> attached,
                             const replaced_tables& tables) {
    for (const auto& object : attached) {
        refuse_dropped(object, tables.dropped);
    }
    const auto affected = find_affected(attached, tables);
    set_aside result{drop_statements(affected), {}};
    for (const auto* object : affected) {
        result.after.push_back(object->sql);
    }
    return result;
}

}  // namespace dormouse
