#pragma once

#include "databases/main.hpp"

#include <dormouse/action.hpp>

struct create_post_args {
    dormouse::arg<"string.uuid"> authorId;
    dormouse::arg<"0 < string <= 200"> title;
    dormouse::arg<"string?"> body;
};
extern const dormouse::action<create_post_args, post> create_post;
