#include "schema/type_algebra.hpp"
#include "schema/type_check.hpp"
#include "schema/type_definition.hpp"
#include "schema/type_keywords.hpp"

#include <dormouse/detail/argument_type.hpp>
#include <dormouse/detail/json_text.hpp>
#include <dormouse/error.hpp>
#include <dormouse/timestamp.hpp>

#include <algorithm>

namespace dormouse::detail {
namespace {

property defined_member(const argument_definition& member) {
    defined_property defined;
    if (member.nested) {
        defined.node = member.nested;
    } else {
        defined = define_text(member.expression);
    }
    if (member.is_list) {
        defined.node = array_node(defined.node);
    }
    property made{member.name, defined.node, defined.suffix == property_suffix::none, std::nullopt,
                  ""};
    if (defined.suffix == property_suffix::defaulted) {
        made.preset = defined.preset;
    }
    if (member.form == member_form::optional) {
        made.value = unite({made.value, unit_node({.kind = unit_kind::null})});
        made.required = false;
    }
    return made;
}

bool is_date(const type_node& node) {
    return node.proto == "Date";
}

/// JSON has no dates: where the type wants one, the text of one is taken for it.
void revive_dates(const type_node& type, argument_value& value) {
    if (type.kind == node_kind::united) {
        for (const auto& branch : type.branches) {
            revive_dates(*branch, value);
        }
        return;
    }
    if (is_date(type) && value.kind == argument_kind::string) {
        if (const auto at = parse_timestamp(value.text)) {
            value.kind = argument_kind::date;
            value.integer = at->time_since_epoch().count();
            value.number = static_cast<double>(value.integer);
            value.exact = true;
        }
        return;
    }
    if (!type.shape) {
        return;
    }
    for (const auto* properties : {&type.shape->required, &type.shape->optional}) {
        for (const auto& one : *properties) {
            for (auto& member : value.members) {
                if (member.key == one.key) {
                    revive_dates(*one.value, member.value);
                }
            }
        }
    }
    if (type.shape->elements && type.shape->elements->variadic) {
        for (auto& element : value.elements) {
            revive_dates(*type.shape->elements->variadic, element);
        }
    }
}

}  // namespace

type_handle argument_object_type(argument_fields fields) {
    object_shape shape;
    for (const auto& field : fields) {
        argument_definition definition;
        definition.name = field.name;
        field.operations->define(definition);
        property made = defined_member(definition);
        (made.required ? shape.required : shape.optional).push_back(std::move(made));
    }
    return object_node(std::move(shape));
}

argument_value load_fields(argument_fields fields, const void* const* addresses,
                           memory_block& memory) {
    auto members = memory.allocate_array<argument_member>(fields.size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const argument_value value = fields[i].operations->load(addresses[i], memory);
        if (value.kind != argument_kind::missing) {
            members[count++] = {fields[i].name, value};
        }
    }
    argument_value to{.kind = argument_kind::object};
    to.members = members.first(count);
    return to;
}

void store_fields(const argument_value& from, argument_fields fields, void* const* addresses,
                  memory_block& memory) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        fields[i].operations->store(find_argument(from, fields[i].name), addresses[i], memory);
    }
}

std::size_t packed_fields_size(argument_fields fields, const void* const* addresses) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        size += fields[i].operations->packed_size(addresses[i]);
    }
    return size;
}

void pack_fields(argument_fields fields, void* const* addresses, memory_block& memory) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        fields[i].operations->pack(addresses[i], memory);
    }
}

argument_value read_arguments(std::string_view json, const type_node& type, memory_block& memory) {
    json_reader reader(json);
    argument_value value = read_argument(reader, memory);
    reader.finish();
    revive_dates(type, value);
    check_arguments(type, value, memory);
    return value;
}

void check_arguments(const type_node& type, argument_value& value, memory_block& memory) {
    std::string problems = check(type, value, memory);
    if (!problems.empty()) {
        throw error(errc::invalid_arguments, std::move(problems));
    }
}

bool change_arguments(const type_node& type, argument_value& value, memory_block& memory) {
    return check(type, value, memory).empty();
}

const argument_value& find_argument(const argument_value& object, std::string_view name) {
    static const argument_value missing;
    const auto found = std::find_if(object.members.begin(), object.members.end(),
                                    [&](const auto& one) { return one.key == name; });
    return found == object.members.end() ? missing : found->value;
}

void refuse_inexact(double number) {
    throw error(errc::invalid_arguments,
                "an integer must lie between -9223372036854775808 and 9223372036854775807 (was " +
                    number_text(number) + ")");
}

}  // namespace dormouse::detail
