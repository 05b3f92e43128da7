// What all tenants share: a database with one object.
#pragma once

#include "databases/schema.hpp"

#include <dormouse/database.hpp>

inline constinit const dormouse::database settings_db{
    {.name = "settings",
     .tables = dormouse::schema<settings>,
     .instance = dormouse::instance_kind::global,
     .browsable = dormouse::browse_mode::development}};
