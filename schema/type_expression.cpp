#include "schema/type_algebra.hpp"
#include "schema/type_check.hpp"
#include "schema/type_definition.hpp"

#include <dormouse/type_expression.hpp>

namespace dormouse {

type_expression type_expression::parse(std::string_view definition) {
    using namespace detail;
    memory_block memory;
    argument_value value{.kind = argument_kind::string};
    value.text = definition;
    if (definition.starts_with('{') || definition.starts_with('[')) {
        json_reader reader(definition);
        value = read_argument(reader, memory);
        reader.finish();
    }
    return type_expression(define(value));
}

checked_value type_expression::check(std::string_view json) const {
    detail::memory_block memory;
    detail::json_reader reader(json);
    detail::argument_value value = detail::read_argument(reader, memory);
    reader.finish();
    checked_value out;
    out.problems = detail::check(*node_, value, memory);
    if (out.ok()) {
        detail::append_argument(out.json, value);
    }
    return out;
}

std::string type_expression::text() const {
    return detail::expression_of(*node_);
}

}  // namespace dormouse
