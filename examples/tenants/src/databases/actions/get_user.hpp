#pragma once

#include "databases/main.hpp"

#include <dormouse/action.hpp>

#include <optional>

struct get_user_args {
    dormouse::arg<"string.uuid"> userId;
};
extern const dormouse::action<get_user_args, std::optional<user>> get_user;

struct get_user_by_email_args {
    dormouse::arg<"string.email"> email;
};
extern const dormouse::action<get_user_by_email_args, std::optional<user>> get_user_by_email;
