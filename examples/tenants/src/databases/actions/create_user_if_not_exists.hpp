#pragma once

#include "databases/actions/create_user.hpp"

struct created_user {
    ::user user;
    bool created = false;
};
extern const dormouse::action<create_user_args, created_user> create_user_if_not_exists;
