// The run-time type of a struct of arguments, put together from its members.
#pragma once

#include <dormouse/detail/argument_values.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace dormouse::detail {

struct type_node;
using type_handle = std::shared_ptr<const type_node>;

/// How a member takes what its type is made of.
enum class member_form : std::uint8_t {
    plain,     ///< As it is; an expression may say more (`number?`).
    optional,  ///< May be missing or null.
};

/// A member: of `nested`, or else of what `expression` says.
struct argument_definition {
    std::string name;
    std::string expression;
    type_handle nested;
    bool is_list = false;
    member_form form{};
};

/// What a struct of arguments needs done with a member, by the member's type. What is done member
/// after member is compiled once.
struct argument_operations {
    void (*define)(argument_definition& definition);
    argument_value (*load)(const void* member, memory_block& memory);
    void (*store)(const argument_value& from, void* member, memory_block& memory);
    std::size_t (*packed_size)(const void* member);
    void (*pack)(void* member, memory_block& memory);
};
struct argument_field {
    std::string_view name;
    const argument_operations* operations;
};
using argument_fields = std::span<const argument_field>;

[[nodiscard]] type_handle argument_object_type(argument_fields fields);

// Of the members at `addresses`, in the order of the fields.
[[nodiscard]] argument_value load_fields(argument_fields fields, const void* const* addresses,
                                         memory_block& memory);
void store_fields(const argument_value& from, argument_fields fields, void* const* addresses,
                  memory_block& memory);
[[nodiscard]] std::size_t packed_fields_size(argument_fields fields, const void* const* addresses);
void pack_fields(argument_fields fields, void* const* addresses, memory_block& memory);

/// Reads a struct's arguments. Errors: `errc::invalid_arguments` with one line per problem;
/// `errc::invalid_request` for text that is not JSON.
[[nodiscard]] argument_value read_arguments(std::string_view json, const type_node& type,
                                            memory_block& memory);

/// Checks a struct's arguments and changes them as their types say.
/// Errors: `errc::invalid_arguments` with one line per problem.
void check_arguments(const type_node& type, argument_value& value, memory_block& memory);

/// The same without an error: false if there are problems.
[[nodiscard]] bool change_arguments(const type_node& type, argument_value& value,
                                    memory_block& memory);

/// The member called so; nothing given if there is none.
[[nodiscard]] const argument_value& find_argument(const argument_value& object,
                                                  std::string_view name);

/// Refuses a number that no `std::int64_t` holds.
[[noreturn]] void refuse_inexact(double number);

}  // namespace dormouse::detail
