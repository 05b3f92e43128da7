// What types say about texts and numbers: JavaScript's predicates and changes of them.
#pragma once

#include "schema/type_node.hpp"

#include <dormouse/detail/argument_values.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse::detail {

/// More are refused: their reduction takes the square of their number.
inline constexpr std::size_t union_branches_max = 256;

/// The length of UTF-8 text in UTF-16 code units, JavaScript's measure.
[[nodiscard]] std::size_t utf16_length(std::string_view text);

/// `.key`, `["other key"]` or `[0]` appended as JavaScript would write the access.
void append_access(std::string& path, std::string_view key);
[[nodiscard]] std::string path_text(const std::vector<std::string>& path);

/// The number keeps the limit; of a text or an array, its length does; of a date, its time.
[[nodiscard]] bool within(limit_kind kind, const limit& bound, double measure);
[[nodiscard]] bool within(limit_kind kind, const limit& bound, const unit_value& value);

/// Why a text does not fit: nothing when it does. A predicate may word its own complaint.
struct text_complaint {
    std::string problem;   ///< The whole sentence behind the path; empty: the usual words.
    std::string expected;  ///< Instead of the predicate's description; empty: that.
    std::string actual;
};
[[nodiscard]] std::optional<text_complaint> complaint_about(text_predicate what,
                                                            std::string_view text);

/// The text changed; or why it cannot be.
struct text_change {
    argument_value value;
    std::optional<text_complaint> complaint;
};
[[nodiscard]] text_change changed(text_morph what, const argument_value& value,
                                  memory_block& memory);

/// JSON.parse's complaint about a text, "Unexpected end of JSON input"; nothing for JSON.
[[nodiscard]] std::optional<std::string> json_complaint(std::string_view text);

}  // namespace dormouse::detail
