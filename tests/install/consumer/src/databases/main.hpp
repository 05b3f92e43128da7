#pragma once

#include "databases/schema.hpp"

#include <dormouse/database.hpp>

inline constinit const dormouse::database main_db{
    {.name = "main",
     .tables = dormouse::schema<users>,
     .instance = dormouse::instance_kind::per_tenant}};
