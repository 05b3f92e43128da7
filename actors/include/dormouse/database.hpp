// Thousands of objects share one schema and one set of actions. A `database` is that common
// definition: a constant that exists before `main`, to which the program's actions attach
// themselves, and which runs no code of its own.
#pragma once

#include <dormouse/schema.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

class action_base;

/// Which object a call goes to when the caller names none.
enum class instance_kind : std::uint8_t {
    per_tenant,  ///< One object per tenant; the key is the tenant's id.
    global,      ///< One object for everybody; its key is "global".
};

/// What a stub of this database uses to reach a runtime in another process.
enum class transport_kind : std::uint8_t { rpc, websocket };

/// When the database can be read and changed through the browse endpoint.
enum class browse_mode : std::uint8_t { off, development, always };

struct database_definition {
    std::string_view name;                 ///< As in file names and URLs, for example "user-data".
    std::span<const table_view> tables{};  ///< `dormouse::schema<users, posts>`
    instance_kind instance = instance_kind::per_tenant;
    transport_kind transport = transport_kind::rpc;
    browse_mode browsable = browse_mode::off;
};

/// The key of a global database's only instance.
inline constexpr std::string_view global_instance_key = "global";

/// A kind of object: schema, actions, and how instances are chosen.
///
/// **Thread safety:** thread-safe once `main` has begun. **Lifetime:** static.
class database {
public:
    constexpr explicit database(database_definition definition) noexcept
        : definition_(definition) {}
    database(const database&) = delete;
    database& operator=(const database&) = delete;

    [[nodiscard]] constexpr std::string_view name() const noexcept { return definition_.name; }
    [[nodiscard]] constexpr std::span<const table_view> tables() const noexcept {
        return definition_.tables;
    }
    [[nodiscard]] constexpr instance_kind instance() const noexcept { return definition_.instance; }
    [[nodiscard]] constexpr transport_kind transport() const noexcept {
        return definition_.transport;
    }
    [[nodiscard]] constexpr browse_mode browsable() const noexcept { return definition_.browsable; }

    /// The unique key of its objects' ids and their folder on disk: "user-data" ->
    /// "UserDataDatabaseDO".
    [[nodiscard]] std::string class_name() const;
    /// The name of upstream's binding: "user-data" -> "USER_DATA_DATABASE_DO".
    [[nodiscard]] std::string binding_name() const;

    /// Every action of this database, by name.
    [[nodiscard]] std::vector<const action_base*> actions() const;

    /// Defines an action in one expression, its argument and result types taken from `handler`.
    template <class Handler>
    [[nodiscard]] auto action(std::string_view action_name, Handler handler) const;

private:
    friend class action_base;
    database_definition definition_;
    mutable const action_base* first_action_ = nullptr;
};

}  // namespace dormouse
