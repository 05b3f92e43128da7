// What happened in one tenant: many small writes, for which a WebSocket saves a request each.
#pragma once

#include "databases/schema.hpp"

#include <dormouse/database.hpp>

inline constinit const dormouse::database events_db{
    {.name = "events",
     .tables = dormouse::schema<event_log>,
     .instance = dormouse::instance_kind::per_tenant,
     .transport = dormouse::transport_kind::websocket,
     .browsable = dormouse::browse_mode::development}};
