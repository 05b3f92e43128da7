// A kind of object as the host knows it: a database with actions, or a program's own class.
#pragma once

#include "migrations/protected_run.hpp"

#include <dormouse/database.hpp>
#include <dormouse/object.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>

namespace dormouse {

using object_factory = std::function<std::unique_ptr<object>(context&)>;

/// **Thread safety:** immutable once the host has started. **Lifetime:** the host's.
struct object_class {
    std::string class_name;  ///< The unique key of its ids and its folder on disk.
    const dormouse::database* database = nullptr;  ///< Null for a program's own class.
    std::string file_name{};                       ///< Of the database's file; the commands' name.
    migration_list migrations{{}};
    std::uint64_t edition = 0;  ///< Of what development makes of it; the highest is the newest.
    std::map<std::string_view, const action_base*> actions;
    std::type_index type = typeid(void);  ///< Of a program's own class.
    object_factory make_object;           ///< Only for a program's own class.
};

}  // namespace dormouse
