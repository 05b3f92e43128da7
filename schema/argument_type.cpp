#include "schema/type_algebra.hpp"
#include "schema/type_check.hpp"
#include "schema/type_definition.hpp"
#include "schema/type_keywords.hpp"

#include <dormouse/detail/argument_type.hpp>
#include <dormouse/detail/field_binding.hpp>
#include <dormouse/detail/json_text.hpp>
#include <dormouse/error.hpp>
#include <dormouse/timestamp.hpp>

#include <algorithm>
#include <array>

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

/// Errors: `errc::invalid_arguments` with one line per problem.
void require_type(const type_node& type, argument_value& value, memory_block& memory) {
    std::string problems = check(type, value, memory);
    if (!problems.empty()) {
        throw error(errc::invalid_arguments, std::move(problems));
    }
}

class member_addresses {
public:
    member_addresses(const argument_struct& of, void* arguments) {
        of.locate(arguments, addresses_.data());
    }
    /// Only for reading.
    member_addresses(const argument_struct& of, const void* arguments)
        : member_addresses(of, const_cast<void*>(arguments)) {}

    [[nodiscard]] void* operator[](std::size_t field) const { return addresses_[field]; }

private:
    std::array<void*, bound_fields_max> addresses_;  // as many as there are fields are set
};

}  // namespace

type_handle argument_object_type(std::span<const argument_field> fields) {
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

argument_value load_members(const argument_struct& of, const void* arguments,
                            memory_block& memory) {
    const member_addresses addresses(of, arguments);
    auto members = memory.allocate_array<argument_member>(of.fields.size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < of.fields.size(); ++i) {
        const argument_value value = of.fields[i].operations->load(addresses[i], memory);
        if (value.kind != argument_kind::missing) {
            members[count++] = {of.fields[i].name, value};
        }
    }
    argument_value to{.kind = argument_kind::object};
    to.members = members.first(count);
    return to;
}

void store_members(const argument_struct& of, const argument_value& from, void* arguments,
                   memory_block& memory) {
    const member_addresses addresses(of, arguments);
    for (std::size_t i = 0; i < of.fields.size(); ++i) {
        of.fields[i].operations->store(find_argument(from, of.fields[i].name), addresses[i],
                                       memory);
    }
}

std::size_t packed_members_size(const argument_struct& of, const void* arguments) {
    const member_addresses addresses(of, arguments);
    std::size_t size = 0;
    for (std::size_t i = 0; i < of.fields.size(); ++i) {
        size += of.fields[i].operations->packed_size(addresses[i]);
    }
    return size;
}

void pack_members(const argument_struct& of, void* arguments, memory_block& memory) {
    const member_addresses addresses(of, arguments);
    for (std::size_t i = 0; i < of.fields.size(); ++i) {
        of.fields[i].operations->pack(addresses[i], memory);
    }
}

void check_arguments(const argument_struct& of, const void* arguments) {
    memory_block memory;
    argument_value values = load_members(of, arguments, memory);
    require_type(*of.type(), values, memory);
}

memory_block pack_arguments(const argument_struct& of, void* arguments) {
    memory_block memory;
    memory.reserve(packed_members_size(of, arguments));
    pack_members(of, arguments, memory);
    return memory;
}

void change_arguments(const argument_struct& of, void* arguments, memory_block& memory) {
    argument_value values = load_members(of, arguments, memory);
    if (check(*of.type(), values, memory).empty()) {
        store_members(of, values, arguments, memory);
    }
}

memory_block read_arguments(const argument_struct& of, std::string_view json, void* arguments) {
    memory_block memory;
    memory.reserve(json.size());
    json_reader reader(json);
    argument_value values = read_argument(reader, memory);
    reader.finish();
    const type_node& type = *of.type();
    revive_dates(type, values);
    require_type(type, values, memory);
    store_members(of, values, arguments, memory);
    return memory;
}

std::string arguments_json(const argument_struct& of, const void* arguments) {
    memory_block memory;
    std::string json;
    append_argument(json, load_members(of, arguments, memory));
    return json;
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
