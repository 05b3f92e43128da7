#pragma once

#include "databases/settings.hpp"

#include <dormouse/action.hpp>

#include <optional>

struct set_setting_args {
    dormouse::arg<"0 < string <= 100"> key;
    dormouse::arg<"string"> value;
};
extern const dormouse::action<set_setting_args, setting> set_setting;

struct get_setting_args {
    dormouse::arg<"0 < string <= 100"> key;
};
extern const dormouse::action<get_setting_args, std::optional<setting>> get_setting;
