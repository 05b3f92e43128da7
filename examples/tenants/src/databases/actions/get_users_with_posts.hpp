#pragma once

#include "databases/actions/list_users.hpp"

#include <string>

struct user_with_posts {
    std::string id;
    std::string name;
    std::string email;
    std::vector<post> posts;
};
extern const dormouse::action<list_users_args, std::vector<user_with_posts>> get_users_with_posts;
