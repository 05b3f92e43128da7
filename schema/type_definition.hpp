// From a definition, text or JSON, to the type it describes.
#pragma once

#include "schema/type_node.hpp"

#include <dormouse/detail/argument_values.hpp>
#include <dormouse/detail/type_parser.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace dormouse::detail {

/// What a member of an object or a tuple is defined as.
struct defined_property {
    node_ptr node;
    property_suffix suffix = property_suffix::none;
    unit_value preset;              ///< The default.
    bool preset_is_object = false;  ///< Which no default may be.
};

/// Errors: refuses what ArkType refuses, in its words.
[[nodiscard]] defined_property define_text(std::string_view text);
[[nodiscard]] defined_property define_property(const argument_value& definition);
[[nodiscard]] node_ptr define(const argument_value& definition);

}  // namespace dormouse::detail
