// The users and posts of one tenant.
#pragma once

#include "databases/schema.hpp"

#include <dormouse/database.hpp>

inline constinit const dormouse::database main_db{
    {.name = "main",
     .tables = dormouse::schema<users, posts>,
     .instance = dormouse::instance_kind::per_tenant,
     .transport = dormouse::transport_kind::rpc,
     .browsable = dormouse::browse_mode::development}};
