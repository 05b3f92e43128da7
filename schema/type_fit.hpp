// The questions that both ways of checking a value ask: the quick one, that only says whether it
// fits, and the thorough one, that says why not.
#pragma once

#include "schema/type_node.hpp"

#include <dormouse/detail/argument_values.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dormouse::detail {

/// JavaScript's `typeof`, with null apart.
[[nodiscard]] std::string_view domain_of(const argument_value& value);
/// The kind of object, or the domain of what is none.
[[nodiscard]] std::string_view object_kind_of(const argument_value& value);
[[nodiscard]] bool has_unit(const argument_value& value, const unit_value& unit);
[[nodiscard]] bool fits_basis(const type_node& node, const argument_value& value);
/// What a limit of this kind measures.
[[nodiscard]] double measure_of(limit_kind kind, const argument_value& value);
[[nodiscard]] bool declares(const object_shape& shape, std::string_view key);
[[nodiscard]] const type_node& element_type(const element_list& list, std::size_t index,
                                            std::size_t size);

/// The index that a key of an array names.
[[nodiscard]] std::optional<std::size_t> array_index(std::string_view key);

/// The member of an object; of an array also its elements and its length.
class member_lookup {
public:
    member_lookup(const argument_value& value, std::string_view key) {
        if (value.kind == argument_kind::object) {
            const auto found =
                std::find_if(value.members.begin(), value.members.end(),
                             [&](const argument_member& one) { return one.key == key; });
            found_ = found == value.members.end() ? nullptr : &found->value;
            return;
        }
        if (value.kind != argument_kind::array) {
            return;
        }
        if (key == "length") {
            length_.kind = argument_kind::number;
            length_.number = static_cast<double>(value.elements.size());
            found_ = &length_;
        } else if (const auto index = array_index(key); index && *index < value.elements.size()) {
            found_ = &value.elements[*index];
        }
    }
    member_lookup(const member_lookup&) = delete;
    member_lookup& operator=(const member_lookup&) = delete;

    [[nodiscard]] const argument_value* get() const { return found_; }

private:
    argument_value length_;
    const argument_value* found_ = nullptr;
};

/// Each key of a value's own, with its value.
template <class Function>
void for_each_member(const argument_value& value, Function function) {
    for (const auto& one : value.members) {
        function(one.key, one.value);
    }
    for (std::size_t i = 0; i < value.elements.size(); ++i) {
        function(std::string_view(std::to_string(i)), value.elements[i]);
    }
}

}  // namespace dormouse::detail
