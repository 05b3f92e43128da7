#pragma once

#include <dormouse/schema.hpp>

#include <optional>
#include <string>

struct user {
    std::string id;
    std::string name;
    std::string email;
    std::optional<std::string> bio;
    dormouse::timestamp createdAt;
};

inline constexpr auto users = dormouse::table<user>("users")
                                  .primary_key(&user::id)
                                  .unique(&user::email)
                                  .default_fn(&user::id, dormouse::uuid)
                                  .default_fn(&user::createdAt, dormouse::now);
