// The node tool's commands, as functions of what was asked for.
#pragma once

#include <dormouse/node_inspection.hpp>
#include <dormouse/node_tool.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace dormouse::cli {

enum class answer_form { text, json };

/// What all commands are asked.
struct node_request {
    std::filesystem::path directory;
    answer_form form = answer_form::text;
};

struct log_request : node_request {
    std::string object;      ///< As `node_inspection::find` takes it; empty: all.
    std::string class_name;  ///< Empty: all.
};

struct objects_request : node_request {
    object_filter filter;
};

struct export_request : node_request {
    std::string object;
    object_moment at;
    std::filesystem::path to;
};

/// A bookmark or a time in ISO 8601, UTC unless it says otherwise; nothing when it is neither.
[[nodiscard]] std::optional<object_moment> parse_moment(std::string_view text);

// Each answers the exit code. Errors: `dormouse::error`, after an answer in JSON has been closed.
[[nodiscard]] int verify_node(const node_request& request, const tool_streams& streams);
[[nodiscard]] int list_log(const log_request& request, const tool_streams& streams);
[[nodiscard]] int list_objects(const objects_request& request, const tool_streams& streams);
[[nodiscard]] int export_object(const export_request& request, const tool_streams& streams);

}  // namespace dormouse::cli
