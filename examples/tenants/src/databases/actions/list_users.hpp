#pragma once

#include "databases/main.hpp"

#include <dormouse/action.hpp>

#include <vector>

struct list_users_args {
    dormouse::arg<"0 < number.integer <= 1000 ?"> limit;
    dormouse::arg<"number.integer >= 0 ?"> offset;
};
extern const dormouse::action<list_users_args, std::vector<user>> list_users;
