// The run-time type of a struct of arguments, put together from its members.
#pragma once

#include <dormouse/detail/argument_values.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

[[nodiscard]] type_handle argument_object_type(const std::vector<argument_definition>& members);

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
