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
/// A struct of arguments, for code that is compiled once for all of them.
struct argument_struct {
    std::span<const argument_field> fields;
    /// Where the members of the struct at `arguments` are, in the order of the fields.
    void (*locate)(void* arguments, void** addresses);
    /// Its run-time type, made when first asked for.
    const type_handle& (*type)();
};

[[nodiscard]] type_handle argument_object_type(std::span<const argument_field> fields);

// `arguments` is a struct of the kind that `of` describes.

[[nodiscard]] argument_value load_members(const argument_struct& of, const void* arguments,
                                          memory_block& memory);
void store_members(const argument_struct& of, const argument_value& from, void* arguments,
                   memory_block& memory);
[[nodiscard]] std::size_t packed_members_size(const argument_struct& of, const void* arguments);
void pack_members(const argument_struct& of, void* arguments, memory_block& memory);

/// Errors: `errc::invalid_arguments` with one line per problem.
void check_arguments(const argument_struct& of, const void* arguments);

/// Has the struct view one block of memory only, which is returned.
[[nodiscard]] memory_block pack_arguments(const argument_struct& of, void* arguments);

/// Changes the arguments as their types say; those that do not fit stay as they are.
void change_arguments(const argument_struct& of, void* arguments, memory_block& memory);

/// Reads and checks arguments into a blank struct, which views the memory returned.
/// Errors: `errc::invalid_arguments` with one line per problem; `errc::invalid_request` for text
/// that is not JSON.
[[nodiscard]] memory_block read_arguments(const argument_struct& of, std::string_view json,
                                          void* arguments);

/// The arguments as `read_arguments` takes them.
[[nodiscard]] std::string arguments_json(const argument_struct& of, const void* arguments);

/// The member called so; nothing given if there is none.
[[nodiscard]] const argument_value& find_argument(const argument_value& object,
                                                  std::string_view name);

/// Refuses a number that no `std::int64_t` holds.
[[noreturn]] void refuse_inexact(double number);

}  // namespace dormouse::detail
