// A tool that reads definitions at run time (a form, an importer, a proxy) must judge values
// exactly as `arg<"...">` does. `type_expression` is that: the same definitions, read by the same
// parser, as text ("string.email | null") or as JSON ({"name": "string", "tags": ["string",
// "[]"]}).
//
//     auto type = dormouse::type_expression::parse(R"({"name": "string > 0", "age?": "number"})");
//     auto result = type.check(R"({"name": ""})");
//     result.problems;   // "name must be non-empty"
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace dormouse {

namespace detail {
struct argument_value;
struct type_node;
}  // namespace detail

/// What came of a check.
struct checked_value {
    std::string problems;  ///< One a line, in ArkType's words; empty for a value that fits.
    std::string json;      ///< The value with morphs and defaults applied, if it fits.

    [[nodiscard]] bool ok() const { return problems.empty(); }
};

/// A type made of a definition.
///
/// **Thread safety:** immutable; copies share what they are made of.
/// **Lifetime:** owns all it needs.
class type_expression {
public:
    /// `definition` is JSON when it begins with `{` or `[`, else an expression.
    /// Errors: `errc::invalid_arguments` with ArkType's message for what ArkType refuses;
    /// `errc::invalid_request` for text that is no JSON.
    [[nodiscard]] static type_expression parse(std::string_view definition);

    /// Checks a JSON value. Errors: `errc::invalid_request` for text that is no JSON.
    [[nodiscard]] checked_value check(std::string_view json) const;

    /// The type, reduced: "string | number > 0".
    [[nodiscard]] std::string text() const;

    /// The type itself, for the library's own code.
    [[nodiscard]] const std::shared_ptr<const detail::type_node>& node() const { return node_; }

private:
    explicit type_expression(std::shared_ptr<const detail::type_node> node)
        : node_(std::move(node)) {}

    std::shared_ptr<const detail::type_node> node_;
};

}  // namespace dormouse
