#pragma once

#include "databases/main.hpp"

#include <dormouse/action.hpp>

struct create_user_args {
    dormouse::arg<"string > 0"> name;
    dormouse::arg<"string.email"> email;
};
extern const dormouse::action<create_user_args, user> create_user;
